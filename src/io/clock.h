#pragma once

#include "base/instant.h"

#include <chrono>

namespace frontrow::io {

/// The machine's two clocks at one moment.
struct ClockReading {
    /// What the machine holds the time to be. Steps when somebody sets it, forwards and backwards.
    Instant wall;
    /// Since the machine was started, suspended or not. Never falls and never steps.
    std::chrono::nanoseconds since_boot{};
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual ClockReading read() const = 0;

    /// The wall clock's time. Whatever must not step with it is judged by a CarriedTime.
    Instant now() const { return read().wall; }
};

class SystemClock final : public Clock {
public:
    ClockReading read() const override;
};

}  // namespace frontrow::io
