#include "bench/presale.h"
#include "bench/scenario.h"
#include "bench/schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

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
    EXPECT_EQ(*seats.rbegin(), plan.tickets() - 1);
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
    EXPECT_EQ(seats.size(), plan.tickets());
    EXPECT_EQ(actions[Action::reserve], 200);
    EXPECT_EQ(actions.size(), 4U);
}

TEST(Plan, overlaps_its_sets_and_stays_inside_the_hall) {
    for (const std::uint32_t seats : {1U, 4U, 5U, 100U}) {
        const Plan plan{Scenario::overlap, 0, seats};
        std::map<std::uint32_t, int> wanted;
        for (std::uint64_t number = 0; number < 10'000; ++number) {
            const auto first = plan.ask(number).first_seat;
            ASSERT_LE(first + plan.tickets_per_request(), plan.tickets());
            ++wanted[first];
        }
        EXPECT_EQ(wanted.size(), plan.tickets() - plan.tickets_per_request() + 1) << seats;
    }
}

TEST(Plan, asks_in_groups_for_a_tenth_more_than_there_is) {
    for (const auto scenario : {Scenario::general_admission, Scenario::best_available}) {
        const Plan plan{scenario, 1'100, std::nullopt};
        EXPECT_EQ(plan.tickets(), 2'500U);
        EXPECT_EQ(plan.requests_max(), 1'100U);
        std::map<std::uint32_t, int> groups;
        for (std::uint64_t number = 0; number < 1'100; ++number)
            ++groups[plan.ask(number).tickets];
        EXPECT_EQ(groups, (std::map<std::uint32_t, int>{{1, 275}, {2, 275}, {3, 275}, {4, 275}}));
    }
}

TEST(Plan, of_a_presale_gives_every_seat_one_buyer_with_a_right_code) {
    const Plan plan{Scenario::presale, 0, 1'000};
    const auto part = plan.tickets() / kAllocations;
    std::set<std::uint32_t> seats;
    std::set<std::uint64_t> codes;
    std::map<std::uint64_t, std::uint32_t> wanted;
    for (std::uint64_t number = 0; number < plan.requests_max().value(); ++number) {
        const auto ask = plan.ask(number);
        if (!ask.may_be_sold) continue;
        const auto code = ask.code.value();
        EXPECT_LT(code, kCodes);
        EXPECT_EQ(code % kAllocations, ask.first_seat / part) << "it opens the seat's allocation";
        EXPECT_TRUE(seats.insert(ask.first_seat).second);
        codes.insert(code);
        ++wanted[ask.buyer];
    }
    EXPECT_EQ(seats.size(), plan.tickets());
    EXPECT_LT(codes.size(), wanted.size()) << "buyers share codes";
    int greedy = 0;
    for (const auto& [buyer, tickets] : wanted)
        greedy += tickets > plan.tickets_per_buyer().value() ? 1 : 0;
    EXPECT_EQ(greedy, 250);
}

TEST(Plan, of_a_presale_gives_the_others_no_code_that_opens_their_seat) {
    const Plan plan{Scenario::presale, 0, 1'000};
    const auto part = plan.tickets() / kAllocations;
    std::map<std::string, int> rivals;
    for (std::uint64_t number = 0; number < plan.requests_max().value(); ++number) {
        const auto ask = plan.ask(number);
        if (ask.may_be_sold) continue;
        const bool is_late = ask.code >= kCodes && ask.code < kCodes + kLateCodes;
        const bool is_anothers = ask.code < kCodes && ask.code;
        ++rivals[!ask.code ? "none" : is_late ? "late" : is_anothers ? "another's" : "wrong"];
        if (is_anothers || is_late) {
            const bool is_of_seat = *ask.code % kAllocations == ask.first_seat / part;
            EXPECT_EQ(is_of_seat, is_late);
        }
        ASSERT_EQ(ask.refusals.size(), 1U);
        const auto refused = signs_of(ask.refusals.front()).code;
        EXPECT_EQ(refused, is_anothers || !ask.code ? "SEAT_UNAVAILABLE" : "CODE_INVALID");
    }
    const std::map<std::string, int> each{
        {"none", 250}, {"late", 250}, {"another's", 250}, {"wrong", 250}
    };
    EXPECT_EQ(rivals, each);
}

TEST(Plan, of_a_presale_has_equal_parts_and_no_more_seats_than_allocations_may_hold) {
    for (const auto& [seats, expected] : {std::pair{1U, 40U}, {85U, 80U}, {1'000'000U, 100'000U}})
        EXPECT_EQ(Plan(Scenario::presale, 0, seats).tickets(), expected);
}

TEST(Plan, knows_its_name) {
    for (const auto* name :
         {"distinct",
          "same-seat",
          "overlap",
          "mixed",
          "expiry",
          "general-admission",
          "best-available",
          "presale",
          "orders"})
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
