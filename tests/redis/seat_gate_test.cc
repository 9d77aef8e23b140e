#include "store/redis/seat_gate.h"

#include "redis/gate_fixture.h"
#include "support/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace frontrow::test {
namespace {

using store::redis::TakenSeat;
using testing::ElementsAre;
using namespace std::chrono_literals;

class SeatGate : public GateTest {
protected:
    /// What Redis still gives the entry, in ms; below zero if it has none.
    long life_of(const std::string& key) const {
        return std::stol(server->ask("PTTL " + key).substr(1));
    }
};

TEST_F(SeatGate, lets_one_of_fifty_through) {
    std::vector<Wish> wishes;
    for (std::uint64_t owner = 1; owner <= 50; ++owner)
        wishes.push_back({owner, {7}});
    const auto answers = take(wishes);
    EXPECT_EQ(answers.front(), kPass);
    EXPECT_EQ(std::ranges::count(answers, kPass), 1);
    EXPECT_EQ(std::ranges::count(answers, kTaken), 49);
    EXPECT_EQ(gate->counters().pass, 1u);
    EXPECT_EQ(gate->counters().taken, 49u);
    EXPECT_EQ(gate->counters().unknown, 0u);
}

TEST_F(SeatGate, lets_one_of_fifty_through_who_ask_one_by_one) {
    std::vector<Started<std::vector<Answer>>> asked;
    for (std::uint64_t owner = 1; owner <= 50; ++owner)
        asked.push_back(start(io, taking({{owner, {7}}})));
    int passed = 0;
    for (auto& one : asked)
        passed += one.get().front() == kPass ? 1 : 0;
    EXPECT_EQ(passed, 1);
}

TEST_F(SeatGate, takes_all_of_a_wish_or_none) {
    EXPECT_THAT(
        take({{1, {1, 2}}, {2, {2, 3}}, {3, {3, 4}}, {4, {5, 4}}, {5, {5}}}),
        ElementsAre(kPass, kTaken, kPass, kTaken, kPass)
    );
}

TEST_F(SeatGate, names_the_seats_that_are_in_the_way_and_no_others) {
    ASSERT_TRUE(apply({{10, Kind::held, 1, {1}}, {11, Kind::sold, 1, {2}}}) && vouch());
    EXPECT_EQ(take(1, {4}), kPass);
    EXPECT_EQ(take(9, {3}), kPass);
    const auto answer = run(io, asking({{9, {5, 4, 3, 2, 1}}})).front();
    EXPECT_EQ(answer.verdict, kTaken);
    EXPECT_THAT(
        answer.taken,
        ElementsAre(
            TakenSeat{.seat = seat(4), .is_sold = false},
            TakenSeat{.seat = seat(2), .is_sold = true},
            TakenSeat{.seat = seat(1), .is_sold = false}
        )
    );
    EXPECT_EQ(take(8, {5}), kPass) << "nothing was claimed";
    EXPECT_TRUE(run(io, asking({{8, {5}}})).front().taken.empty());
}

TEST_F(SeatGate, lets_the_same_request_through_again) {
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_EQ(take(2, {1}), kTaken);
    ASSERT_TRUE(apply({{10, Kind::held, 1, {1, 2}}}) && vouch());
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_EQ(take(2, {2}), kTaken);
}

TEST_F(SeatGate, keeps_events_apart) {
    EXPECT_EQ(take(1, {1}), kPass);
    const std::vector<SeatId> same{seat(1)};
    const std::array<store::redis::GateRequest, 1> requests{
        {{EventId{Bits128{1, 2}}, same, buyer(2)}}
    };
    EXPECT_EQ(run(io, gate->try_take(requests)).front().verdict, kPass);
}

TEST_F(SeatGate, gives_a_claim_two_seconds_that_asking_again_does_not_prolong) {
    EXPECT_EQ(take(1, {1}), kPass);
    EXPECT_GT(life_of(claim_key(1)), 0);
    EXPECT_LE(life_of(claim_key(1)), 2'000);
    server->ask("PEXPIRE " + claim_key(1) + " 1500");
    EXPECT_EQ(take(1, {1}), kPass);
    EXPECT_LE(life_of(claim_key(1)), 1'500);
}

TEST_F(SeatGate, forgets_a_claim_that_nothing_follows) {
    make_gate({.claim_time = 20ms});
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_TRUE(eventually([this] { return take(2, {1, 2}) == kPass; }));
}

TEST_F(SeatGate, takes_back_only_his_own_claims) {
    EXPECT_EQ(take(1, {1, 2}), kPass);
    release(2, {1, 2});
    EXPECT_EQ(take(2, {1}), kTaken);
    release(1, {1, 2});
    EXPECT_EQ(take(2, {1, 2}), kPass);
}

TEST_F(SeatGate, leaves_a_fact_when_its_claim_is_taken_back) {
    EXPECT_EQ(take(1, {1}), kPass);
    ASSERT_TRUE(apply({{10, Kind::sold, 1, {1}}}) && vouch());
    release(1, {1});
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, lets_others_in_as_soon_as_a_seat_is_free) {
    EXPECT_EQ(take(1, {1}), kPass);
    ASSERT_TRUE(apply({{10, Kind::held, 1, {1}}}) && vouch());
    EXPECT_EQ(take(2, {1}), kTaken);
    ASSERT_TRUE(apply({{11, Kind::free, 0, {1}}}));
    EXPECT_EQ(take(2, {1}), kPass);
    EXPECT_EQ(take(3, {1}), kTaken);
}

TEST_F(SeatGate, remembers_a_freed_seat_through_claims_that_come_and_go) {
    ASSERT_TRUE(apply({{11, Kind::free, 0, {1}}}) && vouch());
    EXPECT_EQ(take(1, {1}), kPass);
    ASSERT_TRUE(apply({{10, Kind::held, 9, {1}}}));
    EXPECT_EQ(take(1, {1}), kPass);
    release(1, {1});
    ASSERT_TRUE(apply({{10, Kind::sold, 9, {1}}}));
    EXPECT_EQ(take(2, {1}), kPass);
}

TEST_F(SeatGate, keeps_a_claim_when_the_fact_that_freed_its_seat_comes_late) {
    EXPECT_EQ(take(1, {1}), kPass);
    ASSERT_TRUE(apply({{10, Kind::free, 0, {1}}}));
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, ends_the_claim_of_somebody_whom_a_fact_contradicts) {
    EXPECT_EQ(take(1, {1}), kPass);
    ASSERT_TRUE(apply({{10, Kind::held, 2, {1}}}) && vouch());
    EXPECT_EQ(take(1, {1}), kTaken);
    EXPECT_EQ(take(2, {1}), kPass);
}

TEST_F(SeatGate, ends_a_hold_when_it_ends) {
    ASSERT_TRUE(apply({{10, Kind::held, 1, {1}, 5'000ms}, {11, Kind::held, 1, {2}, 90'000ms}}));
    EXPECT_LE(life_of(fact_key(1)), 5'000);
    EXPECT_GT(life_of(fact_key(2)), 5'000);
    EXPECT_LE(life_of(fact_key(2)), 60'000);
    ASSERT_TRUE(apply({{12, Kind::held, 1, {1}, 0ms}}) && vouch());
    EXPECT_EQ(take(2, {1}), kPass);
}

TEST_F(SeatGate, prolongs_what_is_applied_again) {
    ASSERT_TRUE(apply({{10, Kind::sold, 1, {1}}}) && vouch());
    server->ask("PEXPIRE " + fact_key(1) + " 1500");
    ASSERT_TRUE(apply({{10, Kind::sold, 1, {1}}}));
    EXPECT_GT(life_of(fact_key(1)), 1'500);
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, believes_no_fact_that_nobody_vouches_for) {
    ASSERT_TRUE(apply({{10, Kind::sold, 1, {1}}}));
    EXPECT_EQ(take(2, {1}), kPass);
    EXPECT_EQ(take(3, {1}), kTaken) << "claims need no keeper";
    release(2, {1});
    ASSERT_TRUE(vouch());
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, believes_no_fact_of_an_edition_that_nobody_vouches_for) {
    ASSERT_TRUE(apply({
        {.seq = 10, .kind = Kind::sold, .owner = 1, .seats = {1}, .edition = 1},
        {.seq = 10, .kind = Kind::sold, .owner = 1, .seats = {2}, .edition = 2},
    }));
    ASSERT_TRUE(vouch(0ms, 2));
    EXPECT_EQ(take(2, {1}), kPass) << "an earlier keeper's";
    EXPECT_EQ(take(2, {2}), kTaken);
    // Somebody who was keeper once tells late what he knew then.
    ASSERT_TRUE(apply({{.seq = 9, .kind = Kind::held, .owner = 1, .seats = {3}, .edition = 1}}));
    EXPECT_EQ(take(2, {3}), kPass);
}

TEST_F(SeatGate, counts_a_vouch_from_when_the_head_was_read) {
    const auto key = "fr:{" + event.to_string() + "}:vouched";
    ASSERT_TRUE(vouch(500ms));
    EXPECT_GT(life_of(key), 0);
    EXPECT_LE(life_of(key), 1'500);
    ASSERT_TRUE(vouch());
    EXPECT_GT(life_of(key), 0);
    EXPECT_LE(life_of(key), 2'000);
    server->flush();
    ASSERT_TRUE(vouch(2'000ms));
    EXPECT_LT(life_of(key), 0) << "nothing vouches for what was read too long ago";
}

TEST_F(SeatGate, lets_everyone_pass_after_a_flush_until_the_keeper_has_told_it_again) {
    const std::vector<Update> facts{
        {10, Kind::held, 1, {1}}, {11, Kind::sold, 2, {2}}, {12, Kind::free, 0, {3}}
    };
    ASSERT_TRUE(apply(facts) && vouch());
    EXPECT_THAT(take({{9, {1}}, {9, {2}}, {9, {3}}}), ElementsAre(kTaken, kTaken, kPass));
    server->flush();
    ASSERT_TRUE(vouch());
    EXPECT_THAT(take({{8, {1}}, {8, {2}}, {8, {3}}}), ElementsAre(kPass, kPass, kPass));
    ASSERT_TRUE(apply(facts));
    EXPECT_THAT(take({{9, {1}}, {9, {2}}, {9, {3}}}), ElementsAre(kTaken, kTaken, kTaken));
    release(8, {1, 2, 3});
    EXPECT_THAT(take({{9, {1}}, {9, {2}}, {9, {3}}}), ElementsAre(kTaken, kTaken, kPass));
}

TEST_F(SeatGate, carries_what_is_larger_than_one_call) {
    Seats hall;
    for (std::uint64_t number = 0; number < 1'001; ++number)
        hall.push_back(number);
    EXPECT_EQ(take(1, hall), kUnknown) << "more than it looks at";
    hall.pop_back();
    EXPECT_EQ(take(1, hall), kPass);
    EXPECT_EQ(take(2, {999}), kTaken);
    release(1, hall);
    EXPECT_EQ(take(2, {999}), kPass);
    std::vector<Update> facts;
    for (const auto number : hall)
        facts.push_back({10 + number, Kind::sold, 1, {number}});
    ASSERT_TRUE(apply(facts) && apply({{5'000, Kind::sold, 3, hall}}) && vouch());
    EXPECT_EQ(take(3, hall), kPass);
    EXPECT_EQ(take(1, {500}), kTaken);
}

TEST_F(SeatGate, asks_for_nothing_where_there_is_nothing_to_ask) {
    EXPECT_TRUE(take(std::vector<Wish>{}).empty());
    EXPECT_EQ(take(1, {}), kPass);
    EXPECT_TRUE(apply({}));
}

TEST_F(SeatGate, goes_on_when_redis_has_lost_its_scripts) {
    EXPECT_EQ(take(1, {1}), kPass);
    server->ask("SCRIPT FLUSH");
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, survives_what_others_wrote_under_its_keys) {
    server->ask("SET " + fact_key(1) + " nonsense");
    server->ask("LPUSH " + fact_key(2) + " nonsense");
    ASSERT_TRUE(vouch());
    EXPECT_EQ(take(1, {1, 2}), kPass);
    ASSERT_TRUE(apply({{10, Kind::sold, 1, {1, 2}}}));
    EXPECT_EQ(take(2, {1}), kTaken);
    EXPECT_EQ(take(2, {2}), kTaken);
}

}  // namespace
}  // namespace frontrow::test
