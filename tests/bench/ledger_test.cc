#include "bench/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontrow::bench {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

/// A hold of ten seconds that was requested and answered within one second; the clocks agree.
Claim hold(std::uint64_t buyer, int from_s) {
    return {
        .buyer = buyer,
        .sent = seconds{from_s},
        .answered = seconds{from_s + 1},
        .created = Instant{seconds{from_s}},
        .expires = Instant{seconds{from_s + 10}},
    };
}

TEST(Ledger, lets_a_seat_be_sold_again_the_instant_its_hold_ends) {
    Ledger ledger{3};
    EXPECT_EQ(ledger.enter(1, 1, hold(1, 0)), std::nullopt);
    EXPECT_EQ(ledger.enter(1, 1, hold(2, 10)), std::nullopt);
    EXPECT_EQ(ledger.tickets_sold(), 1U);
    EXPECT_EQ(ledger.times_sold_again(), 1U);
}

TEST(Ledger, names_two_buyers_who_have_a_seat_at_the_same_time) {
    Ledger ledger{3};
    EXPECT_EQ(ledger.enter(0, 2, hold(1, 0)), std::nullopt);
    const auto wrong = ledger.enter(1, 2, hold(7, 9));
    ASSERT_TRUE(wrong);
    EXPECT_THAT(
        *wrong, HasSubstr("seat 2 was told to be buyer 1's until 1970-01-01T00:00:10.000Z")
    );
    EXPECT_THAT(*wrong, HasSubstr("buyer 7's from 1970-01-01T00:00:09.000Z on"));
    EXPECT_EQ(ledger.tickets_sold(), 3U);
}

TEST(Ledger, finds_them_whichever_answer_comes_first) {
    Ledger ledger{1};
    EXPECT_EQ(ledger.enter(0, 1, hold(1, 20)), std::nullopt);
    EXPECT_EQ(ledger.enter(0, 1, hold(2, 0)), std::nullopt) << "it had ended before";
    EXPECT_TRUE(ledger.enter(0, 1, hold(3, 12)));
}

TEST(Ledger, believes_no_server_whose_clock_says_that_it_was_later) {
    Ledger ledger{1};
    EXPECT_EQ(ledger.enter(0, 1, hold(1, 0)), std::nullopt);
    auto claim = hold(2, 3);
    claim.created = Instant{seconds{100}};
    claim.expires = Instant{seconds{110}};
    EXPECT_TRUE(ledger.enter(0, 1, claim));
}

TEST(Ledger, takes_the_servers_word_where_its_own_clock_leaves_a_doubt) {
    Ledger ledger{1};
    auto slow = hold(1, 0);
    slow.answered = seconds{30};
    EXPECT_EQ(ledger.enter(0, 1, slow), std::nullopt);
    EXPECT_TRUE(ledger.enter(0, 1, hold(2, 5))) << "the first was told so late that it was over";
}

TEST(Ledger, counts_units_and_says_when_there_are_too_many) {
    Ledger ledger{5};
    EXPECT_EQ(ledger.enter_units(2), std::nullopt);
    EXPECT_EQ(ledger.enter_units(3), std::nullopt);
    EXPECT_EQ(ledger.tickets_sold(), 5U);
    EXPECT_EQ(ledger.enter_units(1), "6 units of 5");
}

TEST(Ledger, counts_the_tickets_of_a_buyer_who_may_have_so_many) {
    Ledger ledger{5, 2};
    EXPECT_EQ(ledger.enter_buyer(7, 2), std::nullopt);
    EXPECT_EQ(ledger.enter_buyer(8, 1), std::nullopt);
    EXPECT_EQ(ledger.enter_buyer(7, 1), "buyer 7 was told of 3 tickets and may have 2");
    ledger.refuse_buyer(7);
    EXPECT_EQ(ledger.buyers_refused_early(), 0U);
    ledger.refuse_buyer(8);
    ledger.refuse_buyer(9);
    EXPECT_EQ(ledger.buyers_refused_early(), 2U);
}

TEST(Ledger, knows_the_longest_run_of_free_neighbours_in_a_row) {
    Ledger ledger{9};
    EXPECT_EQ(ledger.longest_free_run(4), 4U) << "the first eight are two rows";
    for (const std::uint32_t seat : {1U, 6U})
        EXPECT_EQ(ledger.enter(seat, 1, hold(1, 0)), std::nullopt);
    EXPECT_EQ(ledger.longest_free_run(4), 2U);
    EXPECT_EQ(ledger.longest_free_run(3), 3U) << "the last row is free";
}

TEST(Ledger, remembers_the_smallest_group_that_was_refused) {
    Ledger ledger{9};
    EXPECT_EQ(ledger.least_refused(), std::nullopt);
    for (const std::uint32_t group : {4U, 2U, 3U})
        ledger.refuse_group(group);
    EXPECT_EQ(ledger.least_refused(), 2U);
}

}  // namespace
}  // namespace frontrow::bench
