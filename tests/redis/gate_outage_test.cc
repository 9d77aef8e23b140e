#include "redis/gate_fixture.h"
#include "support/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace frontrow::test {
namespace {

using State = io::CircuitBreaker::State;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// Redis stops, hangs or is full: the gate then answers `unknown`, and soon does so at once.
class GateOutage : public GateTest {
protected:
    static constexpr Millis kOpenLongest{10'000};

    void open() override {
        auto with = settings();
        with.command_time = 500ms;
        with.connect_time = 500ms;
        connect(with);
        make_gate({.breaker = {.failures_in_a_row_max = 3, .open_longest = kOpenLongest}});
    }
    /// Sends requests until the breaker opens. Returns whether each was answered `unknown` and the
    /// breaker is open.
    bool ask_until_open() {
        for (int i = 0; i < 3; ++i) {
            if (take(1, {1}) != kUnknown) return false;
        }
        return gate->breaker_state() == State::open;
    }
    /// True if requests are answered `unknown` without any wait.
    bool is_unknown_at_once() {
        auto asked = start(io, taking({{1, {1}}, {2, {2}}}));
        run_ready(io);
        if (!asked.is_done()) return false;
        return asked.get() == std::vector{kUnknown, kUnknown};
    }
    /// Whether a request passes once the breaker's time is over.
    bool passes() {
        return eventually([this] {
            clock.advance(kOpenLongest);
            return take(1, {1}) == kPass;
        });
    }
};

TEST_F(GateOutage, says_unknown_at_once_while_redis_is_stopped_and_comes_back_with_it) {
    EXPECT_TRUE(passes());
    const auto unknown_before = gate->counters().unknown;
    server->stop();
    EXPECT_TRUE(ask_until_open());
    EXPECT_TRUE(is_unknown_at_once());
    EXPECT_EQ(gate->counters().unknown, unknown_before + 5);

    server->start();
    ASSERT_TRUE(run_until([this] { return client->is_connected(); }));
    EXPECT_TRUE(is_unknown_at_once()) << "nobody has tried yet";
    EXPECT_TRUE(passes());
    EXPECT_EQ(gate->breaker_state(), State::closed);
}

TEST_F(GateOutage, says_unknown_at_once_while_redis_stands_still) {
    server->freeze();
    EXPECT_TRUE(ask_until_open());
    EXPECT_TRUE(is_unknown_at_once());
    server->thaw();
    EXPECT_TRUE(passes());
    EXPECT_EQ(gate->breaker_state(), State::closed);
}

TEST_F(GateOutage, sends_one_probe_when_the_time_is_over) {
    server->freeze();
    EXPECT_TRUE(ask_until_open());
    server->thaw();
    ASSERT_TRUE(run_until([this] { return client->is_connected(); }));
    server->freeze();
    clock.advance(kOpenLongest);
    auto probe = start(io, taking({{1, {1}}}));
    run_ready(io);
    EXPECT_FALSE(probe.is_done());
    EXPECT_EQ(gate->breaker_state(), State::half_open);
    EXPECT_TRUE(is_unknown_at_once()) << "one is enough";
    EXPECT_EQ(probe.get(), std::vector{kUnknown});
    EXPECT_EQ(gate->breaker_state(), State::open);
}

TEST_F(GateOutage, knows_nothing_when_redis_is_full) {
    EXPECT_THAT(server->ask("CONFIG SET maxmemory 1"), HasSubstr("OK"));
    EXPECT_TRUE(ask_until_open());
    EXPECT_TRUE(is_unknown_at_once());
}

}  // namespace
}  // namespace frontrow::test
