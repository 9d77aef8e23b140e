#include "io/backoff.h"

#include <gtest/gtest.h>

#include <vector>

namespace frontrow::test {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, doubles_up_to_its_limit_and_begins_again_after_a_success) {
    io::Backoff backoff{milliseconds{100}, milliseconds{500}};
    // The longest wait over all random draws.
    const auto longest = [&] {
        const auto copy = backoff;
        milliseconds found{0};
        for (std::uint64_t chance = 0; chance < 1'000; ++chance)
            found = std::max(found, io::Backoff{copy}.after_failure({0, chance}));
        backoff.after_failure({0, 0});
        return found.count();
    };
    for (const int expected : {100, 200, 400, 500, 500})
        EXPECT_EQ(longest(), expected);
    backoff.after_success();
    EXPECT_EQ(longest(), 100);
}

TEST(Backoff, leaves_half_of_the_time_to_chance) {
    for (std::uint64_t chance = 0; chance < 1'000; ++chance) {
        io::Backoff backoff{milliseconds{101}, milliseconds{500}};
        const auto time = backoff.after_failure({0, chance});
        EXPECT_GE(time, milliseconds{50});
        EXPECT_LE(time, milliseconds{101});
    }
}

TEST(Backoff, waits_for_nothing_where_nothing_is_asked) {
    io::Backoff backoff{milliseconds{0}, milliseconds{0}};
    EXPECT_EQ(backoff.after_failure({~0ULL, ~0ULL}), milliseconds{0});
}

}  // namespace
}  // namespace frontrow::test
