#include "store/engine/snapshot_taker.h"

#include "store/engine/snapshot.h"

#include <utility>

namespace frontrow::store::engine {

SnapshotTaker::SnapshotTaker(
    Settings settings,
    Begun begun,
    std::function<void(const io::Fault&)> on_trouble
)
    : settings_{std::move(settings)},
      begun_{std::move(begun)},
      schedule_{settings_.bytes_min, begun_.bytes},
      on_trouble_{std::move(on_trouble)} {
}

void SnapshotTaker::look(std::uint64_t journal_bytes) {
    if (settings_.command.empty()) return;
    if (child_) {
        if (const auto exit_code = child_->poll()) child_ended(*exit_code);
        return;
    }
    if (!schedule_.is_due(journal_bytes)) return;
    auto started = io::ChildProcess::start(settings_.command, settings_.environment);
    if (started) {
        child_.emplace(std::move(*started));
    } else {
        on_trouble_(started.error());
    }
}

void SnapshotTaker::child_ended(int exit_code) {
    child_.reset();
    if (exit_code == 0) return;
    on_trouble_({
        io::FaultKind::unavailable,
        "it ended with exit code " + std::to_string(exit_code) + "; frontrow snapshot says why",
    });
}

void SnapshotTaker::finish(
    const domain::Inventory& state,
    const JournalEnd& end,
    std::uint64_t journal_bytes
) {
    child_.reset();
    if (!schedule_.is_worth_one_at_stop(journal_bytes)) return;
    // Skips it after the last generation: the next snapshot must be made from the journal's
    // beginning, and the shutdown would take long.
    if (is_last_generation(begun_.generation)) return;
    const auto written = write_snapshot(begun_.folder, state, end, begun_.generation + 1);
    if (!written) on_trouble_(written.error());
}

}  // namespace frontrow::store::engine
