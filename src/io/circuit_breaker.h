#pragma once

#include "base/instant.h"
#include "io/backoff.h"
#include "io/random.h"

#include <cstdint>

namespace frontrow::io {

/// Stops calls to a service that is down, so that callers don't wait in vain. Now and then it
/// allows one call, the probe, to see whether the service is back. It only counts and compares: the
/// caller passes in the time, and decides what to do while the breaker is open. One thread.
///
/// Each allowed caller must report once whether its call succeeded. A call that began before the
/// breaker opened counts like any other: at worst the breaker opens or closes one call too early.
class CircuitBreaker {
public:
    enum class State : std::uint8_t {
        /// All calls are allowed.
        closed,
        /// No call is allowed until a wait is over. The wait grows with each failed probe.
        open,
        /// One probe is under way; its result opens or closes the breaker.
        half_open,
    };
    struct Settings {
        int failures_in_a_row_max = 5;
        /// The failure rate is that of the calls in one window. It is ignored if they are fewer
        /// than `calls_in_window_min`.
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

    /// Returns true if the caller may make the call. When the open wait is over, one caller gets
    /// true, and its call is the probe. If that caller hasn't reported within `open_longest`, the
    /// next caller makes the probe.
    bool allows(Instant now);
    void succeeded(Instant now);
    void failed(Instant now);
    /// The state stays `open`, even after the open wait, until allows() is called.
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
