#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "store/side_records.h"
#include "store/sqlite/end_mark.h"
#include "store/sqlite/journal.h"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::store::sqlite {

/// A file under a temporary name. The destructor removes it, unless it was renamed before.
class UnfinishedFile {
public:
    /// Removes a file that an earlier run has left.
    explicit UnfinishedFile(std::filesystem::path path);
    ~UnfinishedFile();
    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    void remove() const;

    std::filesystem::path path_;
};

/// Computes an end mark, batch by batch.
class BatchTally {
public:
    Result<void, io::Fault> add(const JournalBatch& batch);
    EndMark finish();

private:
    EndMark mark_;
    io::Sha256 lines_;
};

/// The result of a copy.
struct Copied {
    /// The journal's end.
    JournalEnd end;
    std::uint64_t side_records = 0;

    friend bool operator==(const Copied&, const Copied&) = default;
};

/// A backup in the making, from any kind of journal. The file gets its name once it is complete.
/// Only the user who makes it may read it.
///
/// Readers' cursors are read before the end of the journal's copy is known, and all other side
/// records after the last batch; kCursors says why.
class NewBackup {
public:
    /// `to` must not exist. Faults: unavailable.
    static Result<std::unique_ptr<NewBackup>, io::Fault> begin(const std::filesystem::path& to);

    /// Adds a reader's cursor. Call it before the first batch, in the order of the bytes of the
    /// names.
    void add_cursor(SideRecord cursor) { cursors_.push_back(std::move(cursor)); }
    /// Adds the next batch, with its facts as any journal stores them.
    Result<void, io::Fault> add_batch(std::uint64_t last_seq, std::string_view facts);
    /// Adds another side record. Call it after the last batch, in the order of the bytes of the
    /// names. Skips cursors.
    Result<void, io::Fault> add(const SideRecord& record);
    /// Call it after all records were added. `version` is that of the newest change, erasures
    /// included.
    void set_last_version(std::uint64_t version) { last_version_ = version; }
    const JournalEnd& end() const { return copy_->end(); }

    /// Seals the file, reads it back from the disk and gives it its name. If it never returns,
    /// there is no backup; an unfinished file `to`.….new may remain and can be deleted. Faults:
    /// unavailable, corrupt (the file differs from what was written).
    Result<Copied, io::Fault> finish();

private:
    explicit NewBackup(const std::filesystem::path& to);
    Result<void, io::Fault> add_cursors_before(std::string_view name);
    Result<void, io::Fault> write(const SideRecord& record);
    Result<void, io::Fault> seal(const EndMark& mark);

    std::filesystem::path to_;
    UnfinishedFile file_;
    std::optional<Journal> copy_;
    BatchTally batches_;
    /// Cursors that aren't written yet.
    std::deque<SideRecord> cursors_;
    SideTally side_records_;
    std::uint64_t last_version_ = 0;
};

/// Called before a backup without an end mark is restored. The argument is a sentence that says
/// what isn't proven.
using AcceptUnsealed = std::function<void(const std::string&)>;

/// A backup that is read in order to be restored. Its rows can be trusted only after it has been
/// read to its end and checked against its mark.
///
/// Faults name the file: unavailable (no such file, no mark), corrupt (it is incomplete; the
/// message names the missing batches and facts).
class Backup {
public:
    /// Without `accept_unsealed` a file without an end mark is refused.
    static Result<Backup, io::Fault>
    open(const std::filesystem::path& from, const AcceptUnsealed& accept_unsealed);

    /// The next few batches; empty at the end, if the backup has all batches that its mark lists.
    Result<std::vector<JournalBatch>, io::Fault> next_batches();
    const JournalEnd& end() const { return journal_.end(); }

    /// The next few side records; empty at the end, if they match the mark.
    Result<std::vector<SideRecord>, io::Fault> next_side_records();
    /// The number of side records according to the mark.
    std::uint64_t side_records() const { return mark_ && mark_->side ? mark_->side->records : 0; }
    /// The version of the newest change of a side record; 0 if there was none.
    std::uint64_t last_version() const {
        return mark_ && mark_->side ? mark_->side->last_version : 0;
    }

private:
    Backup(std::filesystem::path from, Journal journal, std::optional<EndMark> mark);
    Result<void, io::Fault> check_end();
    io::Fault short_of_mark(const std::string& why) const;
    std::unexpected<io::Fault> about(io::Fault fault) const;

    std::filesystem::path from_;
    Journal journal_;
    std::optional<EndMark> mark_;
    std::unique_ptr<BatchTally> batches_ = std::make_unique<BatchTally>();
    std::unique_ptr<SideTally> side_records_ = std::make_unique<SideTally>();
    std::string after_;
};

/// Creates a file to be filled in one go. Only the user who creates it may read it.
Result<Journal, io::Fault> make_copy(const std::filesystem::path& file, bool is_backup);

/// The fault for a copy that differs from what was written, or can't be read.
std::unexpected<io::Fault> not_what_was_copied(const std::filesystem::path& file);

}  // namespace frontrow::store::sqlite
