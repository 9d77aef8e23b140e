#pragma once

#include "io/clock.h"

namespace frontrow::io {

/// The time that rules such as the end of a hold are checked against. It starts at a given time
/// and then advances with ClockReading::since_boot. So a wall clock that is wrong for a moment
/// can't end a hold or close a sale.
///
/// As long as the carried time and the wall clock differ by at most kAgreement, the carried time is
/// moved towards the wall clock, by at most a thousandth of the time that passes. This corrects
/// small steps, which would otherwise add up: a leap second, or a host that sets its guests' clocks
/// by some milliseconds every minute. (NTP's slewing moves both clocks alike.) If the two differ by
/// more, the wall clock is considered wrong and is not followed.
///
/// One thread.
class CarriedTime {
public:
    static constexpr Millis kAgreement{5'000};

    /// `begin` is the carried time at this reading.
    CarriedTime(const ClockReading& reading, Instant begin)
        : begin_{begin}, read_at_{reading.since_boot}, wall_ahead_{reading.wall - begin} {}

    /// The carried time at this reading, which must be newer than all earlier readings. Never
    /// decreases.
    Instant at(const ClockReading& reading);

    /// How far the wall clock was ahead of the carried time at the last reading; negative if it was
    /// behind.
    Millis wall_ahead() const { return wall_ahead_; }
    bool agrees() const { return wall_ahead_ >= -kAgreement && wall_ahead_ <= kAgreement; }

private:
    Instant time() const { return begin_ + std::chrono::floor<Millis>(carried_); }

    Instant begin_;
    /// The carried time that has elapsed since `begin_`. Nanoseconds, so that a thousandth of a few
    /// microseconds isn't lost.
    std::chrono::nanoseconds carried_{};
    /// The steady clock's time at the last reading.
    std::chrono::nanoseconds read_at_;
    Millis wall_ahead_;
};

}  // namespace frontrow::io
