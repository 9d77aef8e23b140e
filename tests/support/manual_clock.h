#pragma once

#include "io/clock.h"

#include <atomic>

namespace frontrow::test {

/// A clock that stands still until it's told to move. Any thread.
class ManualClock final : public io::Clock {
public:
    explicit ManualClock(
        Instant start = Instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}}
    )
        : now_ms_{start.time_since_epoch().count()} {}

    Instant now() const override { return Instant{Millis{now_ms_.load()}}; }
    void advance(Millis by) { now_ms_ += by.count(); }
    void set(Instant at) { now_ms_ = at.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> now_ms_;
};

}  // namespace frontrow::test
