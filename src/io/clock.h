#pragma once

#include "base/instant.h"

#include <chrono>

namespace frontrow::io {

/// The machine's two clocks at one moment.
struct ClockReading {
    /// The machine's idea of the time. It steps forwards or backwards when somebody sets it.
    Instant wall;
    /// The time since the machine started, suspension included. Never decreases and never steps.
    std::chrono::nanoseconds since_boot{};
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual ClockReading read() const = 0;

    /// The wall clock's time. For anything that must not step with it, use a CarriedTime.
    Instant now() const { return read().wall; }
};

class SystemClock final : public Clock {
public:
    ClockReading read() const override;
};

}  // namespace frontrow::io
