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

/// A file that is removed with the object, unless it was given another name by then.
class UnfinishedFile {
public:
    /// Removes what an earlier one has left.
    explicit UnfinishedFile(std::filesystem::path path);
    ~UnfinishedFile();
    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    void remove() const;

    std::filesystem::path path_;
};

/// What batches come to, as an end mark has it.
class BatchTally {
public:
    Result<void, io::Fault> add(const JournalBatch& batch);
    EndMark finish();

private:
    EndMark mark_;
    io::Sha256 lines_;
};

/// What was copied.
struct Copied {
    /// Of the journal.
    JournalEnd end;
    std::uint64_t side_records = 0;

    friend bool operator==(const Copied&, const Copied&) = default;
};

/// A backup that is being made, of whatever journal: the file has its name once it's whole, and
/// only its user may read it.
///
/// Readers' cursors are read before it's known where the journal's copy will end, and all other
/// side records when that is done: see kCursors.
class NewBackup {
public:
    /// `to` isn't there yet. Faults: unavailable.
    static Result<std::unique_ptr<NewBackup>, io::Fault> begin(const std::filesystem::path& to);

    /// In the order of the names' bytes, before the first batch.
    void add_cursor(SideRecord cursor) { cursors_.push_back(std::move(cursor)); }
    /// The next batch, of facts as any journal has them stored.
    Result<void, io::Fault> add_batch(std::uint64_t last_seq, std::string_view facts);
    /// The same of the other side records, after the last batch; cursors are passed over.
    Result<void, io::Fault> add(const SideRecord& record);
    /// Once all of them are added: the version of the newest change, also of one that erased.
    void set_last_version(std::uint64_t version) { last_version_ = version; }
    const JournalEnd& end() const { return copy_->end(); }

    /// Seals it, reads it back from the disk and gives it its name. If it never returns there is no
    /// backup, and perhaps a file `to`.….new to delete. Faults: unavailable, corrupt (what was read
    /// isn't what was written).
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
    /// Those that aren't written yet.
    std::deque<SideRecord> cursors_;
    SideTally side_records_;
    std::uint64_t last_version_ = 0;
};

/// Told what can't be proven of a backup that has no end mark, before it's restored all the same.
using AcceptUnsealed = std::function<void(const std::string&)>;

/// A backup that is read in order to be restored. What it hands out may be damaged until it has
/// come to its end, and was held against its mark.
///
/// Faults name the file: unavailable (no such file, no mark), corrupt (it isn't whole; the message
/// names the batches and facts that it lacks).
class Backup {
public:
    /// Without `accept_unsealed` a file that has no end mark is refused.
    static Result<Backup, io::Fault>
    open(const std::filesystem::path& from, const AcceptUnsealed& accept_unsealed);

    /// The next few batches; none at the end, when they are all that the mark speaks of.
    Result<std::vector<JournalBatch>, io::Fault> next_batches();
    const JournalEnd& end() const { return journal_.end(); }

    /// The same of the side records.
    Result<std::vector<SideRecord>, io::Fault> next_side_records();
    /// How many, by its mark.
    std::uint64_t side_records() const { return mark_ && mark_->side ? mark_->side->records : 0; }
    /// Of the newest change of a side record; 0 where there never was one.
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

/// A new file that is filled in one go, and that only its user may read.
Result<Journal, io::Fault> make_copy(const std::filesystem::path& file, bool is_backup);

/// A copy isn't what was written, as far as can be read.
std::unexpected<io::Fault> not_what_was_copied(const std::filesystem::path& file);

}  // namespace frontrow::store::sqlite
