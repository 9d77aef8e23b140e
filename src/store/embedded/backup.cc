#include "store/embedded/backup.h"

#include "io/file.h"
#include "store/embedded/data_folder.h"
#include "store/embedded/durable_journal.h"
#include "store/embedded/journal_head.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::store::embedded {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;

constexpr auto kUnfinished = "journal.db.new";

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

/// The copy is read back from its file: what SQLite was told to write is not yet what is there.
Result<void, Fault> check_copy(const fs::path& file, const JournalEnd& end) {
    auto copy = Journal::open(file, {.read_only = true});
    if (!copy) return std::unexpected(copy.error());
    if (auto whole = copy->skip(end.batch); !whole) return whole;
    if (copy->end() == end) return {};
    return std::unexpected(Fault{FaultKind::corrupt, file.string() + " isn't what was copied"});
}

/// Whole and checked under its name, or not there.
Result<JournalEnd, Fault> copy_journal(
    Journal& source,
    std::uint64_t newest_batch,
    const UnfinishedFile& file,
    const fs::path& name,
    const CopyProgress& progress
) {
    {
        auto copy = Journal::open(file.path(), {.is_copy = true});
        if (!copy) {
            copy.error().what = "can't write " + file.path().string() + ": " + copy.error().what;
            return std::unexpected(copy.error());
        }
        if (auto copied = source.copy_to(*copy, newest_batch, progress); !copied)
            return std::unexpected(copied.error());
        if (auto finished = copy->finish_copy(); !finished)
            return std::unexpected(finished.error());
    }
    if (auto checked = check_copy(file.path(), source.end()); !checked)
        return std::unexpected(checked.error());
    if (auto named = io::publish(file.path(), name, io::IfThere::refuse); !named)
        return std::unexpected(named.error());
    return source.end();
}

/// What a new file system, a lock and a restore that was cut off leave is nothing.
Result<void, Fault> check_empty(const fs::path& folder) {
    constexpr std::array<std::string_view, 3> nothing{"lost+found", "lock", kUnfinished};
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
    if (!fs::is_regular_file(file, ignored)) return refused("there is no file " + file.string());
    auto journal = Journal::open(file, {.read_only = true});
    if (!journal)
        journal.error().what = "can't read " + file.string() + ": " + journal.error().what;
    return journal;
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
    return copy_journal(source->journal, source->newest_batch, file, to, progress);
}

Result<JournalEnd, Fault>
restore(const fs::path& from, const fs::path& folder, const CopyProgress& progress) {
    if (auto empty = check_empty(folder); !empty) return std::unexpected(empty.error());
    auto source = open_backup(from);
    if (!source) return std::unexpected(source.error());
    const auto newest = source->newest_batch();
    if (!newest) return std::unexpected(newest.error());

    const auto locked = DataFolder::open(folder);
    if (!locked) return std::unexpected(locked.error());
    // A server may have come and gone meanwhile.
    if (auto empty = check_empty(folder); !empty) return std::unexpected(empty.error());
    const UnfinishedFile file{folder / kUnfinished};
    auto copied = copy_journal(*source, *newest, file, locked->journal(), progress);
    if (!copied) return copied;
    auto head = JournalHead::establish(locked->head(), *copied);
    if (!head) return std::unexpected(head.error());
    return copied;
}

}  // namespace frontrow::store::embedded
