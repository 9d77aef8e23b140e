#include "box_office.h"
#include "domain/categories.h"
#include "domain/reservation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

// Changes of a reservation: seats and units are added and given back in one step.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

using Indices = std::initializer_list<std::uint32_t>;

class Change : public testing::Test {
protected:
    Change() {
        EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Floor", 3'000, 5}}));
        EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Balcony", 4'000, 5}}));
    }

    Reservation hold(std::string user, Indices seats, WantedItems items = {}) {
        auto wish = office.wish(event, std::move(user), seats);
        wish.items = std::move(items);
        return std::get<Reservation>(office.act(wish).value().entity);
    }
    SeatIds ids(Indices seats) const {
        SeatIds ids;
        for (const auto seat : seats)
            ids.push_back(office.seat(event, seat));
        return ids;
    }
    ChangeReservation change(
        const Reservation& of,
        Indices add,
        Indices remove,
        WantedItems more = {},
        WantedItems less = {}
    ) const {
        return {
            .reservation = of.id,
            .user = of.user,
            .add_seats = ids(add),
            .add_items = std::move(more),
            .remove_seats = ids(remove),
            .remove_items = std::move(less),
        };
    }
    /// Changes; this must succeed.
    Reservation changed(const ChangeReservation& command) {
        return std::get<Reservation>(office.act(command).value().entity);
    }
    /// Expects a refusal for this reason, which changes nothing.
    Refusal refused(const ChangeReservation& command, std::string_view reason) {
        const auto facts = office.history().size();
        const auto outcome = office.act(command);
        EXPECT_EQ(answer(outcome), reason);
        EXPECT_EQ(office.history().size(), facts);
        return outcome ? Refusal{} : outcome.error();
    }
    SeatStatus status(std::uint32_t seat) const { return office.status(event, seat); }
    std::uint32_t left(std::size_t category = 0) const {
        const auto& row = *office.inventory().plans().find(event);
        return office.inventory().list_categories(row, office.now).at(category).available();
    }
    void reprice(Amount price, std::uint32_t stock = 5) {
        EXPECT_TRUE(office.act(ChangeCategory{event, BoxOffice::owner(), {"Floor", price, stock}}));
    }

    static EventSpec wide() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 6;
        return spec;
    }

    BoxOffice office;
    EventId event = office.open(10, wide());
};

