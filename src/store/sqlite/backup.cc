#include "store/sqlite/backup.h"

#include "io/file.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/durable_journal.h"
#include "store/sqlite/journal_head.h"
#include "store/sqlite/side_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace frontrow::store::sqlite {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;

std::unexpected<Fault> refused(std::string why) {
    return std::unexpected(Fault{FaultKind::unavailable, std::move(why)});
}

// copy_cursors() and copy_side_records() do nothing if the folder has no file of side records. A
// folder that never needed one has none.

Result<void, Fault> copy_cursors(const fs::path& folder, NewBackup& backup) {
    auto side = SideFile::open_to_read(DataFolder::side_of(folder));
    if (!side) return std::unexpected(side.error());
    if (!*side) return {};
    return (*side)->walk(kCursors, [&](const SideRecord& cursor) -> Result<void, Fault> {
        backup.add_cursor(cursor);
        return {};
    });
}

Result<void, Fault> copy_side_records(const fs::path& folder, NewBackup& backup) {
    auto side = SideFile::open_to_read(DataFolder::side_of(folder));
    if (!side) return std::unexpected(side.error());
    if (!*side) return {};
    const auto add = [&](const SideRecord& record) { return backup.add(record); };
    if (auto added = (*side)->walk({}, add); !added) return added;
    const auto last = (*side)->last_version();
    if (!last) return std::unexpected(last.error());
    backup.set_last_version(*last);
    return {};
}

Result<void, Fault>
copy_batches(DurableJournal& source, NewBackup& backup, const CopyProgress& progress) {
    const auto newest = source.journal.newest_batch();
    if (!newest) return std::unexpected(newest.error());
    const auto walked = source.journal.walk(*newest, [&](const JournalBatch& batch) {
        auto added = backup.add_batch(batch.last_seq, batch.facts);
        if (added) progress(backup.end());
        return added;
    });
    if (!walked || backup.end().batch == *newest) return walked;
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the journal ends at batch " + std::to_string(backup.end().batch) + " now, and had " +
            std::to_string(*newest) + " batches when the backup began"
    });
}

Result<void, Fault> check_journal(const fs::path& file, const JournalEnd& end) {
    auto copy = Journal::open(file, {.read_only = true, .vfs = {}});
    if (!copy) return std::unexpected(copy.error());
    if (auto whole = copy->skip(Journal::kToTheEnd); !whole) return whole;
    if (copy->end() != end) return not_what_was_copied(file);
    return {};
}

/// lost+found, our lock file, `other_files` and an unfinished restore count as empty. A file of
/// side records belongs to the unfinished restore only as long as that restore's journal exists
/// under its unfinished name.
Result<void, Fault>
check_empty(const fs::path& folder, const std::vector<std::string>& other_files) {
    constexpr std::array<std::string_view, 5> nothing{
        "lost+found",
        "lock",
        "journal.head",
        DataFolder::kUnfinishedJournal,
        DataFolder::kUnfinishedSide
    };
    std::error_code error;
    if (!fs::exists(folder, error)) return {};
    const bool is_unfinished = fs::exists(folder / DataFolder::kUnfinishedJournal, error);
    for (auto i = fs::directory_iterator{folder, error}; !error && i != fs::directory_iterator{};
         i.increment(error)) {
        const auto name = i->path().filename().string();
        if (std::ranges::find(nothing, name) != nothing.end()) continue;
        if (std::ranges::find(other_files, name) != other_files.end()) continue;
        if (is_unfinished && i->path() == DataFolder::side_of(folder)) continue;
        return refused(
            "the folder " + folder.string() + " isn't empty (" + name +
            " is in it): restore into a new one, or move that away"
        );
    }
    if (error) return refused("can't look into " + folder.string() + ": " + error.message());
    return {};
}

/// Fills `file` with the backup's rows. Fails if they are incomplete.
Result<void, Fault>
unpack_journal(Backup& backup, const fs::path& file, const CopyProgress& progress) {
    {
        auto copy = make_copy(file, false);
        if (!copy) return std::unexpected(copy.error());
        for (;;) {
            const auto batches = backup.next_batches();
            if (!batches) return std::unexpected(batches.error());
            if (batches->empty()) break;
            for (const auto& batch : *batches) {
                if (auto added = copy->append_stored(batch.last_seq, batch.facts); !added)
                    return added;
                progress(copy->end());
            }
        }
        if (auto finished = copy->finish_copy(); !finished) return finished;
    }
    return check_journal(file, backup.end());
}

/// Computes the mark of a finished file of side records.
Result<SideMark, Fault> read_side_file(const fs::path& file) {
    auto side = SideFile::open_to_read(file);
    if (!side) return std::unexpected(side.error());
    if (!*side) return not_what_was_copied(file);
    SideTally tally;
    const auto add = [&](const SideRecord& record) -> Result<void, Fault> {
        tally.add(record);
        return {};
    };
    if (auto read = (*side)->walk({}, add); !read) return std::unexpected(read.error());
    const auto last = (*side)->last_version();
    if (!last) return std::unexpected(last.error());
    return tally.finish(*last);
}

