#include "io/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace frontrow::test {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

/// Sleeps at once, after a while, or never.
class EventLoop : public testing::TestWithParam<std::chrono::microseconds> {
protected:
    boost::asio::io_context loop;
};

TEST_P(EventLoop, ends_when_nothing_is_left_to_wait_for) {
    int ran = 0;
    boost::asio::post(loop, [&] { boost::asio::post(loop, [&] { ++ran; }); });
    boost::asio::steady_timer timer{loop, 1ms};
    timer.async_wait([&](const boost::system::error_code&) { ++ran; });
    io::run_event_loop(loop, GetParam());
    EXPECT_EQ(ran, 2);
}

TEST_P(EventLoop, does_what_other_threads_bring_and_ends_when_it_is_stopped) {
    const auto work = boost::asio::make_work_guard(loop);
    constexpr int kBrought = 1'000;
    int ran = 0;
    std::jthread other{[&] {
        for (int i = 0; i < kBrought; ++i)
            boost::asio::post(loop, [&] { ++ran; });
        boost::asio::post(loop, [&] { loop.stop(); });
    }};
    io::run_event_loop(loop, GetParam());
    EXPECT_EQ(ran, kBrought);
}

INSTANTIATE_TEST_SUITE_P(Poll, EventLoop, testing::Values(0us, 300us, 1h), [](const auto& info) {
    return "for_" + std::to_string(info.param.count()) + "_us";
});

}  // namespace
}  // namespace frontrow::test
