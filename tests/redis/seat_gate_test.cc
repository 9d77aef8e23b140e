#include "store/redis/seat_gate.h"

#include "redis/gate_fixture.h"
#include "support/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace frontrow::test {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

class SeatGate : public GateTest {
protected:
    /// The entry's remaining time in Redis in ms; negative if there is no entry.
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
    EXPECT_EQ(take(1, {4, 2}), kPass);
    const auto answer = run(io, asking({{9, {5, 4, 3, 2}}})).front();
    EXPECT_EQ(answer.verdict, kTaken);
    EXPECT_THAT(answer.taken, ElementsAre(seat(4), seat(2)));
    EXPECT_EQ(take(8, {5}), kPass) << "nothing was claimed";
    EXPECT_TRUE(run(io, asking({{8, {5}}})).front().taken.empty());
}

TEST_F(SeatGate, lets_the_same_request_through_again) {
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, keeps_events_apart) {
    EXPECT_EQ(take(1, {1}), kPass);
    const std::vector<SeatId> same{seat(1)};
    const std::array<store::redis::GateRequest, 1> requests{
        {{.event = EventId{Bits128{1, 2}}, .seats = same, .owner = buyer(2)}}
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

TEST_F(SeatGate, gives_a_claim_no_longer_life_than_the_hold_it_was_made_for) {
    EXPECT_EQ(take({{.owner = 1, .seats = {1}, .hold = 1'000ms}}).front(), kPass);
    EXPECT_GT(life_of(claim_key(1)), 0);
    EXPECT_LE(life_of(claim_key(1)), 1'000);
}

TEST_F(SeatGate, lets_no_short_hold_past_a_longer_one) {
    EXPECT_EQ(take(1, {1}), kPass);
    EXPECT_EQ(take({{.owner = 2, .seats = {1}, .hold = 1'000ms}}).front(), kTaken);
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
}

TEST_F(SeatGate, asks_for_nothing_where_there_is_nothing_to_ask) {
    EXPECT_TRUE(take(std::vector<Wish>{}).empty());
    EXPECT_EQ(take(1, {}), kPass);
}

TEST_F(SeatGate, goes_on_when_redis_has_lost_its_scripts) {
    EXPECT_EQ(take(1, {1}), kPass);
    server->ask("SCRIPT FLUSH");
    EXPECT_EQ(take(2, {1}), kTaken);
}

TEST_F(SeatGate, survives_what_others_wrote_under_its_keys) {
    server->ask("SET " + claim_key(1) + " nonsense");
    server->ask("LPUSH " + claim_key(2) + " nonsense");
    EXPECT_EQ(take(1, {1, 2}), kPass);
    EXPECT_EQ(take(2, {1}), kTaken);
    EXPECT_EQ(take(2, {2}), kTaken);
}

}  // namespace
}  // namespace frontrow::test
