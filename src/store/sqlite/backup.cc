#include "store/sqlite/backup.h"

#include "io/file.h"
#include "io/sha256.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/durable_journal.h"
#include "store/sqlite/journal_head.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;

constexpr auto kUnfinishedBackup = "journal.db.new";

std::unexpected<Fault> refused(std::string why) {
    return std::unexpected(Fault{FaultKind::unavailable, std::move(why)});
}

/// A file that is removed unless it was given its name.
class UnfinishedFile {
public:
    explicit UnfinishedFile(fs::path path) : path_{std::move(path)} { remove(); }
    ~UnfinishedFile() { remove(); }
    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;

    const fs::path& path() const { return path_; }

private:
    void remove() const {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }

    fs::path path_;
};

/// What the batches that it was shown come to, as an end mark has it.
class Tally {
public:
    Result<void, Fault> add(const JournalBatch& batch) {
        const auto lines = Journal::lines_of(batch);
        if (!lines) return std::unexpected(lines.error());
        sha_.update(*lines);
        mark_.batches = batch.batch;
        mark_.last_seq = batch.last_seq;
        return {};
    }
    EndMark finish() {
        mark_.lines = sha_.finish();
        return mark_;
    }

private:
    EndMark mark_;
    io::Sha256 sha_;
};

Result<Journal, Fault> make_copy(const fs::path& file, bool is_backup) {
    auto copy = Journal::open(file, {.is_copy = true, .is_backup = is_backup, .vfs = {}});
    if (!copy) copy.error().what = "can't write " + file.string() + ": " + copy.error().what;
    return copy;
}

Result<EndMark, Fault> copy_rows(
    Journal& source,
    Journal& copy,
    std::uint64_t newest_batch,
    const CopyProgress& progress
) {
    Tally tally;
    const auto copied = source.copy_to(copy, newest_batch, [&](const JournalBatch& batch) {
        progress(copy.end());
        return tally.add(batch);
    });
    if (!copied) return std::unexpected(copied.error());
    return tally.finish();
}

std::string from_to(const char* what, std::uint64_t from, std::uint64_t to) {
    return std::string{what} + " " + std::to_string(from) + " to " + std::to_string(to);
}

/// What a backup lacks that is whole up to `end`.
Fault short_of(const EndMark& mark, const JournalEnd& end, const std::string& why) {
    if (end.batch >= mark.batches) return {FaultKind::corrupt, why};
    return {
        FaultKind::corrupt,
        from_to("batches", end.batch + 1, mark.batches) + " (" +
            from_to("facts", end.last_seq + 1, mark.last_seq) + ") are missing or damaged: " + why,
    };
}

/// Refuses a backup whose rows, which end at `end`, don't come to what its mark says.
Result<void, Fault> check_mark(const EndMark& mark, const EndMark& found, const JournalEnd& end) {
    if (found == mark) return {};
    if (found.batches < mark.batches && found.last_seq < mark.last_seq)
        return std::unexpected(short_of(mark, end, "it was cut off"));
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "its end mark is of " + std::to_string(mark.last_seq) + " other facts in " +
            std::to_string(mark.batches) + " batches, and it has " +
            std::to_string(found.last_seq) + " in " + std::to_string(found.batches),
    });
}

std::unexpected<Fault> not_what_was_copied(const fs::path& file) {
    return std::unexpected(Fault{FaultKind::corrupt, file.string() + " isn't what was copied"});
}

// A copy is read back from its file: what SQLite was told to write is not yet what is there.

Result<void, Fault> check_backup(const fs::path& file, const EndMark& written) {
    auto copy = Journal::open(file, {.read_only = true, .is_backup = true, .vfs = {}});
    if (!copy) return std::unexpected(copy.error());
    const auto mark = copy->end_mark();
    if (!mark) return std::unexpected(mark.error());
    Tally tally;
    const auto add = [&](const JournalBatch& batch) { return tally.add(batch); };
    if (auto read = copy->walk(Journal::kToTheEnd, add); !read) return read;
    if (*mark != written || tally.finish() != written) return not_what_was_copied(file);
    return {};
}

Result<void, Fault> check_journal(const fs::path& file, const JournalEnd& end) {
    auto copy = Journal::open(file, {.read_only = true, .vfs = {}});
    if (!copy) return std::unexpected(copy.error());
    if (auto whole = copy->skip(Journal::kToTheEnd); !whole) return whole;
    if (copy->end() != end) return not_what_was_copied(file);
    return {};
}

/// A new file system, our lock and an unfinished restore count as empty.
Result<void, Fault> check_empty(const fs::path& folder) {
    constexpr std::array<std::string_view, 4> nothing{
        "lost+found", "lock", "journal.head", kUnfinishedBackup
    };
    std::error_code error;
    if (!fs::exists(folder, error)) return {};
    for (auto i = fs::directory_iterator{folder, error}; !error && i != fs::directory_iterator{};
         i.increment(error)) {
        const auto name = i->path().filename().string();
        if (std::ranges::find(nothing, name) != nothing.end()) continue;
        return refused(
            "the folder " + folder.string() + " isn't empty (" + name +
            " is in it): restore into a new one, or move that away"
        );
    }
    if (error) return refused("can't look into " + folder.string() + ": " + error.message());
    return {};
}

