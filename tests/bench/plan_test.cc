#include "bench/scenario.h"
#include "bench/schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace frontrow::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Plan, asks_for_each_seat_once_where_all_are_distinct) {
    const Plan plan{Scenario::distinct, 1'000, std::nullopt};
    std::set<std::uint32_t> seats;
    for (std::uint64_t number = 0; number < plan.requests_max().value(); ++number)
        seats.insert(plan.ask(number).first_seat);
    EXPECT_EQ(seats.size(), 1'000U);
    EXPECT_EQ(*seats.rbegin(), plan.seats() - 1);
}

TEST(Plan, makes_one_reservation_in_five_where_it_mixes) {
    const Plan plan{Scenario::mixed, 1'000, std::nullopt};
    std::set<std::uint32_t> seats;
    std::map<Action, int> actions;
    for (std::uint64_t number = 0; number < plan.requests_max().value(); ++number) {
        const auto ask = plan.ask(number);
        ++actions[ask.action];
        if (ask.action == Action::reserve) seats.insert(ask.first_seat);
    }
    EXPECT_EQ(seats.size(), plan.seats());
    EXPECT_EQ(actions[Action::reserve], 200);
    EXPECT_EQ(actions.size(), 4U);
}

TEST(Plan, overlaps_its_sets_and_stays_inside_the_hall) {
    for (const std::uint32_t seats : {1U, 4U, 5U, 100U}) {
        const Plan plan{Scenario::overlap, 0, seats};
        std::map<std::uint32_t, int> wanted;
        for (std::uint64_t number = 0; number < 10'000; ++number) {
            const auto first = plan.ask(number).first_seat;
            ASSERT_LE(first + plan.seats_per_request(), plan.seats());
            ++wanted[first];
        }
        EXPECT_EQ(wanted.size(), plan.seats() - plan.seats_per_request() + 1) << seats;
    }
}

TEST(Plan, knows_its_name) {
    for (const auto* name : {"distinct", "same-seat", "overlap", "mixed", "expiry"})
        EXPECT_EQ(name_of(parse_scenario(name).value()), name);
    EXPECT_EQ(parse_scenario("everything"), std::nullopt);
}

TEST(Schedule, means_a_request_to_start_at_its_time_whoever_is_late) {
    Schedule schedule{seconds{1}, 4.0, std::nullopt};
    EXPECT_EQ(schedule.intended(), 4U);
    // All requests are taken when the second is nearly over.
    for (const int due_ms : {0, 250, 500, 750})
        EXPECT_EQ(schedule.next(milliseconds{990}).value().due, milliseconds{due_ms});
    EXPECT_FALSE(schedule.next(milliseconds{990}));
}

TEST(Schedule, goes_on_in_a_closed_loop_until_the_time_is_over_or_the_seats_are) {
    Schedule schedule{seconds{1}, std::nullopt, 2};
    EXPECT_EQ(schedule.next(seconds{0}).value().due, std::nullopt);
    EXPECT_FALSE(schedule.next(seconds{1})) << "the time is over";
    EXPECT_EQ(schedule.next(milliseconds{999}).value().number, 1U);
    EXPECT_FALSE(schedule.next(milliseconds{999})) << "the seats are";
}

TEST(Schedule, hands_out_nothing_once_it_is_stopped) {
    Schedule schedule{seconds{1}, 1'000.0, std::nullopt};
    schedule.stop();
    EXPECT_FALSE(schedule.next(seconds{0}));
}

}  // namespace
}  // namespace frontrow::bench
