#pragma once

#include "base/instant.h"

#include <chrono>

namespace frontrow::io {

/// The machine's two clocks at one moment.
struct ClockReading {
    /// The time of day as the machine knows it. It steps forwards or backwards when the clock is
    /// set.
    Instant wall;
    /// The time since the machine started, including suspension. Never decreases and never steps.
    std::chrono::nanoseconds since_boot{};
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual ClockReading read() const = 0;

    /// The wall clock's time, which may step. Where a step would do harm, use a CarriedTime.
    Instant now() const { return read().wall; }
};

class SystemClock final : public Clock {
public:
    ClockReading read() const override;
};

}  // namespace frontrow::io
