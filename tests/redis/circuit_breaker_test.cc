#include "io/circuit_breaker.h"

#include "support/seeded_random.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::io {
namespace {

using State = CircuitBreaker::State;
using namespace std::chrono_literals;

/// Always gives zero bits, so that waits have their full length.
class NoJitter final : public Random {
public:
    Bits128 next() override { return {}; }
};

/// An action at a moment, and the state after it.
struct Step {
    Millis at;
    /// "ask+" and "ask-": a request that is allowed, or refused. "good" and "bad": a call that
    /// succeeded, or failed.
    std::string what;
    State then;
};

constexpr CircuitBreaker::Settings kSettings{
    .failures_in_a_row_max = 3,
    .window = 1'000ms,
    .calls_in_window_min = 6,
    .failure_rate_max = 0.5,
    .open_first = 100ms,
    .open_longest = 400ms,
};

void play(const std::vector<Step>& steps) {
    NoJitter random;
    CircuitBreaker breaker{kSettings, random};
    const Instant start{1'000'000ms};
    for (const auto& [at, what, then] : steps) {
        SCOPED_TRACE(std::to_string(at.count()) + " ms: " + what);
        if (what == "good") breaker.succeeded(start + at);
        if (what == "bad") breaker.failed(start + at);
        if (what.starts_with("ask")) EXPECT_EQ(breaker.allows(start + at), what == "ask+");
        EXPECT_EQ(breaker.state(), then);
    }
}

TEST(CircuitBreaker, opens_after_failures_in_a_row) {
    play({
        {0ms, "ask+", State::closed},
        {0ms, "bad", State::closed},
        {1ms, "bad", State::closed},
        {2ms, "good", State::closed},
        {3ms, "bad", State::closed},
        {4ms, "bad", State::closed},
        {5ms, "bad", State::open},
        {5ms, "ask-", State::open},
        {104ms, "ask-", State::open},
    });
}

TEST(CircuitBreaker, opens_when_too_many_of_a_window_fail) {
    play({
        {0ms, "good", State::closed},
        {1ms, "bad", State::closed},
        {2ms, "bad", State::closed},
        {3ms, "good", State::closed},
        {4ms, "good", State::closed},
        {5ms, "bad", State::open},
    });
}

TEST(CircuitBreaker, forgets_what_happened_in_another_window) {
    play({
        {0ms, "good", State::closed},
        {1ms, "bad", State::closed},
        {2ms, "bad", State::closed},
        {3ms, "good", State::closed},
        {4ms, "good", State::closed},
        {1'000ms, "bad", State::closed},
    });
}

TEST(CircuitBreaker, lets_one_probe_through_and_closes_when_it_goes_well) {
    play({
        {0ms, "bad", State::closed},
        {0ms, "bad", State::closed},
        {0ms, "bad", State::open},
        {100ms, "ask+", State::half_open},
        {100ms, "ask-", State::half_open},
        {101ms, "good", State::closed},
        {101ms, "ask+", State::closed},
        {101ms, "bad", State::closed},
        {102ms, "bad", State::closed},
        {103ms, "bad", State::open},
        {202ms, "ask-", State::open},
        {203ms, "ask+", State::half_open},
    });
}

TEST(CircuitBreaker, stays_open_for_longer_each_time_up_to_a_bound) {
    play({
        {0ms, "bad", State::closed},
        {0ms, "bad", State::closed},
        {0ms, "bad", State::open},
        {100ms, "ask+", State::half_open},
        {100ms, "bad", State::open},
        {299ms, "ask-", State::open},
        {300ms, "ask+", State::half_open},
        {300ms, "bad", State::open},
        {699ms, "ask-", State::open},
        {700ms, "ask+", State::half_open},
        {700ms, "bad", State::open},
        {1'099ms, "ask-", State::open},
        {1'100ms, "ask+", State::half_open},
    });
}

TEST(CircuitBreaker, ignores_reports_of_calls_begun_before_it_opened) {
    play({
        {0ms, "bad", State::closed},
        {0ms, "bad", State::closed},
        {0ms, "bad", State::open},
        {1ms, "bad", State::open},
        {2ms, "good", State::open},
        {100ms, "ask+", State::half_open},
    });
}

TEST(CircuitBreaker, sends_another_probe_where_one_never_reports) {
    play({
        {0ms, "bad", State::closed},
        {0ms, "bad", State::closed},
        {0ms, "bad", State::open},
        {100ms, "ask+", State::half_open},
        {499ms, "ask-", State::half_open},
        {500ms, "ask+", State::half_open},
    });
}

TEST(CircuitBreaker, is_not_held_open_by_a_clock_that_steps_back) {
    play({
        {5'000ms, "bad", State::closed},
        {5'000ms, "bad", State::closed},
        {5'000ms, "bad", State::open},
        {0ms, "ask+", State::half_open},
    });
}

}  // namespace
}  // namespace frontrow::io
