#pragma once

#include "base/instant.h"
#include "io/backoff.h"
#include "io/random.h"

#include <cstdint>

namespace frontrow::io {

/// Keeps calls away from a service that is down, so that no caller waits for it in vain, and lets a
/// probe through now and then to see whether it is back. It only counts and compares: the caller
/// passes in the time, and decides what to do while the breaker is open. One thread.
///
/// Each allowed caller must report once how its call went. Calls that began before the breaker
/// opened count like any other: at worst the breaker opens or closes one call too early.
class CircuitBreaker {
public:
    enum class State : std::uint8_t {
        /// All calls are allowed.
        closed,
        /// No call is allowed, for a time that grows with each failed probe.
        open,
        /// One probe is under way; its result decides.
        half_open,
    };
    struct Settings {
        int failures_in_a_row_max = 5;
        /// The failure rate is ignored if a window has fewer calls than `calls_in_window_min`.
        Millis window{1'000};
        int calls_in_window_min = 20;
        double failure_rate_max = 0.5;
        Millis open_first{200};
        Millis open_longest{10'000};
    };

    /// `random` (for the jitter) must outlive the breaker.
    CircuitBreaker(const Settings& settings, Random& random)
        : settings_{settings},
          random_{random},
          backoff_{settings.open_first, settings.open_longest} {}

    /// Tells whether the caller may make the call. Once the open time is over, one caller gets true
    /// and is the probe. If it hasn't reported within `open_longest`, another caller becomes the
    /// probe.
    bool allows(Instant now);
    void succeeded(Instant now);
    void failed(Instant now);
    /// As of the last call. The state stays `open` until a caller asks allows().
    State state() const { return state_; }

private:
    void count(Instant now);
    void open(Instant now);
    void close(Instant now);

    Settings settings_;
    Random& random_;
    Backoff backoff_;
    State state_ = State::closed;
    int failures_in_a_row_ = 0;
    Instant window_start_;
    int calls_in_window_ = 0;
    int failures_in_window_ = 0;
    /// When the breaker opened, or when the probe began.
    Instant since_;
    Millis wait_{};
};

}  // namespace frontrow::io
