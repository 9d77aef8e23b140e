#pragma once

#include "base/check.h"
#include "io/clock.h"

#include <atomic>

namespace frontrow::test {

/// The clocks of a machine, which stand still until the test moves them. Any thread.
class ManualClock final : public io::Clock {
public:
    explicit ManualClock(
        Instant start = Instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}}
    )
        : booted_ms_{start.time_since_epoch().count()} {}

    io::ClockReading read() const override {
        const Millis since_boot{since_boot_ms_.load()};
        return {.wall = Instant{Millis{booted_ms_.load()}} + since_boot, .since_boot = since_boot};
    }

    /// Lets time pass; it never goes backwards.
    void advance(Millis by) {
        CHECK(by >= Millis{0});
        since_boot_ms_ += by.count();
    }
    /// Lets time pass until the wall clock shows `at`.
    void set(Instant at) { advance(at - now()); }
    /// Sets the wall clock forwards or backwards, without time passing.
    void step(Millis by) { booted_ms_ += by.count(); }

private:
    /// The wall clock's reading for the moment when the machine was started.
    std::atomic<std::int64_t> booted_ms_;
    std::atomic<std::int64_t> since_boot_ms_ = 0;
};

}  // namespace frontrow::test
