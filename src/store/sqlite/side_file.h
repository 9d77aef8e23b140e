#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/file_lock.h"
#include "io/sqlite.h"
#include "store/side_records.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store::sqlite {

/// A data folder's side records, in an SQLite database of their own beside the journal, and the
/// numbers of its task leases. docs/journal.md describes the file. Only its user may read it. Every
/// call waits for the disk. One thread at a time.
///
/// What is erased or overwritten is overwritten in the file with zeros, and remains of it, in
/// SQLite's log and where SQLite moved records about, go: after an erasure before that is answered,
/// unless another process reads just then, the disk is full, or the file has more than 1 MiB; then,
/// and after other changes, with a later change, finish() or open(). In a file of more than 1 MiB
/// only those two rewrite all pages. What the file system and the device keep of removed bytes is
/// theirs.
///
/// Other processes than the folder's own may change records, too. They take turns by a lock in a
/// file beside this one: SQLite's own locks don't cover what open() and the emptying of the log do
/// besides commits.
///
/// After a fault of a change nothing more is read or written: the kernel reports a page that it
/// couldn't write once, and only a new open() tells what is there. Where only the disk is full
/// (storage_low) nothing was changed, and the next may succeed.
class SideFile {
public:
    /// `vfs`: the name of an SQLite VFS; the system's if empty. The process has the folder's lock.
    /// What it reads is durable when this returns. A folder's first file is whole from the moment
    /// it has its name. Faults: in_use (another process reads it and doesn't end, or changes it),
    /// corrupt (also where it's empty, or only its log is there), unavailable.
    static Result<SideFile, io::Fault>
    open(const std::filesystem::path& file, const std::string& vfs = {});
    /// The same for a process that hasn't the folder's lock, beside one that has it or not. It
    /// leaves the rewriting of a large file to that one.
    static Result<SideFile, io::Fault> open_beside(const std::filesystem::path& file);
    /// For a process that only reads, beside a running server or not; nothing where there is no
    /// file. Faults: as open().
    static Result<std::optional<SideFile>, io::Fault> open_to_read(const std::filesystem::path& file
    );
    /// A new file that is filled by add() in one go: nothing is durable, or even there, before
    /// finish_copy().
    static Result<SideFile, io::Fault> make_copy(const std::filesystem::path& file);

    Result<std::optional<SideRecord>, io::Fault> find(std::string_view name);
    /// As SideRecords::list.
    Result<std::vector<SideRecord>, io::Fault>
    list(std::string_view prefix, std::string_view after);
    /// Hands those that list() gives to `take`, all pages as they are at one moment.
    Result<void, io::Fault> walk(
        std::string_view prefix,
        const std::function<Result<void, io::Fault>(const SideRecord&)>& take
    );
    Result<SideOutcome, io::Fault> change(const SideChange& change);
    /// The version of the newest change.
    Result<std::uint64_t, io::Fault> last_version();

    /// Takes the task's lease from whoever had it before: the number of the new one.
    Result<std::uint64_t, io::Fault> take_task(std::string_view task);

    /// To a copy: a record that isn't there, with its version.
    Result<void, io::Fault> add(const SideRecord& record);
    /// Ends the filling of a copy and syncs it. Its folder must still be synced. What changes later
    /// gets versions behind `last_version`.
    Result<void, io::Fault> finish_copy(std::uint64_t last_version);

    /// Empties the log. Nothing is called afterwards.
    Result<void, io::Fault> finish();

private:
    explicit SideFile(io::SqliteDatabase database) : database_{std::move(database)} {}

    static Result<SideFile, io::Fault> open_to_write(
        const std::filesystem::path& file,
        const std::string& vfs,
        std::uint64_t pages_rewritten_max
    );
    Result<std::optional<SideRefusal>, io::Fault> find_refusal(const SideChange& change);
    Result<std::uint64_t, io::Fault> write(const SideChange& change);
    /// What `work` returns, once it is durable. Of a fault nothing is known.
    template <class Work>
    auto commit(Work work) -> decltype(work());
    Result<void, io::Fault> empty_log_if_due();
    std::unexpected<io::Fault> give_up(io::Fault fault, bool was_committing);
    std::unexpected<io::Fault> fail(io::Fault fault);

    /// None of a copy, and of what is only read.
    std::optional<io::FileLock> lock_;
    /// In a larger file open() and finish() leave what remains of erased records.
    std::uint64_t pages_rewritten_max_ = 0;
    io::SqliteDatabase database_;
    std::optional<io::Fault> fault_;
    /// Something that was erased may be in the log.
    bool is_log_due_ = false;
};

}  // namespace frontrow::store::sqlite
