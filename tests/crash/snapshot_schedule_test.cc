#include "store/engine/snapshot_schedule.h"

#include "io/child_process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace frontrow::test {
namespace {

using store::engine::SnapshotSchedule;

constexpr std::uint64_t kMin = 64 << 20;
/// How much a quiet journal grows in a tenth of a second.
constexpr std::uint64_t kQuiet = 100 << 10;
constexpr std::uint64_t kRush = 4 << 20;

/// The journal's size when the next snapshot is due, if it grows by `step` between two checks.
std::uint64_t due_at(SnapshotSchedule& schedule, std::uint64_t from, std::uint64_t step) {
    auto bytes = from;
    while (!schedule.is_due(bytes))
        bytes += step;
    return bytes;
}

TEST(SnapshotSchedule, takes_one_when_the_journal_has_grown) {
    SnapshotSchedule schedule{kMin, 0};
    const auto first = due_at(schedule, 0, kQuiet);
    EXPECT_NEAR(first, kMin, kQuiet);
    EXPECT_NEAR(due_at(schedule, first, kQuiet), first + kMin, kQuiet);
}

TEST(SnapshotSchedule, takes_them_less_often_the_larger_the_journal_is) {
    SnapshotSchedule schedule{kMin, 80 * kMin};
    EXPECT_NEAR(due_at(schedule, 80 * kMin, kQuiet), 90 * kMin, kQuiet);
}

TEST(SnapshotSchedule, lets_a_rush_pass_first) {
    SnapshotSchedule schedule{kMin, 0};
    std::uint64_t bytes = 0;
    for (; bytes < 2 * kMin - kRush; bytes += kRush)
        EXPECT_FALSE(schedule.is_due(bytes));
    EXPECT_TRUE(schedule.is_due(bytes - kRush));
}

TEST(SnapshotSchedule, waits_for_no_end_of_a_rush_that_has_none) {
    SnapshotSchedule schedule{kMin, 0};
    const auto first = due_at(schedule, 0, kRush);
    EXPECT_NEAR(first, 2 * kMin, kRush);
    EXPECT_NEAR(due_at(schedule, first + kRush, kRush), first + 2 * kMin, kRush);
}

TEST(SnapshotSchedule, takes_one_at_a_stop_for_less) {
    const SnapshotSchedule schedule{kMin, 5 * kMin};
    EXPECT_FALSE(schedule.is_worth_one_at_stop(5 * kMin + kMin / 4 - 1));
    EXPECT_TRUE(schedule.is_worth_one_at_stop(5 * kMin + kMin / 4));
}

/// A node's environment has the variables that libpq needs to reach a cluster's database.
TEST(SnapshotChild, can_be_given_some_of_the_variables_that_this_process_has) {
    ASSERT_EQ(::setenv("PGPASSWORD", "a=secret", 1), 0);
    ASSERT_EQ(::setenv("NO_PG", "x", 1), 0);
    const auto variables = io::variables_from({"PG", "HOME="});
    EXPECT_EQ(std::ranges::count(variables, "PGPASSWORD=a=secret"), 1);
    for (const auto& one : variables)
        EXPECT_TRUE(one.starts_with("PG") || one.starts_with("HOME=")) << one;
}

}  // namespace
}  // namespace frontrow::test
