#include "store/sqlite/embedded_store.h"

#include "io/file.h"
#include "store/engine/snapshot.h"
#include "store/sqlite/recovery.h"
#include "store/sqlite/sqlite_journal.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

namespace fs = std::filesystem;
using io::CarriedTime;
using io::Fault;
using io::FaultKind;

/// If nothing was sold for this long, the operator is told that the clock may be wrong.
constexpr std::chrono::days kLongAfter{2};

/// Refuses a folder that has no journal but has files of an unfinished restore or a side file: a
/// restore was interrupted there.
Result<void, Fault> refuse_unfinished_restore(const fs::path& folder) {
    std::error_code ignored;
    for (const auto& file :
         {folder / DataFolder::kUnfinishedJournal,
          folder / DataFolder::kUnfinishedSide,
          DataFolder::side_of(folder)}) {
        if (!fs::exists(file, ignored)) continue;
        return std::unexpected(Fault{
            FaultKind::unavailable,
            "there is no journal in " + folder.string() + ", but " + file.filename().string() +
                " is: a restore was interrupted here; run it again"
        });
    }
    return {};
}

/// If there is no journal yet, creates the head before the journal, so that a journal without a
/// head can't be one that was just created. If the journal's file is missing but its log or a
/// snapshot of it is there, refuses: SQLite would start over and discard the log.
Result<void, Fault> begin_new_journal(const DataFolder& folder) {
    std::error_code is_missing;
    const auto bytes = fs::file_size(folder.journal(), is_missing);
    if (!is_missing && bytes > 0) return {};
    if (auto whole = refuse_unfinished_restore(folder.path()); !whole) return whole;
    if (auto none = check_head(folder.head(), JournalEnd{}); !none) return none;
    std::error_code ignored;
    if (fs::exists(folder.journal().string() + "-wal", ignored) ||
        !engine::list_snapshots(folder.path()).empty()) {
        return std::unexpected(Fault{
            FaultKind::corrupt,
            folder.journal().string() +
                " is missing or empty, but its log or a snapshot of it is there; nothing was "
                "changed, restore a backup"
        });
    }
    if (is_missing != std::errc::no_such_file_or_directory) return {};
    auto head = JournalHead::establish(folder.head(), {});
    if (!head) return std::unexpected(head.error());
    return {};
}

/// Refuses a folder that has other files but none of ours: its path is probably mistyped, and a new
/// store would be created there. Hidden files, lost+found and `other_files` don't count.
Result<void, Fault>
check_ours(const std::filesystem::path& folder, const std::vector<std::string>& other_files) {
    std::string stranger;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator{folder, ignored}) {
        const auto name = file.path().filename().string();
        for (const auto* ours : {"lock", "journal.", "side.db", "snapshot-"})
            if (name.starts_with(ours)) return {};
        const bool is_neutral = name.starts_with('.') || name == "lost+found" ||
                                std::ranges::find(other_files, name) != other_files.end();
        if (!is_neutral) stranger = name;
    }
    if (stranger.empty()) return {};
    return std::unexpected(Fault{
        FaultKind::unavailable,
        "the folder " + folder.string() + " has no journal, but other files (" + stranger +
            "): name the data folder, or a new or empty one, with --data-dir"
    });
}

/// If the wall clock is behind the newest fact, it is wrong now or was wrong when the fact was
/// written; only the operator knows which. A clock that is far ahead can't be distinguished from a
/// correct clock after a pause in sales.
Result<CarriedTime, Fault> begin_time(
    const domain::Inventory& recovered,
    const EmbeddedStore::Ports& ports,
    bool accept_clock
) {
    const auto reading = ports.clock.read();
    if (recovered.last_seq() == 0) return CarriedTime{reading, reading.wall};
    const auto newest = recovered.last_at();
    const Millis ahead = reading.wall - newest;
    if (ahead < -CarriedTime::kAgreement && !accept_clock) {
        return std::unexpected(Fault{
            FaultKind::unavailable,
            "this machine's clock says " + to_rfc3339(reading.wall) +
                ", but the newest fact is of " + to_rfc3339(newest) +
                ": set the clock right, or go on from that fact's time with --accept-clock"
        });
    }
    if (ahead > kLongAfter && ports.on_clock_news)
        ports.on_clock_news(EmbeddedStore::ClockNews::long_after_newest_fact, ahead);
    return CarriedTime{reading, std::max(reading.wall, newest)};
}

/// The journal's files, open for writing and durable up to the journal's end.
struct OpenFiles {
    JournalHead head;
    io::SqliteDatabase log_mover;
    bool head_was_missing = false;
};

