#include "store/engine/snapshot_taker.h"

#include <utility>

namespace frontrow::store::engine {

SnapshotTaker::SnapshotTaker(
    Settings settings,
    std::uint64_t snapshot_bytes,
    std::function<void(const io::Fault&)> on_trouble
)
    : settings_{std::move(settings)},
      schedule_{settings_.bytes_min, snapshot_bytes},
      on_trouble_{std::move(on_trouble)} {
}

void SnapshotTaker::look(std::uint64_t journal_bytes) {
    if (settings_.command.empty()) return;
    if (child_) {
        if (const auto exit_code = child_->poll()) finish(*exit_code);
        return;
    }
    if (!schedule_.is_due(journal_bytes)) return;
    auto started = io::ChildProcess::start(settings_.command);
    if (started) {
        child_.emplace(std::move(*started));
    } else {
        on_trouble_(started.error());
    }
}

void SnapshotTaker::finish(int exit_code) {
    child_.reset();
    if (exit_code == 0) return;
    on_trouble_({
        io::FaultKind::unavailable,
        "it ended with exit code " + std::to_string(exit_code) + "; frontrow snapshot says why",
    });
}

}  // namespace frontrow::store::engine
