#include "io/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace frontrow::test {
namespace {

using std::chrono_literals::operator""ms;

class EventLoop : public testing::Test {
protected:
    boost::asio::io_context loop;
};

TEST_F(EventLoop, ends_when_nothing_is_left_to_wait_for) {
    int ran = 0;
    boost::asio::post(loop, [&] { boost::asio::post(loop, [&] { ++ran; }); });
    boost::asio::steady_timer timer{loop, 1ms};
    timer.async_wait([&](const boost::system::error_code&) { ++ran; });
    io::run_event_loop(loop);
    EXPECT_EQ(ran, 2);
}

TEST_F(EventLoop, does_what_other_threads_bring_and_ends_when_it_is_stopped) {
    const auto work = boost::asio::make_work_guard(loop);
    constexpr int kBrought = 1'000;
    int ran = 0;
    std::jthread other{[&] {
        for (int i = 0; i < kBrought; ++i)
            boost::asio::post(loop, [&] { ++ran; });
        boost::asio::post(loop, [&] { loop.stop(); });
    }};
    io::run_event_loop(loop);
    EXPECT_EQ(ran, kBrought);
}

}  // namespace
}  // namespace frontrow::test
