#include "io/retry_policy.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace frontrow::test {
namespace {

constexpr io::RetryPolicy kPolicy{
    .retries = 3,
    .delays = {.first = Millis{100}, .longest = Millis{1'000}, .factor = 5, .jitter = 0.2},
};

TEST(RetryPolicy, tries_again_as_often_as_it_says_and_waits_longer_each_time) {
    // Zero bits take nothing off a wait.
    EXPECT_EQ(kPolicy.after(1, {}), Millis{100});
    EXPECT_EQ(kPolicy.after(2, {}), Millis{500});
    EXPECT_EQ(kPolicy.after(3, {}), Millis{1'000});
    EXPECT_EQ(kPolicy.after(4, {}), std::nullopt);
    EXPECT_EQ(kPolicy.after(4, {}, Millis{10}), std::nullopt);
}

TEST(RetryPolicy, leaves_its_share_of_each_wait_to_chance) {
    Millis least{1'000};
    Millis most{0};
    for (std::uint64_t chance = 0; chance < 1'000; ++chance) {
        const auto wait = kPolicy.after(2, {0, chance});
        ASSERT_TRUE(wait);
        least = std::min(least, *wait);
        most = std::max(most, *wait);
    }
    EXPECT_EQ(least, Millis{400});
    EXPECT_EQ(most, Millis{500});
}

TEST(RetryPolicy, waits_as_long_as_it_is_asked_to_up_to_its_longest_delay) {
    EXPECT_EQ(kPolicy.after(1, {}, Millis{0}), Millis{100});
    EXPECT_EQ(kPolicy.after(1, {}, Millis{700}), Millis{700});
    EXPECT_EQ(kPolicy.after(1, {}, Millis{3'600'000}), Millis{1'000});
}

TEST(RetryPolicy, never_waits_longer_than_its_longest_delay_however_often_it_fails) {
    auto patient = kPolicy;
    patient.retries = 1'000'000;
    patient.delays.jitter = 0;
    for (const int failures : {4, 100, 10'000, 1'000'000})
        EXPECT_EQ(patient.after(failures, {0, ~0ULL}), Millis{1'000});
}

}  // namespace
}  // namespace frontrow::test
