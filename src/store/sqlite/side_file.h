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

/// A data folder's side records, in their own SQLite database beside the journal, and the numbers
/// of its task leases. docs/journal.md describes the file. Only the user who owns it may read it.
/// Every call waits for the disk. One thread at a time.
///
/// An erased or overwritten value is overwritten with zeros in the file. Copies may remain in
/// SQLite's log, and where SQLite moved records between pages. An erasure is answered after these
/// copies are removed, unless another process is reading at that moment, the disk is full, or the
/// file has more than 1 MiB. In those cases a later change, finish() or open() removes them. A file
/// of more than 1 MiB is left to finish() and open(), because all its pages must be rewritten.
/// Copies of removed bytes that the file system and the device keep are beyond our control.
///
/// Processes other than the folder's own may change records, too. They take turns through a lock on
/// a file beside this one. SQLite's own locks don't cover the work that open() and the emptying of
/// the log do outside of transactions.
///
/// After a fault of a change nothing more is read or written: the kernel reports a failed write of
/// a page only once, and only a new open() tells what is there. If just the disk is full
/// (storage_low), nothing was changed, and the next change may succeed.
class SideFile {
public:
    /// `vfs` names an SQLite VFS; empty means the system's. The process must have the folder's
    /// lock. Everything in the file is durable when this returns. A folder's first file gets its
    /// name once it is complete. Faults: in_use (another process keeps reading or changing it),
    /// corrupt (also if the file is empty, or only its log is there), unavailable.
    static Result<SideFile, io::Fault>
    open(const std::filesystem::path& file, const std::string& vfs = {});
    /// Like open(), for a process without the folder's lock, whether or not another process has it.
    /// Leaves the rewriting of a large file to the process that has the lock.
    static Result<SideFile, io::Fault> open_beside(const std::filesystem::path& file);
    /// For a process that only reads, whether or not a server is running; nothing if there is no
    /// file. Faults: as for open().
    static Result<std::optional<SideFile>, io::Fault> open_to_read(const std::filesystem::path& file
    );
    /// Creates a file to be filled by add() in one go: nothing is durable, or even present, before
    /// finish_copy().
    static Result<SideFile, io::Fault> make_copy(const std::filesystem::path& file);

    Result<std::optional<SideRecord>, io::Fault> find(std::string_view name);
    /// Like SideRecords::list.
    Result<std::vector<SideRecord>, io::Fault>
    list(std::string_view prefix, std::string_view after);
    /// Passes all records whose names start with `prefix` to `take`, as of one moment.
    Result<void, io::Fault> walk(
        std::string_view prefix,
        const std::function<Result<void, io::Fault>(const SideRecord&)>& take
    );
    Result<SideOutcome, io::Fault> change(const SideChange& change);
    /// The version of the newest change.
    Result<std::uint64_t, io::Fault> last_version();

    /// Takes the task's lease from its present holder. Returns the new lease's number.
    Result<std::uint64_t, io::Fault> take_task(std::string_view task);

    /// Adds a record, with its version, to a copy that doesn't have the record.
    Result<void, io::Fault> add(const SideRecord& record);
    /// Commits a filled copy and syncs it. The caller must still sync its folder. Later changes get
    /// versions above `last_version`.
    Result<void, io::Fault> finish_copy(std::uint64_t last_version);

    /// Empties the log. No call may follow.
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
    /// Runs `work` in a transaction. Returns its result once the transaction is durable. A fault is
    /// outcome_unknown if the transaction may have been committed.
    template <class Work>
    auto commit(Work work) -> decltype(work());
    Result<void, io::Fault> empty_log_if_due();
    std::unexpected<io::Fault> give_up(io::Fault fault, bool was_committing);
    std::unexpected<io::Fault> fail(io::Fault fault);

    /// Absent for a copy, and for a file opened only for reading.
    std::optional<io::FileLock> lock_;
    /// If the file has more pages than this, finish() doesn't rewrite it, so copies of erased
    /// records may remain. open() sets it so high that every file is rewritten.
    std::uint64_t pages_rewritten_max_ = 0;
    io::SqliteDatabase database_;
    std::optional<io::Fault> fault_;
    /// The log may contain erased data.
    bool is_log_due_ = false;
};

}  // namespace frontrow::store::sqlite