/// Call it once the journal was found valid. Up to this call no file was changed.
Result<OpenFiles, Fault> open_files(Journal& journal, DataFolder& folder, const std::string& vfs) {
    if (auto settled = journal.settle(); !settled) return std::unexpected(settled.error());
    const bool head_was_missing = !JournalHead::read(folder.head());
    auto head = JournalHead::establish(folder.head(), journal.end());
    if (!head) return std::unexpected(head.error());
    auto log_mover = Journal::open_log_mover(folder.journal(), vfs);
    if (!log_mover) return std::unexpected(log_mover.error());
    if (auto synced = io::sync_folder(folder.path()); !synced)
        return std::unexpected(synced.error());
    if (auto noted = folder.note_files(); !noted) return std::unexpected(noted.error());
    if (auto there = journal.check_name(); !there) return std::unexpected(there.error());
    return OpenFiles{std::move(*head), std::move(*log_mover), head_was_missing};
}

Result<Journal, Fault> open_journal(const DataFolder& folder, const std::string& vfs) {
    if (auto begun = begin_new_journal(folder); !begun) return std::unexpected(begun.error());
    auto journal = Journal::open(folder.journal(), {.read_only = false, .vfs = vfs});
    if (!journal)
        journal.error().what =
            "can't open " + folder.journal().string() + ": " + journal.error().what;
    return journal;
}

}  // namespace

EmbeddedStore::EmbeddedStore(
    const Settings& settings,
    Ports ports,
    std::unique_ptr<domain::Inventory> state,
    CarriedTime time,
    Start start
)
    : Engine{
          {.waiting_max = settings.waiting_max, .batch_bytes_max = settings.batch_bytes_max},
          {.owner = std::move(ports.owner),
           .clock = ports.clock,
           .on_failure = std::move(ports.on_failure),
           .on_clock_news = std::move(ports.on_clock_news),
           .on_room_news = std::move(ports.on_room_news),
           .on_unread_facts = std::move(ports.on_unread_facts)},
          std::move(state),
          time
      },
      start_{start} {
}

Result<std::unique_ptr<EmbeddedStore>, Fault> EmbeddedStore::open(Settings settings, Ports ports) {
    if (!ports.on_trouble) ports.on_trouble = [](const Fault&) {};
    if (auto ours = check_ours(settings.folder, settings.other_files); !ours)
        return std::unexpected(ours.error());
    auto folder = DataFolder::open(settings.folder);
    if (!folder) return std::unexpected(folder.error());
    std::error_code ignored;
    const bool is_new = !std::filesystem::exists(folder->journal(), ignored);
    auto journal = open_journal(*folder, settings.vfs);
    if (!journal) return std::unexpected(journal.error());
    engine::remove_unfinished_snapshots(folder->path());
    auto recovered = recover(*journal, folder->path());
    if (!recovered) return std::unexpected(recovered.error());
    if (auto whole = check_head(folder->head(), journal->end()); !whole)
        return std::unexpected(whole.error());
    const auto time = begin_time(*recovered->inventory, ports, settings.accept_clock);
    if (!time) return std::unexpected(time.error());
    auto files = open_files(*journal, *folder, settings.vfs);
    if (!files) return std::unexpected(files.error());
    for (const auto& fault : recovered->passed_over)
        ports.on_trouble(fault);

    std::unique_ptr<EmbeddedStore> store{new EmbeddedStore{
        settings,
        ports,
        std::move(recovered->inventory),
        *time,
        {.from = recovered->snapshot.last_seq + 1,
         .head_was_missing = files->head_was_missing,
         .is_new = is_new},
    }};
    const auto end = journal->end();
    auto committer = std::make_unique<Committer>(
        std::move(*journal), std::move(files->head), std::move(files->log_mover), store->done()
    );
    auto kept = std::make_unique<SqliteJournal>(
        SqliteJournal::Settings{
            .snapshots = std::move(settings.snapshots),
            .disk_reserve = settings.disk_reserve,
            .generation = recovered->generation,
            .snapshot_bytes = recovered->snapshot_bytes,
            .vfs = settings.vfs,
        },
        SqliteJournal::Ports{
            .owner = ports.owner, .disk = ports.disk, .on_trouble = std::move(ports.on_trouble)
        },
        std::move(*folder),
        std::move(committer)
    );
    auto started = store->start(std::move(kept), end);
    if (!started) return std::unexpected(started.error());
    return store;
}

}  // namespace frontrow::store::sqlite
