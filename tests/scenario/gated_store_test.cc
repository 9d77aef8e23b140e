#include "scenario/store_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using domain::SeatConflict;
using std::chrono::seconds;
using testing::ElementsAre;

/// What only a store behind the gate could get wrong.
class GatedStore : public StoreScenario {
protected:
    std::uint64_t asked_the_gate() {
        const auto counts = store().count_gate().value();
        return counts.passed + counts.taken + counts.unknown;
    }
    /// Refuses the request and, at the same time, sells the seats to somebody who asks after it.
    void expect_in_nobodys_way(domain::ReserveSeats hopeless, Reason why, std::uint64_t from) {
        const auto asked_before = asked_the_gate();
        auto anns = world_->start(std::move(hopeless));
        const auto bob = "bob-" + std::to_string(from);
        auto bobs = world_->start(request(event_, bob, from));
        EXPECT_EQ(accepted(bobs.get()).user, bob);
        const auto answer = anns.get().value();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().reason, why);
        EXPECT_EQ(asked_the_gate(), asked_before + 1) << "bob's question alone";
    }
    /// The seats named by a refusal because of seats.
    static std::vector<SeatConflict> conflicts(const Answer& answer) {
        if (!answer || *answer) return {};
        EXPECT_EQ(answer->error().reason, Reason::seats_unavailable);
        return answer->error().conflicts;
    }

    EventId event_;
};

INSTANTIATE_TEST_SUITE_P(
    Stores,
    GatedStore,
    testing::Values(store_kind("postgres_and_redis")),
    [](const auto& info) { return info.param.name; }
);

TEST_P(GatedStore, claims_nothing_for_a_request_that_the_rules_refuse) {
    auto spec = world_->sale().spec();
    spec.max_seats_per_reservation = 3;
    spec.max_seats_per_user = 4;
    event_ = open_sale(20, spec);
    accepted(request(event_, "ann", 10, 2));
    EXPECT_EQ(available(event_), 18) << "the node has followed";

    expect_in_nobodys_way(request(event_, "ann", 0, 4), Reason::too_many_seats, 0);
    expect_in_nobodys_way(request(event_, "ann", 1, 3), Reason::user_limit_reached, 1);
    auto twice = request(event_, "ann", 2);
    twice.seats.push_back(seat(2));
    expect_in_nobodys_way(twice, Reason::seat_named_twice, 2);
    auto too_long = request(event_, "ann", 3);
    too_long.hold = spec.hold + seconds{1};
    expect_in_nobodys_way(too_long, Reason::hold_too_long, 3);
    const auto unknown_event = world_->sale().create_event().event;
    expect_in_nobodys_way(request(unknown_event, "ann", 4), Reason::event_not_found, 4);
    auto unknown_seat = request(event_, "ann", 5);
    unknown_seat.seats.push_back(seat(20));
    expect_in_nobodys_way(unknown_seat, Reason::seat_not_found, 5);
}

TEST_P(GatedStore, claims_nothing_before_the_sale_opens) {
    auto spec = world_->sale().spec();
    spec.sales_start_at = store().now() + seconds{60};
    event_ = open_sale(1, spec);
    EXPECT_EQ(available(event_), 1);
    EXPECT_EQ(refused(request(event_, "ann", 0)), Reason::sales_not_open);
    EXPECT_EQ(asked_the_gate(), 0);
}

TEST_P(GatedStore, names_only_the_seats_that_are_taken) {
    event_ = open_sale(5);
    accepted(request(event_, "ann", 0));
    EXPECT_EQ(available(event_), 4) << "the node has followed";
    auto anns = world_->start(request(event_, "ann", 3));
    auto bobs = world_->start(request(event_, "bob", 1, 4));
    auto cids = world_->start(request(event_, "cid", 0, 5));
    accepted(anns.get());
    using enum domain::SeatStatus;
    EXPECT_THAT(conflicts(bobs.get()), ElementsAre(SeatConflict{seat(3), reserved}));
    EXPECT_THAT(
        conflicts(cids.get()),
        ElementsAre(SeatConflict{seat(0), reserved}, SeatConflict{seat(3), reserved})
    );
    EXPECT_EQ(store().count_gate()->taken, 2) << "the gate has said so";
}

/// Where nobody is in anybody's way the question is waste; where everybody is, it is the point.
TEST_P(GatedStore, asks_the_gate_while_buyers_meet_each_other) {
    event_ = open_sale(600);
    EXPECT_EQ(available(event_), 600) << "the node has followed";
    std::uint64_t next = 0;
    const auto sell = [&](int count) {
        for (int i = 0; i < count; ++i, ++next)
            accepted(request(event_, "buyer-" + std::to_string(next), next));
    };
    sell(20);
    EXPECT_EQ(asked_the_gate(), 20) << "nothing is known yet";
    sell(200);
    const auto asked = asked_the_gate();
    sell(20);
    EXPECT_EQ(asked_the_gate(), asked) << "by now it's calm";

    // Rivals: those who come to nothing are refused by the database until that is noticed.
    for (int i = 0; i < 60; ++i)
        EXPECT_EQ(refused(request(event_, "late", 0)), Reason::seats_unavailable);
    EXPECT_GE(asked_the_gate(), asked + 40);
}

}  // namespace
}  // namespace frontrow::test