TEST_F(Change, adds_seats_and_units_and_gives_others_back_in_one_step) {
    const auto held = hold("ann", {0, 1}, {{"Floor", 2}});
    EXPECT_EQ(held.total_amount, 16'000);
    const auto now = changed(change(held, {2, 3}, {0}, {{"Balcony", 1}}, {{"Floor", 1}}));
    EXPECT_THAT(
        now.seats, ElementsAre(office.seat(event, 1), office.seat(event, 2), office.seat(event, 3))
    );
    EXPECT_THAT(now.items, ElementsAre(Item{"Floor", 1, 3'000}, Item{"Balcony", 1, 4'000}));
    EXPECT_EQ(now.total_amount, 22'000);
    EXPECT_EQ(now.status, ReservationStatus::pending);
    EXPECT_EQ(now.expires_at, held.expires_at);
    EXPECT_EQ(now.created_at, held.created_at);
    EXPECT_EQ(office.reservation(held), now);
    EXPECT_EQ(office.facts_of_last(), 1);
    EXPECT_EQ(status(0), SeatStatus::available);
    EXPECT_EQ(status(1), SeatStatus::reserved);
    EXPECT_EQ(status(2), SeatStatus::reserved);
    EXPECT_EQ(left(0), 4);
    EXPECT_EQ(left(1), 4);
}

TEST_F(Change, keeps_what_was_confirmed_cancelled_or_ran_out_as_it_was_changed) {
    const auto confirmed = changed(change(hold("ann", {0, 1}), {2}, {0}));
    EXPECT_TRUE(office.confirm(confirmed));
    EXPECT_EQ(status(2), SeatStatus::confirmed);
    EXPECT_EQ(status(0), SeatStatus::available);
    const auto cancelled = changed(change(hold("bob", {3}), {4}, {}, {{"Floor", 1}}));
    EXPECT_TRUE(office.cancel(cancelled));
    EXPECT_EQ(status(3), SeatStatus::available);
    EXPECT_EQ(status(4), SeatStatus::available);
    EXPECT_EQ(left(), 5);
    const auto run_out = changed(change(hold("cid", {5}), {6}, {}, {{"Floor", 1}}));
    office.now += 10min;
    EXPECT_EQ(status(5), SeatStatus::available);
    EXPECT_EQ(status(6), SeatStatus::available);
    EXPECT_EQ(left(), 5);
    EXPECT_TRUE(office.lapse(10));
    EXPECT_EQ(office.sweep(), 1);
    EXPECT_EQ(office.status(run_out), ReservationStatus::expired);
    EXPECT_EQ(office.reservation(run_out).seats, run_out.seats);
}

TEST_F(Change, is_for_the_buyer_alone) {
    auto command = change(hold("ann", {0}), {1}, {});
    command.user = "bob";
    refused(command, "reservation_not_found");
    command.user = "ann";
    command.reservation = ReservationId{Bits128{9, 9}};
    refused(command, "reservation_not_found");
}

TEST_F(Change, is_refused_once_the_hold_has_ended) {
    const auto confirmed = hold("ann", {0, 1});
    EXPECT_TRUE(office.confirm(confirmed));
    refused(change(confirmed, {2}, {}), "reservation_confirmed");
    refused(change(confirmed, {}, {0}), "reservation_confirmed");
    const auto cancelled = hold("ann", {2, 3});
    EXPECT_TRUE(office.cancel(cancelled));
    refused(change(cancelled, {}, {2}), "reservation_cancelled");
    const auto held = hold("ann", {2, 3});
    office.now = held.expires_at - 1ms;
    changed(change(held, {4}, {2}));
    office.now = held.expires_at;
    refused(change(held, {5}, {}), "hold_expired");
    refused(change(held, {}, {3}), "hold_expired");
}

TEST_F(Change, needs_a_sale_only_to_add) {
    const auto held = hold("ann", {0, 1, 2, 3}, {{"Floor", 2}});
    EXPECT_TRUE(office.change_sale(event, SaleAction::pause));
    refused(change(held, {4}, {0}), "sales_paused");
    refused(change(held, {}, {}, {{"Floor", 1}}), "sales_paused");
    changed(change(held, {}, {0}));
    EXPECT_TRUE(office.change_sale(event, SaleAction::end));
    refused(change(held, {4}, {}), "sales_closed");
    changed(change(held, {}, {1}, {}, {{"Floor", 1}}));
    EXPECT_EQ(office.reservation(held).total_amount, 13'000);
}

TEST_F(Change, is_refused_before_and_after_the_times_of_the_sale) {
    const auto held = hold("ann", {0, 1});
    auto later = wide();
    later.sales_start_at = office.now + 1ms;
    EXPECT_TRUE(office.update(event, later));
    refused(change(held, {2}, {}), "sales_not_open");
    office.now += 1ms;
    changed(change(held, {2}, {}));
    later.sales_end_at = office.now + 1ms;
    EXPECT_TRUE(office.update(event, later));
    changed(change(held, {3}, {}));
    office.now += 1ms;
    refused(change(held, {4}, {}), "sales_closed");
}

TEST_F(Change, names_each_seat_once) {
    const auto held = hold("ann", {0, 1, 2});
    refused(change(held, {3, 3}, {}), "seat_named_twice");
    refused(change(held, {}, {0, 0}), "seat_named_twice");
    refused(change(held, {0}, {0}), "seat_named_twice");
}

TEST_F(Change, gives_back_only_what_the_reservation_has) {
    const auto held = hold("ann", {0, 1}, {{"Floor", 2}});
    const auto bobs = hold("bob", {2}, {{"Balcony", 1}});
    const auto seat = refused(change(held, {}, {2}), "not_in_reservation");
    EXPECT_EQ(seat.subject, office.seat(event, 2).to_string());
    refused(change(held, {}, {0, 3}), "not_in_reservation");
    EXPECT_EQ(
        refused(change(held, {}, {}, {}, {{"Floor", 3}}), "not_in_reservation").subject, "Floor"
    );
    EXPECT_EQ(
        refused(change(held, {}, {}, {}, {{"Balcony", 1}}), "not_in_reservation").subject, "Balcony"
    );
    EXPECT_EQ(
        refused(change(held, {}, {}, {}, {{"Nowhere", 1}}), "not_in_reservation").subject, "Nowhere"
    );
    // Units that the same request adds can't be given back by it.
    refused(change(held, {}, {}, {{"Balcony", 1}}, {{"Balcony", 1}}), "not_in_reservation");
    EXPECT_EQ(office.reservation(bobs), bobs);
}

TEST_F(Change, leaves_something) {
    const auto held = hold("ann", {0, 1}, {{"Floor", 2}});
    refused(change(held, {}, {0, 1}, {}, {{"Floor", 2}}), "nothing_left");
    EXPECT_THAT(changed(change(held, {}, {0, 1}, {}, {{"Floor", 1}})).seats, IsEmpty());
    refused(change(held, {}, {}, {}, {{"Floor", 1}}), "nothing_left");
    const auto swapped = changed(change(held, {5}, {}, {}, {{"Floor", 1}}));
    EXPECT_THAT(swapped.seats, ElementsAre(office.seat(event, 5)));
    EXPECT_THAT(swapped.items, IsEmpty());
    EXPECT_EQ(swapped.total_amount, 5'000);
}

TEST_F(Change, is_held_to_the_limit_of_a_reservation) {
    const auto held = hold("ann", {0, 1, 2, 3}, {{"Floor", 1}});
    changed(change(held, {4}, {}));
    EXPECT_EQ(refused(change(held, {5}, {}), "too_many_seats").limit, 6);
    refused(change(held, {}, {}, {{"Floor", 1}}), "too_many_seats");
    refused(change(held, {5, 6}, {0}), "too_many_seats");
    changed(change(held, {5, 6}, {0}, {}, {{"Floor", 1}}));
}

TEST_F(Change, gives_back_whatever_the_limits_have_become) {
    auto spec = wide();
    const auto held = hold("ann", {0, 1, 2, 3});
    spec.max_seats_per_reservation = 2;
    spec.max_seats_per_user = 1;
    EXPECT_TRUE(office.update(event, spec));
    changed(change(held, {}, {0}));
    refused(change(held, {4}, {1}), "too_many_seats");
    refused(change(held, {4}, {1, 2}), "user_limit_reached");
    changed(change(held, {4}, {1, 2, 3}));
    EXPECT_THAT(office.violations(), IsEmpty());
}

TEST_F(Change, is_held_to_the_limit_of_a_user) {
    auto spec = wide();
    spec.max_seats_per_user = 4;
    EXPECT_TRUE(office.update(event, spec));
    hold("ann", {0, 1});
    const auto held = hold("ann", {2});
    changed(change(held, {3}, {}));
    EXPECT_EQ(refused(change(held, {4}, {}), "user_limit_reached").limit, 4);
    refused(change(held, {}, {}, {{"Floor", 1}}), "user_limit_reached");
    changed(change(held, {4}, {3}));
    changed(change(held, {}, {4}, {{"Floor", 1}}));
    office.now = held.expires_at;
    const auto next = hold("ann", {0, 1, 2});
    changed(change(next, {3}, {}));
    refused(change(next, {4}, {}), "user_limit_reached");
}

TEST_F(Change, adds_only_seats_and_categories_of_the_event) {
    const auto held = hold("ann", {0, 1});
    const auto elsewhere = office.open(1);
    auto command = change(held, {}, {0});
    command.add_seats = {office.seat(elsewhere, 0)};
    EXPECT_EQ(refused(command, "seat_not_found").subject, office.seat(elsewhere, 0).to_string());
    EXPECT_EQ(
        refused(change(held, {}, {0}, {{"Nowhere", 1}}), "category_not_found").subject, "Nowhere"
    );
}

TEST_F(Change, is_refused_whole_if_one_added_seat_is_not_free) {
    const auto held = hold("ann", {0, 1});
    const auto bobs = hold("bob", {2});
    const auto sold = hold("cid", {3});
    EXPECT_TRUE(office.confirm(sold));
    const auto refusal = refused(change(held, {2, 4, 3, 1}, {0}), "seats_unavailable");
    EXPECT_THAT(
        refusal.conflicts,
        ElementsAre(
            SeatConflict{office.seat(event, 2), SeatStatus::reserved},
            SeatConflict{office.seat(event, 3), SeatStatus::confirmed},
            SeatConflict{office.seat(event, 1), SeatStatus::reserved}
        )
    );
    EXPECT_EQ(status(0), SeatStatus::reserved);
    EXPECT_EQ(status(4), SeatStatus::available);
    EXPECT_EQ(office.reservation(held), held);
}

TEST_F(Change, takes_the_seats_and_units_of_holds_that_have_run_out) {
    for (const bool lapses : {false, true}) {
        const auto first = hold("bob", {2, 3}, {{"Floor", 4}});
        office.now += 5min;
        const auto held = hold("ann", {0});
        office.now = first.expires_at - 1ms;
        refused(change(held, {2}, {}), "seats_unavailable");
        refused(change(held, {}, {}, {{"Floor", 2}}), "sold_out");
        office.now = first.expires_at;
        if (lapses) EXPECT_TRUE(office.lapse(10));
        changed(change(held, {2, 3}, {0}, {{"Floor", 2}}));
        EXPECT_EQ(office.facts_of_last(), 2) << "bob's hold is ended by one fact";
        EXPECT_EQ(office.status(first), ReservationStatus::expired);
        EXPECT_EQ(status(0), SeatStatus::available);
        EXPECT_EQ(left(), 3);
        EXPECT_TRUE(office.cancel(held));
    }
}

TEST_F(Change, counts_units_that_it_gives_back_as_free) {
    const auto held = hold("ann", {0}, {{"Floor", 2}});
    hold("bob", {}, {{"Floor", 2}});
    EXPECT_EQ(left(), 1);
    const auto refusal = refused(change(held, {}, {}, {{"Floor", 2}}), "sold_out");
    EXPECT_EQ(refusal.subject, "Floor");
    EXPECT_EQ(refusal.limit, 1);
    EXPECT_EQ(refused(change(held, {}, {}, {{"Floor", 3}}, {{"Floor", 1}}), "sold_out").limit, 2);
    reprice(1'000);
    const auto now = changed(change(held, {}, {}, {{"Floor", 3}}, {{"Floor", 2}}));
    EXPECT_THAT(now.items, ElementsAre(Item{"Floor", 3, 1'000}));
    EXPECT_EQ(now.total_amount, 8'000);
    EXPECT_EQ(left(), 0);
}

TEST_F(Change, keeps_each_units_price_and_gives_back_the_last_entry_first) {
    const auto held = hold("ann", {}, {{"Floor", 2}, {"Balcony", 1}});
    reprice(1'000);
    auto now = changed(change(held, {}, {}, {{"Floor", 2}}));
    EXPECT_THAT(
        now.items,
        ElementsAre(Item{"Floor", 2, 3'000}, Item{"Balcony", 1, 4'000}, Item{"Floor", 2, 1'000})
    );
    EXPECT_EQ(now.total_amount, 12'000);
    now = changed(change(held, {}, {}, {}, {{"Floor", 3}}));
    EXPECT_THAT(now.items, ElementsAre(Item{"Floor", 1, 3'000}, Item{"Balcony", 1, 4'000}));
    EXPECT_EQ(now.total_amount, 7'000);
    const auto& fact = std::get<ReservationChanged>(office.history().back().body);
    EXPECT_THAT(fact.removed_items, ElementsAre(Item{"Floor", 2, 1'000}, Item{"Floor", 1, 3'000}));
    reprice(3'000);
    now = changed(change(held, {}, {}, {{"Floor", 2}}));
    EXPECT_THAT(now.items, ElementsAre(Item{"Floor", 3, 3'000}, Item{"Balcony", 1, 4'000}));
}

TEST_F(Change, is_done_only_to_the_state_that_the_request_names) {
    const auto held = hold("ann", {0, 1});
    auto command = change(held, {2}, {});
    command.if_match = MeantTags{std::in_place};
    refused(command, "version_stale");
    command.if_match = {Bits128{1, 2}, tag_of(held)};
    const auto now = changed(command);
    auto next = change(held, {}, {0});
    next.if_match = {tag_of(held)};
    refused(next, "version_stale");
    next.if_match = {tag_of(now)};
    changed(next);
    next = change(held, {}, {1});
    next.if_match = {tag_of(office.reservation(held))};
    EXPECT_TRUE(office.extend(held, 1s));
    refused(next, "version_stale");
}

TEST(ReservationTag, changes_with_whatever_can_change) {
    const Reservation held{
        .seats = {SeatId{Bits128{1, 1}}},
        .total_amount = 5,
        .expires_at = kOpening,
        .items = {{"Floor", 2, 3}},
    };
    std::vector<Bits128> tags{tag_of(held)};
    const auto add = [&](auto change) {
        auto other = held;
        change(other);
        tags.push_back(tag_of(other));
    };
    add([](auto& one) { one.status = ReservationStatus::confirmed; });
    add([](auto& one) { one.status = ReservationStatus::cancelled; });
    add([](auto& one) { one.status = ReservationStatus::expired; });
    add([](auto& one) { one.expires_at += 1ms; });
    add([](auto& one) { one.seats.push_back(SeatId{Bits128{1, 2}}); });
    add([](auto& one) { one.seats.front() = SeatId{Bits128{1, 2}}; });
    add([](auto& one) { one.seats.clear(); });
    add([](auto& one) { one.items.clear(); });
    add([](auto& one) { one.items.front().category = "floor"; });
    add([](auto& one) { one.items.front().quantity = 3; });
    add([](auto& one) { one.items.front().unit_price = 2; });
    add([](auto& one) { one.total_amount = 6; });
    for (const auto tag : tags)
        EXPECT_EQ(std::ranges::count(tags, tag), 1);
    EXPECT_EQ(tag_of(held), tag_of(Reservation{held}));
}

TEST_F(Change, under_a_key_is_done_once_and_answered_with_the_reservation_as_it_is_now) {
    const auto held = hold("ann", {0, 1});
    auto command = change(held, {2}, {0});
    command.request = {.key = {8, 1}, .content = {8, 2}};
    command.if_match = {tag_of(held)};
    const auto first = changed(command);
    const auto again = office.act(command);
    EXPECT_EQ(answer(again), "replayed");
    EXPECT_EQ(std::get<Reservation>(again->entity), first);
    const auto next = changed(change(held, {3}, {}));
    const auto later = office.act(command);
    EXPECT_EQ(answer(later), "replayed");
    EXPECT_EQ(std::get<Reservation>(later->entity), next);
    command.request->content = {8, 3};
    refused(command, "idempotency_key_reused");
    command.request->content = {8, 2};
    office.now = held.expires_at;
    EXPECT_EQ(
        std::get<Reservation>(office.act(command)->entity).status, ReservationStatus::expired
    );
    office.now = held.created_at + 24h;
    refused(command, "hold_expired");
    office.now = held.expires_at + 24h;
    refused(command, "reservation_not_found");
}

TEST_F(Change, shares_no_key_with_another_kind_of_request) {
    const auto held = hold("ann", {0});
    const RequestMark mark{.key = {8, 1}, .content = {8, 2}};
    EXPECT_TRUE(office.act(ExtendReservation{held.id, held.user, 1s, mark}));
    auto command = change(held, {1}, {});
    command.request = mark;
    refused(command, "idempotency_key_reused");
}

TEST_F(Change, leaves_the_answer_to_the_first_request_as_it_was) {
    auto wish = office.wish(event, "ann", {0, 1});
    wish.items = {{"Floor", 2}};
    const auto held = std::get<Reservation>(office.act(wish).value().entity);
    changed(change(held, {2}, {0}, {}, {{"Floor", 2}}));
    changed(change(held, {0}, {1}));
    auto again = office.act(wish);
    EXPECT_EQ(answer(again), "replayed");
    EXPECT_EQ(std::get<Reservation>(again->entity), held);
    // The same request by its content, although its hash differs.
    wish.request.content = {8, 9};
    again = office.act(wish);
    EXPECT_EQ(answer(again), "replayed");
    EXPECT_EQ(std::get<Reservation>(again->entity), held);
    wish.seats = ids({2, 0});
    EXPECT_EQ(answer(office.act(wish)), "idempotency_key_reused");
}

TEST_F(Change, needs_a_journal_that_permits_its_format) {
    Inventory old;
    const std::vector<Fact> facts{
        {.seq = 1, .at = kOpening, .event = event, .body = EventCreated{wide(), "house"}},
        {.seq = 2,
         .at = kOpening,
         .event = event,
         .body = SeatsAdded{std::make_shared<const SeatBlock>(
             SeatId{Bits128{9, 1}}, std::vector<SeatSpec>{{.number = "1"}, {.number = "2"}}
         )}},
        {.seq = 3,
         .at = kOpening,
         .event = event,
         .body =
             ReservationHeld{
                 .reservation = ReservationId{Bits128{3, 1}},
                 .user = "ann",
                 .seats = {SeatId{Bits128{9, 1}}, SeatId{Bits128{9, 2}}},
                 .expires_at = kOpening + 10min,
             }},
    };
    for (const auto& fact : facts)
        evolve(old, fact);
    const ChangeReservation command{
        .reservation = ReservationId{Bits128{3, 1}},
        .user = "ann",
        .remove_seats = {SeatId{Bits128{9, 1}}},
    };
    const auto decision = decide(old, command, kOpening);
    EXPECT_EQ(answer(decision.outcome), "format_too_low");
    EXPECT_EQ(decision.outcome.error().limit, 2);
    EXPECT_EQ(decide_and_raise(old, command, kOpening).facts.size(), 2);
}

}  // namespace
}  // namespace frontrow::domain
