#include "http/shared_bodies.h"

#include "support/run_coroutine.h"

#include <gtest/gtest.h>

#include <latch>
#include <vector>

namespace frontrow::test {
namespace {

using http::SharedBodies;
using http::SharedBody;
using Body = SharedBodies::Body;

/// Two bodies are kept, and there is room for ten. Each takes a little more than its text.
class Bodies : public testing::Test {
protected:
    static constexpr std::size_t kOne = 10'000;
    static constexpr std::size_t kKept = 2 * kOne + kOne / 2;

    auto make(std::size_t bytes) {
        return [this, bytes] {
            ++made;
            SharedBody body;
            body.text.reserve(bytes);
            body.text.assign(bytes, 'x');
            return body;
        };
    }
    Body ask(const std::string& name, std::size_t bytes = kOne) {
        auto found = bodies.find(name);
        return found != nullptr ? found : bodies.make_here(name, bytes, make(bytes));
    }

    /// The number of bodies in memory.
    std::size_t taken() const { return memory.bytes() / kOne; }

    boost::asio::io_context loop;
    io::TurnQueue turns{loop.get_executor(), std::chrono::microseconds{0}};
    io::Workers workers{loop.get_executor(), 1};
    http::AnswerMemory memory{10 * kOne + kOne / 2};
    SharedBodies bodies{memory, turns, workers, kKept};
    int made = 0;
};

TEST_F(Bodies, are_made_once) {
    EXPECT_EQ(bodies.find("a"), nullptr);
    const auto first = ask("a");
    EXPECT_EQ(first->text, std::string(kOne, 'x'));
    EXPECT_EQ(ask("a"), first);
    EXPECT_EQ(made, 1);
    EXPECT_EQ(taken(), 1);
}

TEST_F(Bodies, that_were_asked_for_longest_ago_are_let_go) {
    ask("a");
    ask("b");
    ask("a");
    ask("c");
    EXPECT_NE(bodies.find("a"), nullptr);
    EXPECT_EQ(bodies.find("b"), nullptr);
    EXPECT_NE(bodies.find("c"), nullptr);
    EXPECT_EQ(taken(), 2);
}

TEST_F(Bodies, that_are_too_large_to_be_kept_are_shared_for_as_long_as_anybody_has_them) {
    ask("a");
    auto large = ask("large", kKept + 1);
    EXPECT_EQ(bodies.find("large"), large);
    EXPECT_EQ(taken(), 3);
    large.reset();
    EXPECT_EQ(bodies.find("large"), nullptr);
    EXPECT_EQ(taken(), 1);
    EXPECT_NE(bodies.find("a"), nullptr) << "it drove nothing out";
}

TEST_F(Bodies, are_not_made_where_there_is_no_room_and_what_is_only_kept_makes_some) {
    ask("kept");
    const auto sent = ask("sent", 9 * kOne);
    ASSERT_NE(sent, nullptr);
    EXPECT_NE(bodies.find("kept"), nullptr);
    EXPECT_NE(ask("b"), nullptr) << "in place of the one that was kept";
    EXPECT_EQ(bodies.find("kept"), nullptr);
    const auto held = bodies.find("b");
    EXPECT_EQ(ask("c"), nullptr);
    EXPECT_EQ(made, 3);
    EXPECT_EQ(bodies.find("b"), held);
}

TEST_F(Bodies, count_by_more_than_their_text_however_short_it_is) {
    for (int i = 0; i < 10'000; ++i)
        ask("a list that nobody else asked for, number " + std::to_string(i), 2);
    EXPECT_LE(memory.bytes(), kKept);
    EXPECT_EQ(bodies.find("a list that nobody else asked for, number 9000"), nullptr);
}

TEST_F(Bodies, are_made_once_on_a_worker_for_all_who_ask_meanwhile) {
    std::latch has_looked{1};
    const auto make_later = [&, make_it = make(kOne)] {
        has_looked.wait();
        return make_it();
    };
    std::vector<Started<Body>> asking;
    for (int i = 0; i < 5; ++i)
        asking.push_back(start(loop, bodies.make_on_worker("a", kOne, make_later)));
    run_ready(loop);
    EXPECT_EQ(memory.bytes(), kOne) << "it counts before it is there";
    has_looked.count_down();
    const auto first = asking.front().get();
    for (auto& one : asking)
        EXPECT_EQ(&one == &asking.front() ? first : one.get(), first);
    EXPECT_EQ(made, 1);
}

TEST_F(Bodies, are_refused_to_those_for_whom_no_worker_has_room) {
    const auto sent = ask("sent", 10 * kOne);
    EXPECT_EQ(run(loop, bodies.make_on_worker("a", kOne, make(kOne))), nullptr);
    EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace frontrow::test
