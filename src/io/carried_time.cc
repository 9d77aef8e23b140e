#include "io/carried_time.h"

#include <algorithm>

namespace frontrow::io {

Instant CarriedTime::at(const ClockReading& reading) {
    using std::chrono::nanoseconds;
    const auto passed = std::max(reading.since_boot - read_at_, nanoseconds{0});
    read_at_ += passed;
    carried_ += passed;
    wall_ahead_ = reading.wall - time();
    const nanoseconds step_max = passed / 1'000;
    if (agrees()) carried_ += std::clamp<nanoseconds>(wall_ahead_, -step_max, step_max);
    return time();
}

}  // namespace frontrow::io
