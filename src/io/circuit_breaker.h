#pragma once

#include "base/instant.h"
#include "io/backoff.h"
#include "io/random.h"

#include <cstdint>

namespace frontrow::io {

/// Keeps calls away from something that is down, so that nobody waits for it in vain, and lets one
/// through now and then to see whether it's back. It only counts and compares: the time is handed
/// in, and what is done while it's open is the caller's affair. One thread.
///
/// Whoever was allowed tells how it went, once. What calls report that were begun before it opened
/// counts like any other's: in the worst case it closes or opens one call too early.
class CircuitBreaker {
public:
    enum class State : std::uint8_t {
        /// All is well: everything is allowed.
        closed,
        /// Nothing is allowed, for a time that grows with each probe that fails.
        open,
        /// One probe is under way; its end decides.
        half_open,
    };
    struct Settings {
        int failures_in_a_row_max = 5;
        /// A failure rate means nothing below so many calls in a window.
        Millis window{1'000};
        int calls_in_window_min = 20;
        double failure_rate_max = 0.5;
        Millis open_first{200};
        Millis open_longest{10'000};
    };

    /// `random` (for the jitter) outlives it.
    CircuitBreaker(const Settings& settings, Random& random)
        : settings_{settings},
          random_{random},
          backoff_{settings.open_first, settings.open_longest} {}

    /// Whether to make the call. Once the open time is over this is true for one caller, who is
    /// the probe, and for another if that one hasn't reported within `open_longest`.
    bool allows(Instant now);
    void succeeded(Instant now);
    void failed(Instant now);
    /// As of the last call; `open` stays until somebody asks to be allowed.
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
    /// When it opened, or when the probe went.
    Instant since_;
    Millis wait_{};
};

}  // namespace frontrow::io
