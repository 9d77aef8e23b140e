#include "io/turn_queue.h"

#include "support/run_coroutine.h"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using std::chrono_literals::operator""us;
using testing::ElementsAre;

class Turns : public testing::Test {
protected:
    /// Waits for a turn this many times.
    io::Awaitable<int> wait(io::TurnQueue& queue, std::string name, int times) {
        for (int i = 0; i < times; ++i) {
            co_await queue.wait();
            went_on.push_back(name);
        }
        co_return 0;
    }

    /// Notes `name` and uses an hour of the thread's time.
    auto work(std::string name) {
        return [this, name] {
            went_on.push_back(name);
            used += std::chrono::hours{1};
        };
    }
    io::TurnQueue::ProcessorTime processor_time() {
        return [this] { return used; };
    }

    boost::asio::io_context loop;
    std::chrono::nanoseconds used{0};
    std::vector<std::string> went_on;
};

TEST_F(Turns, come_to_all_who_wait_in_their_order_and_to_each_once_a_turn_of_the_loop) {
    io::TurnQueue queue{loop.get_executor(), std::chrono::hours{1}, processor_time()};
    const auto a = start(loop, wait(queue, "a", 2));
    const auto b = start(loop, wait(queue, "b", 2));
    run_ready(loop);
    EXPECT_THAT(went_on, ElementsAre("a", "b", "a", "b"));
    EXPECT_TRUE(a.is_done() && b.is_done());
}

/// Between two turns the loop does other work, however many callers wait for a turn.
TEST_F(Turns, leave_room_for_whatever_else_is_due) {
    // With a time slice of zero, one waiting coroutine continues per turn.
    io::TurnQueue queue{loop.get_executor(), 0us, processor_time()};
    for (const auto* name : {"a", "b", "c"})
        queue.add([this, name] {
            went_on.push_back(name);
            boost::asio::post(loop, [this] { went_on.push_back("other"); });
        });
    run_ready(loop);
    EXPECT_THAT(went_on, ElementsAre("a", "other", "b", "other", "c", "other"));
}

TEST_F(Turns, follow_each_other_while_there_is_no_other_work) {
    io::TurnQueue queue{loop.get_executor(), 0us, processor_time()};
    for (const auto* name : {"a", "b", "c"})
        queue.add(work(name));
    run_ready(loop);
    EXPECT_THAT(went_on, ElementsAre("a", "b", "c"));
}

TEST_F(Turns, pause_after_a_slice_while_there_is_other_work) {
    io::TurnQueue queue{loop.get_executor(), 0us, processor_time()};
    boost::asio::post(loop, work("other"));
    queue.add(work("a"));
    queue.add(work("b"));
    run_ready(loop);
    EXPECT_THAT(went_on, ElementsAre("other", "a"));
}

TEST_F(Turns, end_with_the_queue_when_its_last_one_takes_it_away) {
    auto queue = std::make_unique<io::TurnQueue>(loop.get_executor(), 0us, processor_time());
    queue->add([&] { queue.reset(); });
    run_ready(loop);
    EXPECT_EQ(queue, nullptr);
}

}  // namespace
}  // namespace frontrow::test