Result<Journal, Fault> open_backup(const fs::path& file) {
    std::error_code ignored;
    const auto status = fs::status(file, ignored);
    if (!fs::exists(status)) return refused("there is no such file");
    if (!fs::is_regular_file(status)) return refused("it isn't a file");
    if (fs::file_size(file, ignored) == 0) return refused("it is empty");
    return Journal::open(file, {.read_only = true, .is_backup = true, .vfs = {}});
}

/// Nothing for a backup without one that is taken all the same.
Result<std::optional<EndMark>, Fault>
find_mark(Journal& backup, const AcceptUnsealed& accept_unsealed) {
    auto mark = backup.end_mark();
    if (!mark || *mark) return mark;
    const auto newest = backup.newest_batch();
    if (!newest) return std::unexpected(newest.error());
    const auto what =
        "it has no end mark (an older frontrow made it, or it is the journal of a "
        "data folder), so nothing proves that no batch is missing after batch " +
        std::to_string(*newest) + ", its last";
    if (!accept_unsealed)
        return refused(what + "; --accept-unsealed restores what it has all the same");
    accept_unsealed(what);
    if (auto whole = backup.check_pages(); !whole) return std::unexpected(whole.error());
    return mark;
}

/// Fills `file` with the backup's rows, if they are all of them.
Result<JournalEnd, Fault> unpack(
    Journal& backup,
    const std::optional<EndMark>& mark,
    const fs::path& file,
    const CopyProgress& progress
) {
    {
        auto copy = make_copy(file, false);
        if (!copy) return std::unexpected(copy.error());
        const auto found = copy_rows(backup, *copy, Journal::kToTheEnd, progress);
        if (!found) {
            const bool is_damaged = mark && found.error().kind == FaultKind::corrupt;
            return std::unexpected(
                is_damaged ? short_of(*mark, backup.end(), found.error().what) : found.error()
            );
        }
        if (mark) {
            if (auto whole = check_mark(*mark, *found, backup.end()); !whole)
                return std::unexpected(whole.error());
        }
        if (auto finished = copy->finish_copy(); !finished)
            return std::unexpected(finished.error());
    }
    if (auto checked = check_journal(file, backup.end()); !checked)
        return std::unexpected(checked.error());
    return backup.end();
}

/// The head first, so that there is never a journal without one.
Result<void, Fault>
publish_journal(const fs::path& file, const DataFolder& folder, const JournalEnd& end) {
    auto noted = JournalHead::establish(folder.head(), end);
    if (!noted) return std::unexpected(noted.error());
    auto named = io::publish(file, folder.journal(), io::IfThere::refuse);
    std::error_code ignored;
    if (!named) {
        // The name may have been given, and not be durable.
        fs::remove(folder.journal(), ignored);
        fs::remove(folder.head(), ignored);
    }
    return named;
}

}  // namespace

Result<JournalEnd, Fault>
back_up(const fs::path& folder, const fs::path& to, const CopyProgress& progress) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(to, ignored)))
        return refused(to.string() + " is there already; a backup is never overwritten");
    auto source = DurableJournal::open(folder);
    if (!source) return std::unexpected(source.error());
    if (auto whole = source->check_end(); !whole) return std::unexpected(whole.error());
    const UnfinishedFile file{to.string() + "." + std::to_string(::getpid()) + ".new"};
    EndMark mark;
    {
        auto copy = make_copy(file.path(), true);
        if (!copy) return std::unexpected(copy.error());
        const auto copied = copy_rows(source->journal, *copy, source->newest_batch, progress);
        if (!copied) return std::unexpected(copied.error());
        mark = *copied;
        auto finished = copy->seal(mark);
        if (finished) finished = copy->finish_copy();
        if (!finished) return std::unexpected(finished.error());
    }
    auto named = check_backup(file.path(), mark);
    if (named) named = io::publish(file.path(), to, io::IfThere::refuse);
    if (!named) return std::unexpected(named.error());
    return source->journal.end();
}

Result<JournalEnd, Fault> restore(
    const fs::path& from,
    const fs::path& folder,
    const CopyProgress& progress,
    const AcceptUnsealed& accept_unsealed
) {
    const auto about_backup = [&](Fault fault) {
        fault.what = from.string() + " can't be restored: " + fault.what;
        return std::unexpected(std::move(fault));
    };
    if (auto empty = check_empty(folder); !empty) return std::unexpected(empty.error());
    auto backup = open_backup(from);
    if (!backup) return about_backup(backup.error());
    const auto mark = find_mark(*backup, accept_unsealed);
    if (!mark) return about_backup(mark.error());

    const auto locked = DataFolder::open(folder);
    if (!locked) return std::unexpected(locked.error());
    // A server may have come and gone meanwhile.
    if (auto empty = check_empty(folder); !empty) return std::unexpected(empty.error());
    const UnfinishedFile file{folder / kUnfinishedBackup};
    const auto end = unpack(*backup, *mark, file.path(), progress);
    if (!end) return about_backup(end.error());
    if (auto published = publish_journal(file.path(), *locked, *end); !published)
        return std::unexpected(published.error());
    return end;
}

}  // namespace frontrow::store::sqlite
