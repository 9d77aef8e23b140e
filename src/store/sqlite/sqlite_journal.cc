#include "store/sqlite/sqlite_journal.h"

#include <utility>

namespace frontrow::store::sqlite {

using io::Fault;

SqliteJournal::SqliteJournal(
    Settings settings,
    Ports ports,
    DataFolder folder,
    std::unique_ptr<Committer> committer
)
    : settings_{std::move(settings)},
      ports_{std::move(ports)},
      folder_{std::move(folder)},
      committer_{std::move(committer)},
      facts_{ports_.owner, folder_.path(), settings_.vfs} {
    auto snapshots = settings_.snapshots;
    if (!snapshots.command.empty())
        snapshots.command.insert(snapshots.command.end(), {"--data-dir", folder_.path()});
    snapshots_ = std::make_unique<engine::SnapshotTaker>(
        std::move(snapshots),
        engine::SnapshotTaker::Begun{
            .folder = folder_.path(),
            .generation = settings_.generation,
            .bytes = settings_.snapshot_bytes
        },
        ports_.on_trouble
    );
}

void SqliteJournal::append(SharedFacts batch) {
    committer_->submit(std::move(batch));
}

engine::Journal::Health SqliteJournal::health() const {
    const auto free_bytes = ports_.disk.free_bytes(folder_.path());
    return {.is_low = free_bytes < settings_.disk_reserve, .free_bytes = free_bytes};
}

Result<engine::Journal::Health, Fault> SqliteJournal::look() {
    if (auto there = folder_.check_files(); !there) return std::unexpected(there.error());
    const auto now = health();
    if (!now.is_low) snapshots_->look(committer_->journal_bytes());
    return now;
}

void SqliteJournal::abandon(const Fault& why) {
    committer_->abandon(why);
}

Result<void, Fault> SqliteJournal::finish(const domain::Inventory& state) {
    const auto end = committer_->finish();
    if (!end) return std::unexpected(end.error());
    if (!health().is_low) snapshots_->finish(state, *end, committer_->journal_bytes());
    return {};
}

}  // namespace frontrow::store::sqlite
