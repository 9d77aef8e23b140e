#include "store/cluster/cluster_time.h"

#include <algorithm>

namespace frontrow::store::cluster {

void ClusterTime::learn(Time sent, Time received, Instant clock) {
    const auto trip = received - sent;
    // The database read its clock at some moment between `sent` and `received`. The midpoint is the
    // best guess, wrong by at most half of the round trip. The half millisecond makes up for the
    // digits that `clock` has lost.
    const auto guess =
        Time{clock.time_since_epoch()} + std::chrono::microseconds{500} - (sent + trip / 2);
    const bool contradicts =
        guess - target_ > trip / 2 + kStep || target_ - guess > trip / 2 + kStep;
    // The possible error of the best answer by now: half of its round trip, plus the clocks' drift
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
    // Corrects by at most a thousandth of the elapsed time, so that time never stands still.
    const auto step = std::max(now - slewed_at_, Time{0}) / 1'000;
    offset_ += std::clamp(target_ - offset_, -step, step);
    // If the interval was too short for a step, adds it to the next one.
    if (step > Time{0}) slewed_at_ = now;
    return Instant{std::chrono::floor<Millis>(now + offset_)};
}

}  // namespace frontrow::store::cluster
