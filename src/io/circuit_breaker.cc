#include "io/circuit_breaker.h"

namespace frontrow::io {
namespace {

/// True if `wait` has passed since `since`. A `since` in the future counts as passed: a clock that
/// stepped back must not lengthen a wait.
bool is_over(Instant since, Millis wait, Instant now) {
    return now >= since + wait || now < since;
}

}  // namespace

bool CircuitBreaker::allows(Instant now) {
    if (state_ == State::closed) return true;
    if (!is_over(since_, wait_, now)) return false;
    state_ = State::half_open;
    since_ = now;
    wait_ = settings_.open_longest;
    return true;
}

void CircuitBreaker::succeeded(Instant now) {
    switch (state_) {
        case State::closed:
            count(now);
            failures_in_a_row_ = 0;
            return;
        case State::open:
            return;
        case State::half_open:
            close(now);
            return;
    }
}

void CircuitBreaker::failed(Instant now) {
    switch (state_) {
        case State::closed: {
            count(now);
            ++failures_in_window_;
            ++failures_in_a_row_;
            const bool is_rate_high =
                calls_in_window_ >= settings_.calls_in_window_min &&
                failures_in_window_ >= settings_.failure_rate_max * calls_in_window_;
            if (failures_in_a_row_ >= settings_.failures_in_a_row_max || is_rate_high) open(now);
            return;
        }
        case State::open:
            return;
        case State::half_open:
            open(now);
            return;
    }
}

void CircuitBreaker::count(Instant now) {
    if (is_over(window_start_, settings_.window, now)) {
        window_start_ = now;
        calls_in_window_ = 0;
        failures_in_window_ = 0;
    }
    ++calls_in_window_;
}

void CircuitBreaker::open(Instant now) {
    state_ = State::open;
    since_ = now;
    wait_ = backoff_.after_failure(random_.next());
}

void CircuitBreaker::close(Instant now) {
    state_ = State::closed;
    backoff_.after_success();
    failures_in_a_row_ = 0;
    window_start_ = now;
    calls_in_window_ = 0;
    failures_in_window_ = 0;
}

}  // namespace frontrow::io
