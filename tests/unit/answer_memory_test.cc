#include "http/answer_memory.h"

#include <gtest/gtest.h>

namespace frontrow::http {
namespace {

constexpr std::size_t kSmall = AnswerMemory::kSmall;

TEST(AnswerMemory, is_had_until_it_is_given_back) {
    AnswerMemory memory{10};
    auto first = memory.take(7);
    ASSERT_TRUE(first);
    EXPECT_FALSE(memory.was_short());
    EXPECT_FALSE(memory.take(4));
    EXPECT_TRUE(memory.was_short());
    EXPECT_FALSE(memory.was_short()) << "it is told once";
    {
        const auto second = memory.take(3);
        EXPECT_TRUE(second);
        EXPECT_EQ(memory.bytes(), 10);
    }
    EXPECT_EQ(memory.bytes(), 7);
    first->resize(12);
    EXPECT_EQ(memory.bytes(), 12) << "what was made counts, even beyond what there is";
    EXPECT_FALSE(memory.take(1));
    first.reset();
    EXPECT_EQ(memory.bytes(), 0);
}

TEST(AnswerMemory, counts_a_share_once_wherever_it_is_moved) {
    AnswerMemory memory{10};
    auto one = memory.take(4);
    auto other = memory.take(5);
    other = std::move(one);
    one.reset();
    EXPECT_EQ(memory.bytes(), 4);
    other.reset();
    EXPECT_EQ(memory.bytes(), 0);
}

TEST(AnswerMemory, is_left_in_part_to_small_answers_by_large_ones) {
    AnswerMemory memory{16 * kSmall};
    const auto large = memory.take(14 * kSmall);
    ASSERT_TRUE(large);
    EXPECT_FALSE(memory.take(kSmall + 1));
    const auto small = memory.take(kSmall);
    const auto smaller = memory.take(kSmall - 1);
    EXPECT_TRUE(small && smaller);
    EXPECT_FALSE(memory.take(2));
}

}  // namespace
}  // namespace frontrow::http