Result<void, Fault> fill_side_file(Backup& backup, const fs::path& file, SideTally& tally) {
    auto side = SideFile::make_copy(file);
    if (!side) return std::unexpected(side.error());
    for (;;) {
        const auto page = backup.next_side_records();
        if (!page) return std::unexpected(page.error());
        if (page->empty()) return side->finish_copy(backup.last_version());
        for (const auto& record : *page) {
            tally.add(record);
            if (auto added = side->add(record); !added) return added;
        }
    }
}

/// Fills the file of side records and reads it back.
Result<void, Fault> unpack_side_records(Backup& backup, const fs::path& file) {
    SideTally tally;
    if (auto filled = fill_side_file(backup, file, tally); !filled) return filled;
    const auto found = read_side_file(file);
    if (!found) return std::unexpected(found.error());
    if (*found != tally.finish(backup.last_version())) return not_what_was_copied(file);
    return {};
}

/// Files that a restore has renamed into place. The destructor removes them unless keep() was
/// called.
class PublishedFiles {
public:
    ~PublishedFiles() {
        std::error_code ignored;
        for (const auto& name : names_)
            fs::remove(name, ignored);
    }
    /// If the renaming may not be durable, the file is removed, too.
    Result<void, Fault> publish(const fs::path& file, const fs::path& name) {
        std::error_code ignored;
        const bool was_there = fs::exists(fs::symlink_status(name, ignored));
        auto given = io::publish(file, name, io::IfThere::refuse);
        if (given || !was_there) names_.push_back(name);
        return given;
    }
    void note(const fs::path& name) { names_.push_back(name); }
    void keep() { names_.clear(); }

private:
    std::vector<fs::path> names_;
};

/// The journal comes last: until it has its name there is no data folder, and the restore may be
/// tried again.
Result<void, Fault> publish_folder(
    const UnfinishedFile& journal,
    const UnfinishedFile& side,
    const DataFolder& folder,
    const Backup& backup
) {
    PublishedFiles published;
    published.note(folder.head());
    const auto head = JournalHead::establish(folder.head(), backup.end());
    if (!head) return std::unexpected(head.error());
    if (backup.last_version() > 0) {
        const auto side_name = DataFolder::side_of(folder.path());
        if (auto given = published.publish(side.path(), side_name); !given) return given;
    }
    if (auto given = published.publish(journal.path(), folder.journal()); !given) return given;
    published.keep();
    return {};
}

/// Removes the file of side records that an interrupted restore had renamed into place.
void remove_unfinished_side(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::exists(folder / DataFolder::kUnfinishedJournal, ignored)) return;
    fs::remove(DataFolder::side_of(folder), ignored);
}

}  // namespace

Result<Copied, Fault>
back_up(const fs::path& folder, const fs::path& to, const CopyProgress& progress) {
    auto source = DurableJournal::open(folder);
    if (!source) return std::unexpected(source.error());
    if (auto whole = source->check_end(); !whole) return std::unexpected(whole.error());
    const auto backup = NewBackup::begin(to);
    if (!backup) return std::unexpected(backup.error());
    if (auto copied = copy_cursors(folder, **backup); !copied)
        return std::unexpected(copied.error());
    if (auto copied = copy_batches(*source, **backup, progress); !copied)
        return std::unexpected(copied.error());
    if (auto copied = copy_side_records(folder, **backup); !copied)
        return std::unexpected(copied.error());
    return (*backup)->finish();
}

Result<Copied, Fault> restore(
    const fs::path& from,
    const fs::path& folder,
    const CopyProgress& progress,
    const AcceptUnsealed& accept_unsealed,
    const std::vector<std::string>& other_files
) {
    if (auto empty = check_empty(folder, other_files); !empty)
        return std::unexpected(empty.error());
    auto backup = Backup::open(from, accept_unsealed);
    if (!backup) return std::unexpected(backup.error());
    const auto locked = DataFolder::open(folder);
    if (!locked) return std::unexpected(locked.error());
    // A server may have started and stopped meanwhile.
    if (auto empty = check_empty(folder, other_files); !empty)
        return std::unexpected(empty.error());
    remove_unfinished_side(folder);
    const UnfinishedFile journal{folder / DataFolder::kUnfinishedJournal};
    const UnfinishedFile side{folder / DataFolder::kUnfinishedSide};
    auto unpacked = unpack_journal(*backup, journal.path(), progress);
    if (unpacked) unpacked = unpack_side_records(*backup, side.path());
    if (!unpacked) return std::unexpected(unpacked.error());
    if (auto published = publish_folder(journal, side, *locked, *backup); !published)
        return std::unexpected(published.error());
    return Copied{.end = backup->end(), .side_records = backup->side_records()};
}

}  // namespace frontrow::store::sqlite
