#include "store/cluster/cluster_time.h"

#include <algorithm>

namespace frontrow::store::cluster {

void ClusterTime::learn(Time sent, Time received, Instant clock) {
    const auto trip = received - sent;
    // The database's clock was read at some moment between the two; in the middle is the best
    // guess, and it is wrong by half of the trip at most. Its milliseconds are cut off.
    const auto guess =
        Time{clock.time_since_epoch()} + std::chrono::microseconds{500} - (sent + trip / 2);
    const bool contradicts =
        guess - target_ > trip / 2 + kStep || target_ - guess > trip / 2 + kStep;
    // How wrong the best answer may be by now: half of its trip, and what clocks have drifted
    // since.
    const auto doubt = best_trip_ / 2 + (received - best_at_) / kDriftPart;
    const bool is_better = trip / 2 <= doubt;
    if (is_known_ && !is_better && !contradicts) return;
    best_trip_ = trip;
    best_at_ = received;
    target_ = guess;
    if (is_known_ && offset_ - target_ <= kStep && target_ - offset_ <= kStep) return;
    is_known_ = true;
    offset_ = target_;
    slewed_at_ = received;
}

Instant ClusterTime::at(Time now) {
    // A thousandth of what passes, so that time never stands still.
    const auto step = std::max(now - slewed_at_, Time{0}) / 1'000;
    offset_ += std::clamp(target_ - offset_, -step, step);
    // What was too short for a step isn't lost.
    if (step > Time{0}) slewed_at_ = now;
    return Instant{std::chrono::floor<Millis>(now + offset_)};
}

}  // namespace frontrow::store::cluster
