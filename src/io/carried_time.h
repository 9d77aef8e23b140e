#pragma once

#include "io/clock.h"

namespace frontrow::io {

/// The time that rules are judged by: begun once at what the wall clock says, then carried by the
/// steady clock, so that a wall clock that is set wrong for a moment ends no hold and closes no
/// sale.
///
/// While the two are within kAgreement of each other the carried time follows the wall clock, by a
/// thousandth of what passes. That is for small steps: NTP's slewing moves both clocks alike, but a
/// leap second, or a host that sets its guests' clocks by some milliseconds every minute, would
/// otherwise add up. Further apart the wall clock is taken to be wrong and is not followed.
///
/// One thread.
class CarriedTime {
public:
    static constexpr Millis kAgreement{5'000};

    /// It is `begin` at this reading.
    CarriedTime(const ClockReading& reading, Instant begin)
        : begin_{begin}, read_at_{reading.since_boot}, wall_ahead_{reading.wall - begin} {}

    /// The time at this reading, which was taken after those before. Never falls.
    Instant at(const ClockReading& reading);

    /// How far the wall clock was ahead of the carried time at the last reading; negative: behind.
    Millis wall_ahead() const { return wall_ahead_; }
    bool agrees() const { return wall_ahead_ >= -kAgreement && wall_ahead_ <= kAgreement; }

private:
    Instant time() const { return begin_ + std::chrono::floor<Millis>(carried_); }

    Instant begin_;
    /// Since `begin_`; in nanoseconds, so that a thousandth of a few microseconds isn't lost.
    std::chrono::nanoseconds carried_{};
    /// Of the steady clock.
    std::chrono::nanoseconds read_at_;
    Millis wall_ahead_;
};

}  // namespace frontrow::io
