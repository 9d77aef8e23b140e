#include "unit/box_office.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace frontrow::domain {
namespace {

using namespace std::chrono_literals;

EventSpec spec_of_a_long_sale() {
    auto spec = BoxOffice::spec();
    spec.start_at = kOpening + std::chrono::days{100};
    spec.end_at = spec.start_at + 3h;
    return spec;
}

TEST(Forgetting, keeps_a_loop_of_reserving_and_cancelling_from_growing_for_ever) {
    BoxOffice office;
    const auto event = office.open(4, spec_of_a_long_sale());
    const auto kept = office.hold(event, "ann", {3});
    ASSERT_TRUE(office.confirm(kept));
    const auto& reservations = office.inventory().reservations();
    // With a minute between two turns, at most 1,440 reservations ended within a day.
    for (int turn = 0; turn < 4'000; ++turn) {
        const auto held = office.hold(event, "buyer " + std::to_string(turn % 7), {0, 1});
        office.now += 1min;
        ASSERT_TRUE(turn % 3 == 0 || office.cancel(held));
        if (turn % 3 == 0) {
            office.now = std::max(office.now, held.expires_at);
            ASSERT_EQ(office.sweep(), 1U);
        }
        ASSERT_LE(reservations.size(), 1'442U) << turn;
        ASSERT_LE(office.inventory().requests().size(), 1'442U) << turn;
    }
    EXPECT_GT(reservations.end(), 4'000U);
    EXPECT_EQ(office.status(kept), ReservationStatus::confirmed);
    office.now += 25h;
    office.hold(event, "late", {2});
    // Each fact forgets two.
    for (int turn = 0; turn < 1'500; ++turn)
        ASSERT_TRUE(office.update(event, spec_of_a_long_sale()));
    EXPECT_EQ(reservations.size(), 2U);
    EXPECT_EQ(reservations.buyers().size(), 2U);
    EXPECT_EQ(office.inventory().requests().size(), 1U);
}

TEST(Forgetting, shows_what_was_cancelled_for_a_day_and_then_not_at_all) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto held = office.hold(event, "ann", {0});
    office.now += 1min;
    ASSERT_TRUE(office.cancel(held));
    const auto ended = office.now;
    const auto shown = [&] {
        return office.inventory().list_reservations("ann", {.limit = 9}, office.now).size();
    };
    office.now = ended + 24h - 1ms;
    EXPECT_EQ(office.status(held), ReservationStatus::cancelled);
    EXPECT_EQ(shown(), 1U);
    EXPECT_EQ(office.confirm(held).error().reason, Reason::reservation_cancelled);
    // Even if its row is still there.
    office.now = ended + 24h;
    EXPECT_EQ(office.inventory().reservations().size(), 1U);
    EXPECT_EQ(office.inventory().reservations().find(held.id, office.now), nullptr);
    EXPECT_EQ(shown(), 0U);
    EXPECT_EQ(office.confirm(held).error().reason, Reason::reservation_not_found);
    office.hold(event, "bob", {0});
    EXPECT_EQ(office.inventory().reservations().size(), 1U);
    EXPECT_EQ(office.confirm(held).error().reason, Reason::reservation_not_found);
    EXPECT_EQ(office.inventory().reservations().buyers().find("ann"), kNobody);
}

TEST(Forgetting, shows_what_ran_out_for_a_day_from_its_end_whenever_that_was_found) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto held = office.hold(event, "ann", {0});
    office.now = held.expires_at + 20h;
    ASSERT_EQ(office.sweep(), 1U);
    office.now = held.expires_at + 24h - 1ms;
    EXPECT_EQ(office.status(held), ReservationStatus::expired);
    office.now += 1ms;
    EXPECT_EQ(office.inventory().reservations().find(held.id, office.now), nullptr);
}

TEST(Forgetting, goes_on_behind_a_cursor_that_has_left) {
    BoxOffice office;
    const auto event = office.open(3);
    const auto oldest = office.hold(event, "ann", {0});
    ASSERT_TRUE(office.confirm(oldest));
    const auto middle = office.hold(event, "ann", {1});
    ASSERT_TRUE(office.cancel(middle));
    const Page behind{.limit = 9, .after = Place{.id = middle.id.bits()}};
    const auto page = [&] {
        return office.inventory().list_reservations("ann", behind, office.now);
    };
    ASSERT_EQ(page().size(), 1U);
    office.now += 25h;
    office.hold(event, "ann", {2});
    ASSERT_EQ(office.inventory().reservations().index_of(middle.id), kNobody);
    ASSERT_EQ(page().size(), 1U);
    EXPECT_EQ(page().front().id, oldest.id);
}

TEST(Forgetting, goes_on_behind_an_event_that_has_left) {
    BoxOffice office;
    const auto oldest = office.open(0);
    const auto middle = office.open(0);
    office.open(0);
    const auto start_at = BoxOffice::spec().start_at;
    const Page behind{.limit = 9, .after = Place{.id = middle.bits(), .start_at = start_at}};
    const auto& plans = office.inventory().plans();
    ASSERT_EQ(plans.list(behind).size(), 1U);
    ASSERT_TRUE(office.remove(middle));
    office.now += 25h;
    office.open(0);
    ASSERT_EQ(plans.index_of(middle), kNobody);
    ASSERT_EQ(plans.list(behind).size(), 1U);
    EXPECT_EQ(plans.list(behind).front().id, oldest);
}

TEST(Forgetting, lets_a_deleted_event_go_a_day_later_with_the_reservations_that_name_it) {
    BoxOffice office;
    const auto lonely = office.open(2);
    const auto named = office.open(2);
    const auto held = office.hold(named, "ann", {1});
    ASSERT_TRUE(office.cancel(held));
    ASSERT_TRUE(office.remove(lonely));
    ASSERT_TRUE(office.remove(named));
    const auto& plans = office.inventory().plans();
    EXPECT_EQ(office.reservation(held).seats, held.seats);
    // A client's cursor may still point to the deleted event, so it is kept for 24 hours.
    office.now += 24h - 1ms;
    office.open(1);
    EXPECT_NE(plans.index_of(lonely), kNobody);
    EXPECT_NE(plans.index_of(named), kNobody);
    office.now += 1ms;
    office.open(1);
    EXPECT_EQ(plans.index_of(lonely), kNobody);
    EXPECT_EQ(plans.index_of(named), kNobody);
    EXPECT_EQ(office.inventory().reservations().size(), 0U);
    EXPECT_EQ(plans.size(), 2U);
}

}  // namespace
}  // namespace frontrow::domain
