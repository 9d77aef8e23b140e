#include "store/embedded/snapshot_taker.h"

#include <algorithm>
#include <utility>

namespace frontrow::store::embedded {

SnapshotTaker::SnapshotTaker(
    Settings settings,
    std::uint64_t snapshot_bytes,
    std::function<void(const io::Fault&)> on_trouble
)
    : settings_{std::move(settings)},
      last_bytes_{snapshot_bytes},
      on_trouble_{std::move(on_trouble)} {
}

void SnapshotTaker::look(std::uint64_t journal_bytes) {
    if (settings_.command.empty()) return;
    if (child_) {
        if (const auto exit_code = child_->poll()) finish(*exit_code);
        return;
    }
    const auto due = last_bytes_ + std::max(settings_.bytes_min, last_bytes_ / 8);
    if (journal_bytes < due) return;
    // One that fails isn't tried again at once.
    last_bytes_ = journal_bytes;
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

}  // namespace frontrow::store::embedded
