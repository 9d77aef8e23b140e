#include "domain/audit.h"

#include "audit_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

using namespace audited;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

TEST(Audit, finds_nothing_wrong_with_nothing) {
    EXPECT_THAT(violations_of(History{}), IsEmpty());
}

TEST(Audit, passes_a_right_history_and_counts_it) {
    auto history = sale();
    history.hold(1, {seat(0), seat(1)}).hold(2, {seat(2)}, "bob").hold(3, {seat(3)}, "cid");
    history.at(5min).confirm(1).cancel(2).extend(3, 25min);
    history.hold(4, {seat(2)}, "dan");
    history.at(15min).expire(4).hold(5, {seat(2), seat(4)}).at(25min).expire(3).expire(5);
    history.at(30min).hold(6, {seat(2), seat(3)}, "bob").confirm(6);
    history.under(kOtherEvent).remove();
    EXPECT_THAT(violations_of(history), IsEmpty());

    const auto totals = history.audited().totals();
    EXPECT_EQ(totals.facts, 18U);
    EXPECT_EQ(totals.events, 2U);
    EXPECT_EQ(totals.seats, 11U);
    EXPECT_EQ(totals.reservations, 6U);
    EXPECT_EQ(totals.confirmed, 2U);
    EXPECT_EQ(totals.seats_sold, 4U);
}

TEST(Audit, passes_what_is_just_within_the_rules) {
    const auto last_moment = 24h * 10 - 1ms;
    const auto dearer = [] {
        auto changed = spec();
        changed.currency = *Currency::parse("EUR");
        return changed;
    }();
    const auto one_request = [](ReservationHeld& body) { body.request.key = Bits128{9, 9}; };
    const struct {
        const char* what;
        History history;
    } rows[] = {
        {"held as sales open", sale().at(0ms).hold(1, {seat(0)})},
        {"held just before they close", sale().at(last_moment).hold(1, {seat(0)})},
        {"held just before they close after the start",
         sale()
             .raise(1)
             .update(sold_until(spec().start_at + 1h))
             .at(last_moment + 1h)
             .hold(1, {seat(0)})},
        {"held by terms that were changed after they closed",
         sale().at(last_moment + 1ms).raise(1).update(sold_until(spec().end_at)).hold(1, {seat(0)})
        },
        {"as many seats as a reservation may have", sale().hold(1, {seat(0), seat(1), seat(2)})},
        {"as many seats as a user may have",
         sale().hold(1, {seat(0), seat(1), seat(2)}).hold(2, {seat(3)})},
        {"a user's freed seats don't count",
         sale().hold(1, {seat(0), seat(1), seat(2)}).cancel(1).hold(2, {seat(0), seat(1)})},
        {"confirmed at the last moment", sale().hold(1, {seat(0)}).at(kHold - 1ms).confirm(1)},
        {"cancelled at the last moment", sale().hold(1, {seat(0)}).at(kHold - 1ms).cancel(1)},
        {"expired on time", sale().hold(1, {seat(0)}).at(kHold).expire(1)},
        {"extended for longer than today's limit", sale().hold(1, {seat(0)}).extend(1, 30 * kHold)},
        {"held again the instant it's free",
         sale().hold(1, {seat(0)}).at(kHold).expire(1).hold(2, {seat(0)}, "bob")},
        {"a request's key used again after a day",
         sale().hold_but(1, {seat(0)}, one_request).at(24h).hold_but(2, {seat(1)}, one_request)},
        {"terms changed when nothing is held",
         sale().hold(1, {seat(0)}).cancel(1).update(dearer).hold(2, {seat(0)})},
        {"a name changed while seats are held", sale().hold(1, {seat(0)}).update([] {
             auto changed = spec();
             changed.name = "Second night";
             return changed;
         }())},
        {"deleted when all holds have ended", sale().hold(1, {seat(0)}).cancel(1).remove()},
        {"held and extended once a pause is over",
         newer_sale()
             .change_sale(SaleAction::pause)
             .change_sale(SaleAction::open)
             .hold(1, {seat(0)})
             .extend(1, 2 * kHold)},
        {"confirmed, cancelled and expired during a pause",
         newer_sale()
             .hold(1, {seat(0)})
             .hold(2, {seat(1)}, "bob")
             .hold(3, {seat(2)}, "cid")
             .change_sale(SaleAction::pause)
             .confirm(1)
             .cancel(2)
             .at(kHold)
             .expire(3)},
        {"confirmed after the sale's end",
         newer_sale().hold(1, {seat(0)}).change_sale(SaleAction::end).confirm(1)},
        {"held for another event than the one that is paused",
         newer_sale()
             .under(kOtherEvent)
             .change_sale(SaleAction::pause)
             .under(kEvent)
             .hold(1, {seat(0)})},
        {"deleted during a pause", newer_sale().change_sale(SaleAction::pause).remove()},
    };
    for (const auto& row : rows)
        EXPECT_THAT(violations_of(row.history), IsEmpty()) << row.what;
}

TEST(Audit, finds_a_broken_order_of_facts) {
    expect_found({
        {sale().skip_seq().hold(1, {seat(0)}).cancel(1), {"6: the sequence has a gap"}},
        {History{}.skip_seq().create(spec()), {"2: the sequence has a gap"}},
        {sale().at(2ms).hold(1, {seat(0)}).at(1ms).hold(2, {seat(1)}).at(2ms).cancel(1),
         {"6: time went backwards"}},
    });
}

TEST(Audit, finds_a_fact_before_its_format_and_a_format_that_does_not_rise) {
    const auto until = sold_until(spec().start_at);
    expect_found({
        {sale().update(until), {"5: a fact came before its format"}},
        {History{}.create(until), {"1: a fact came before its format"}},
        {History{}.raise(1).create(until), {}},
        {sale().raise(1).raise(1), {"6: the format of facts didn't rise"}},
        {sale().raise(0), {"5: the format of facts didn't rise"}},
    });
}

TEST(Audit, finds_what_is_wrong_with_events_and_their_seats) {
    auto in_euro = spec();
    in_euro.currency = *Currency::parse("EUR");
    auto to_pay = spec();
    to_pay.payment = PaymentRule::required;
    expect_found({
        {sale().create(spec()), {"5: an event was created twice"}},
        {sale().add_seats(seat(9), 1), {"5: a seat was created twice"}},
        {sale().hold(1, {seat(0)}).update(in_euro), {"6: the terms of held or sold seats changed"}},
        {sale().hold(1, {seat(0)}).confirm(1).update(to_pay),
         {"7: the terms of held or sold seats changed"}},
        {sale().hold(1, {seat(0)}).remove(), {"6: an event with held or sold seats was deleted"}},
        {sale().hold(1, {seat(0)}).confirm(1).remove(),
         {"7: an event with held or sold seats was deleted"}},
        {sale().remove().remove(), {"6: the event doesn't exist"}},
        {sale().remove().update(spec()), {"6: the event doesn't exist"}},
        {sale().remove().hold(1, {seat(0)}), {"6: the event doesn't exist"}},
        {History{}.add_seats(kFirstSeat, 1), {"1: the event doesn't exist"}},
    });
}

TEST(Audit, finds_a_member_who_was_added_or_removed_without_a_change) {
    const MemberAdded scanner{"otto", MemberRole::scanner};
    const MemberAdded organizer{"otto", MemberRole::organizer};
    const MemberRemoved gone{"otto"};
    const auto raised = [](auto history) {
        history.under(EventId{}).fact(FormatRaised{1}).under(kEvent);
        return history;
    };
    const auto added = raised(sale()).fact(scanner);
    EXPECT_THAT(violations_of(History{added}.fact(organizer).fact(gone).fact(scanner)), IsEmpty());
    const std::string not_one = "a person was removed who wasn't a member";
    expect_found({
        {History{added}.fact(scanner), {"7: a member was given the role that they had"}},
        {raised(sale()).fact(gone), {"6: " + not_one}},
        {History{added}.fact(gone).fact(gone), {"8: " + not_one}},
        {History{added}.under(kOtherEvent).fact(gone), {"7: " + not_one}},
        {raised(sale()).remove().fact(scanner), {"7: the event doesn't exist"}},
        {History{added}.remove().fact(gone), {"8: the event doesn't exist"}},
        {sale().fact(scanner), {"5: a fact came before its format"}},
    });
}

/// Facts 1 to 6: the facts of sale(), and a category of three units.
History sale_of_units() {
    return sale().raise_format(2).fact(CategoryAdded{{"Floor", 10, 3}});
}

TEST(Audit, passes_units_that_are_given_back_and_held_again) {
    auto history = sale_of_units();
    history.hold_units(1, {{"Floor", 2, 10}}).hold_units(2, {{"Floor", 1, 10}}).confirm(2);
    history.cancel(1).hold_units(3, {{"Floor", 2, 10}}).extend(3, 15min);
    // The hold has run out, whether or not a fact has ended it.
    history.at(15min).hold_units(4, {{"Floor", 2, 10}}).expire(3);
    history.fact(CategoryChanged{{"Floor", 20, 4}}).hold_units(5, {{"Floor", 1, 20}});
    history.at(25min).fact(CategoryChanged{{"Floor", 20, 1}});
    EXPECT_THAT(violations_of(history), IsEmpty());
}

TEST(Audit, finds_units_that_a_category_does_not_have) {
    const std::string too_many = "more units were held than the category has";
    const std::string below = "a category's stock fell below what is held, sold or held back";
    const std::string unknown = "units were held of a category that the event doesn't have";
    expect_found({
        {sale_of_units().hold_units(1, {{"Floor", 2, 10}}).hold_units(2, {{"Floor", 2, 10}}),
         {"8: " + too_many}},
        {sale_of_units()
             .hold_units(1, {{"Floor", 3, 10}})
             .confirm(1)
             .at(20min)
             .hold_units(2, {{"Floor", 1, 10}}),
         {"9: " + too_many}},
        {sale_of_units()
             .hold_units(1, {{"Floor", 3, 10}})
             .extend(1, 20min)
             .at(15min)
             .hold_units(2, {{"Floor", 1, 10}}),
         {"9: " + too_many}},
        {sale_of_units().hold_units(1, {{"Floor", 2, 10}}).fact(CategoryChanged{{"Floor", 10, 1}}),
         {"8: " + below}},
        {sale_of_units()
             .hold_units(1, {{"Floor", 2, 10}})
             .confirm(1)
             .at(20min)
             .fact(CategoryChanged{{"Floor", 10, 1}}),
         {"9: " + below}},
        {sale_of_units().hold_units(1, {{"Balcony", 1, 10}}),
         {"7: " + unknown, "7: the amount isn't the sum of the prices"}},
        {sale_of_units().hold_units(1, {{"Floor", 1, 9}}), {"7: a unit had another price"}},
        {sale_of_units().hold_units(1, {{"Floor", 1, 10}, {"Floor", 0, 10}}),
         {"7: no unit of a category was held"}},
        {sale_of_units().fact(CategoryAdded{{"Floor", 1, 1}}),
         {"7: a category's name was given twice"}},
        {sale_of_units().fact(CategoryChanged{{"Balcony", 1, 1}}),
         {"7: a category changed that the event doesn't have"}},
        {sale_of_units().hold_units(1, {{"Floor", 2, 10}}).hold(2, {seat(0), seat(1), seat(2)}),
         {"8: a user has more seats than allowed"}},
        {sale_of_units().hold_units(1, {{"Floor", 1, 10}}).remove(),
         {"8: an event with held or sold seats was deleted"}},
        {sale().fact(CategoryAdded{{"Floor", 10, 3}}), {"5: a fact came before its format"}},
    });
}

/// Facts 1 to 8: the facts of sale_of_units(), and two reservations, one of which has seats 0 and 1
/// and a unit.
History sale_with_holds() {
    auto history = sale_of_units().hold(2, {seat(5)}, "bob");
    auto body = history.holding(1, {seat(0), seat(1)});
    body.items = {{"Floor", 1, 10}};
    body.total_amount += 10;
    return history.fact(std::move(body));
}

ReservationChanged swap() {
    return {
        .reservation = reservation(1),
        .added_seats = {seat(2)},
        .removed_seats = {seat(0)},
        .total_amount = 2 * kPrice + 10,
    };
}
template <class Change>
ReservationChanged swap_but(Change change) {
    auto body = swap();
    change(body);
    return body;
}

TEST(Audit, passes_changes_of_a_reservation) {
    auto history = sale_with_holds();
    history.change(swap()).hold(3, {seat(0)}, "cid");
    history.change({
        .reservation = reservation(1),
        .removed_seats = {seat(1), seat(2)},
        .added_items = {{"Floor", 2, 10}},
        .total_amount = 30,
    });
    // The price of added units is today's; those given back are given back at theirs.
    history.fact(CategoryChanged{{"Floor", 20, 4}});
    history.change({
        .reservation = reservation(1),
        .added_items = {{"Floor", 1, 20}},
        .removed_items = {{"Floor", 1, 10}},
        .total_amount = 40,
    });
    history.change_sale(SaleAction::pause);
    history.change({
        .reservation = reservation(1),
        .removed_items = {{"Floor", 1, 20}},
        .total_amount = 20,
    });
    history.change_sale(SaleAction::open).hold(4, {seat(1), seat(2)}, "dan");
    history.at(10min).hold_units(5, {{"Floor", 3, 20}}).expire(1);
    EXPECT_THAT(violations_of(history), IsEmpty());
}

TEST(Audit, finds_a_change_that_breaks_a_rule) {
    const std::string amount = "9: the amount isn't the sum of the prices";
    const std::string taken = "9: a seat was held for two buyers at once";
    const std::string not_there = "9: a seat was given back that the reservation didn't have";
    const std::string fewer = "9: units were given back that the reservation didn't have";
    const auto with = [](auto change) { return sale_with_holds().change(swap_but(change)); };
    expect_found({
        {sale_with_holds().change(swap()), {}},
        {with([](auto& body) { body.reservation = reservation(9); }),
         {"9: a reservation that wasn't pending changed"}},
        {sale_with_holds().confirm(1).change(swap()),
         {"10: sold tickets were taken back without a refund"}},
        {sale_with_holds().at(kHold).change(swap()), {"9: a hold was changed after it had run out"}
        },
        {sale_with_holds().change_sale(SaleAction::pause).change(swap()),
         {"10: a seat was held while sales were paused"}},
        {with([](auto& body) { body.added_seats = {seat(5)}; }), {taken}},
        {with([](auto& body) { body.added_seats = {seat(1)}; }), {taken}},
        {with([](auto& body) { body.removed_seats = {seat(5)}; }),
         {not_there, amount, "9: a reservation has more seats than allowed"}},
        {with([](auto& body) { body.removed_seats = {seat(0), seat(0)}; }), {not_there}},
        {with([](auto& body) { body.unit_prices = {kPrice + 1}; }), {"9: a seat had another price"}
        },
        {with([](auto& body) { ++body.total_amount; }), {amount}},
        {with([](auto& body) { body.added_items = {{"Floor", 3, 10}}; }),
         {"9: more units were held than the category has",
          amount,
          "9: a reservation has more seats than allowed",
          "9: a user has more seats than allowed"}},
        {with([](auto& body) { body.removed_items = {{"Floor", 2, 10}}; }), {fewer}},
        {with([](auto& body) { body.removed_items = {{"Floor", 1, 11}}; }), {fewer}},
        {with([](auto& body) {
             body.added_seats.clear();
             body.removed_seats.push_back(seat(1));
             body.removed_items = {{"Floor", 1, 10}};
             body.total_amount = 0;
         }),
         {"9: a change gave back all of a reservation"}},
        {with([](auto& body) {
             body.added_seats.push_back(seat(3));
             body.total_amount += kPrice;
         }),
         {"9: a reservation has more seats than allowed"}},
        {sale_with_holds().hold(3, {seat(7)}).change(swap_but([](auto& body) {
             body.removed_seats.clear();
             body.removed_items = {{"Floor", 1, 10}};
             body.added_seats.push_back(seat(3));
             body.total_amount = 4 * kPrice;
         })),
         {"10: a reservation has more seats than allowed", "10: a user has more seats than allowed"}
        },
        {sale_with_holds().change(swap()).hold(3, {seat(2)}, "cid"),
         {"10: a seat was held for two buyers at once"}},
    });
    auto no_prices = swap();
    EXPECT_THAT(
        violations_of(sale_with_holds().fact(no_prices)),
        ElementsAre("9: added seats have no price")
    );
}

constexpr Bits128 kCode{7, 1};

/// Facts 1 to 8: those of sale_of_units(), an allocation of seats 0 and 1 that ends after an hour,
/// and one of two units. Codes open both.
History sale_of_allocations() {
    Allocation press{
        .name = "Press",
        .seats = {seat(0), seat(1)},
        .until = kOpen + 1h,
        .codes = {kCode},
    };
    Allocation guests{.name = "Guests", .category = "Floor", .quantity = 2, .codes = {{7, 2}}};
    return sale_of_units()
        .fact(AllocationAdded{std::move(press)})
        .fact(AllocationAdded{std::move(guests)});
}
FactBody changed(AllocationChange change) {
    return AllocationChanged{"Press", std::move(change)};
}
void of_press(ReservationHeld& body) {
    body.allocation = "Press";
}
void of_guests(ReservationHeld& body) {
    body.allocation = "Guests";
    body.seats = {};
    body.items = {{"Floor", 2, 10}};
    body.total_amount = 20;
}

TEST(Audit, passes_allocations_that_are_used_and_ended) {
    auto history = sale_of_allocations();
    history.hold_but(1, {seat(0), seat(5)}, of_press).hold_but(2, {}, of_guests).confirm(2);
    history.cancel(1).hold_units(3, {{"Floor", 1, 10}}).cancel(3);
    history.fact(changed({.limit = 1})).hold_but(4, {seat(1)}, of_press);
    // The hold has run out, whether or not a fact has ended it.
    history.at(15min).hold_but(5, {seat(0)}, of_press).confirm(5).expire(4);
    history.at(1h).fact(AllocationEnded{"Press"}).fact(AllocationEnded{"Guests"});
    history.hold(6, {seat(1)})
        .fact(AllocationAdded{{.name = "Press", .seats = {seat(2)}, .codes = {kCode}}});
    EXPECT_THAT(violations_of(history), IsEmpty());
}

TEST(Audit, finds_an_allocation_that_holds_back_what_it_cannot) {
    const auto seats_of = [](SeatIds seats) {
        return AllocationAdded{{.name = "A", .seats = std::move(seats)}};
    };
    const auto units_of_floor = [](std::uint32_t units) {
        return AllocationAdded{{.name = "A", .category = "Floor", .quantity = units}};
    };
    const std::string not_free = "a seat was held back that wasn't free";
    const std::string too_many = "more units were held back than the category has";
    const AllocationAdded again{{.name = "Press", .seats = {seat(2)}}};
    const AllocationAdded late{{.name = "A", .seats = {seat(2)}, .until = kOpen}};
    const AllocationAdded same_code{{.name = "A", .seats = {seat(2)}, .codes = {kCode}}};
    const AllocationAdded code_twice{{.name = "A", .seats = {seat(2)}, .codes = {{7, 3}, {7, 3}}}};
    const std::string two_doors = "an access code opens two allocations";
    expect_found({
        {sale_of_allocations().fact(again), {"9: an allocation's name was given twice"}},
        {sale_of_allocations().fact(late), {"9: an allocation was added after its end"}},
        {sale_of_allocations().fact(same_code), {"9: " + two_doors}},
        {sale_of_allocations()
             .fact(same_code)
             .fact(AllocationEnded{"Press"})
             .fact(AllocationEnded{"A"}),
         {"9: " + two_doors}},
        {sale_of_allocations().fact(code_twice).fact(AllocationEnded{"A"}), {"9: " + two_doors}},
        {sale_of_allocations().fact(seats_of({})), {"9: an allocation held nothing back"}},
        {sale_of_allocations().fact(seats_of({seat(0)})), {"9: " + not_free}},
        {sale_of_allocations().hold(1, {seat(3)}).fact(seats_of({seat(3)})), {"10: " + not_free}},
        {sale_of_allocations().hold(1, {seat(3)}).confirm(1).fact(seats_of({seat(3)})),
         {"11: " + not_free}},
        {sale_of_allocations().fact(seats_of({kOtherEventsSeat})),
         {"9: a seat was held back that the event doesn't have"}},
        {sale_of_allocations().fact(units_of_floor(2)), {"9: " + too_many}},
        {sale_of_allocations().hold_units(1, {{"Floor", 1, 10}}).fact(units_of_floor(1)),
         {"10: " + too_many}},
        {sale_of_allocations().fact(AllocationEnded{"House"}),
         {"9: an allocation changed that the event doesn't have"}},
        {sale_of_allocations().fact(AllocationEnded{"Press"}).fact(changed({})),
         {"10: an allocation changed that the event doesn't have"}},
        {sale_of_allocations().at(1h).fact(changed({.limit = 2})),
         {"9: an ended allocation was changed", "9: an allocation got an end in the past"}},
        {sale_of_allocations().fact(changed({.until = kOpen})),
         {"9: an allocation got an end in the past"}},
        {sale_of_allocations().fact(changed({.codes = AccessCodes{{7, 2}}})), {"9: " + two_doors}},
        {sale_of_allocations().fact(CategoryChanged{{"Floor", 10, 1}}),
         {"9: a category's stock fell below what is held, sold or held back"}},
        {sale().fact(seats_of({seat(0)})), {"5: a fact came before its format"}},
    });
}

TEST(Audit, finds_a_reservation_that_takes_what_an_allocation_does_not_give) {
    const auto of_house = [](ReservationHeld& body) { body.allocation = "House"; };
    const std::string no_code = "a held-back seat was held without its allocation";
    const std::string over = "more of an allocation was used than its limit";
    expect_found({
        {sale_of_allocations().hold(1, {seat(0)}), {"9: " + no_code}},
        {sale_of_allocations().hold_but(1, {seat(0)}, of_guests).hold_but(2, {seat(0)}, of_house),
         {"10: " + no_code, "10: a reservation used an allocation that isn't there"}},
        {sale_of_allocations().hold_but(1, {seat(3)}, of_press),
         {"9: a reservation used nothing of its allocation"}},
        {sale_of_allocations().fact(changed({.codes = AccessCodes{}})
         ).hold_but(1, {seat(0)}, of_press),
         {"10: a reservation used an allocation without codes"}},
        {sale_of_allocations().at(1h).hold_but(1, {seat(0)}, of_press),
         {"9: an allocation was used after its end"}},
        {sale_of_allocations()
             .fact(changed({.limit = 1}))
             .hold_but(1, {seat(0), seat(1)}, of_press),
         {"10: " + over}},
        {sale_of_allocations().hold_but(1, {}, of_guests).hold_but(2, {}, of_guests),
         {"10: " + over, "10: more units were held than the category has"}},
        {sale_of_allocations()
             .hold_but(1, {}, of_guests)
             .confirm(1)
             .at(20min)
             .hold_but(2, {}, of_guests),
         {"11: " + over, "11: more units were held than the category has"}},
        {sale_of_allocations()
             .fact(changed({.limit_per_user = 1}))
             .hold_but(1, {seat(0)}, of_press)
             .hold_but(2, {seat(1)}, of_press),
         {"11: a user had more of an allocation than its limit"}},
        {sale_of_allocations().hold_units(1, {{"Floor", 2, 10}}),
         {"9: more units were held than the category has"}},
    });
}

TEST(Audit, judges_what_a_change_takes_of_an_allocation_and_gives_back) {
    const ReservationChanged more{
        .reservation = reservation(1),
        .added_seats = {seat(1)},
        .total_amount = 2 * kPrice,
    };
    const ReservationChanged less{
        .reservation = reservation(1),
        .removed_seats = {seat(1)},
        .total_amount = kPrice,
    };
    const auto with_first = [] { return sale_of_allocations().hold_but(1, {seat(0)}, of_press); };
    expect_found({
        {with_first().change(more).change(less).hold_but(2, {seat(1)}, of_press), {}},
        {with_first().change(more).cancel(1).hold_but(2, {seat(0), seat(1)}, of_press), {}},
        {sale_of_allocations().hold(1, {seat(5)}).change(more),
         {"10: a held-back seat was held without its allocation"}},
        {with_first().fact(changed({.limit = 1})).change(more),
         {"11: more of an allocation was used than its limit"}},
        {with_first().fact(changed({.limit_per_user = 1})).change(more),
         {"11: a user had more of an allocation than its limit"}},
        {with_first().fact(AllocationEnded{"Press"}).change(more), {}},
    });
}

TEST(Audit, finds_a_hold_that_breaks_the_terms_of_its_event) {
    const auto longer = [](ReservationHeld& body) { body.expires_at += 1ms; };
    const auto of_no_length = [](ReservationHeld& body) { body.expires_at -= kHold; };
    const auto cheaper = [](ReservationHeld& body) { body.total_amount -= 1; };
    const auto unlike = [](ReservationHeld& body) { body.unit_prices = {kPrice - 1, kPrice + 1}; };
    const auto too_few = [](ReservationHeld& body) { body.unit_prices = {kPrice}; };
    expect_found({
        {sale().hold(1, {}), {"5: a reservation has more seats than allowed"}},
        {sale().hold(1, {seat(0), seat(1), seat(2), seat(3)}),
         {"5: a reservation has more seats than allowed"}},
        {sale().hold(1, {seat(0), seat(1)}).confirm(1).hold(2, {seat(2), seat(3), seat(4)}),
         {"7: a user has more seats than allowed"}},
        {sale().hold_but(1, {seat(0)}, longer), {"5: a hold is longer than allowed"}},
        {sale().hold_but(1, {seat(0)}, of_no_length), {"5: a hold is longer than allowed"}},
        {sale().hold_but(1, {seat(0)}, cheaper), {"5: the amount isn't the sum of the prices"}},
        {sale().hold_but(1, {seat(0), seat(1)}, unlike),
         {"5: a seat had another price", "5: a seat had another price"}},
        {sale().hold_but(1, {seat(0), seat(1)}, too_few), {"5: some seats have no price"}},
        {sale().at(24h * 10).hold(1, {seat(0)}), {"5: a seat was held after sales closed"}},
        {sale()
             .raise(1)
             .update(sold_until(spec().start_at + 1h))
             .at(24h * 10 + 1h)
             .hold(1, {seat(0)}),
         {"7: a seat was held after sales closed"}},
        {sale().raise(1).update(sold_until(kOpen + 24h)).at(24h).hold(1, {seat(0)}),
         {"7: a seat was held after sales closed"}},
    });
    auto opens_later = spec();
    *opens_later.sales_start_at += 1ms;
    expect_found({
        {sale(opens_later).hold(1, {seat(0)}), {"5: a seat was held before sales opened"}},
    });
}

TEST(Audit, finds_what_was_claimed_while_sales_were_paused_or_over) {
    const auto held = newer_sale().hold(1, {seat(0)});
    for (const auto action : {SaleAction::pause, SaleAction::end}) {
        expect_found({
            {newer_sale().change_sale(action).hold(1, {seat(0)}),
             {"7: a seat was held while sales were paused"}},
            {History{held}.change_sale(action).extend(1, 2 * kHold),
             {"8: a hold was extended while sales were paused"}},
        });
    }
    // Updating the event doesn't open its sale again.
    expect_found({
        {newer_sale().change_sale(SaleAction::pause).update(spec()).hold(1, {seat(0)}),
         {"8: a seat was held while sales were paused"}},
    });
}

TEST(Audit, finds_a_sale_that_changed_after_its_end_or_into_what_it_was) {
    const std::string went_on = "7: a sale was changed after its end";
    const std::string same = "a sale was changed into what it was";
    using enum SaleAction;
    expect_found({
        {newer_sale().change_sale(end).change_sale(open), {went_on}},
        {newer_sale().change_sale(end).change_sale(pause), {went_on}},
        {newer_sale().change_sale(end).change_sale(end), {went_on, "7: " + same}},
        {newer_sale().change_sale(open), {"6: " + same}},
        {newer_sale().change_sale(pause).change_sale(pause), {"7: " + same}},
        {newer_sale().change_sale(pause).change_sale(open).change_sale(open), {"8: " + same}},
        {newer_sale().remove().change_sale(pause), {"7: the event doesn't exist"}},
    });
}

TEST(Audit, finds_facts_that_their_format_did_not_let_in) {
    const std::string too_early = "a fact came before its format";
    const std::string not_risen = "the format of facts didn't rise";
    auto ends_early = spec();
    ends_early.sales_end_at = spec().start_at - 1h;
    EXPECT_THAT(violations_of(newer_sale().update(ends_early)), IsEmpty());
    expect_found({
        {sale().change_sale(SaleAction::pause), {"5: " + too_early}},
        {History{}.create(ends_early), {"1: " + too_early}},
        {sale().update(ends_early), {"5: " + too_early}},
        {sale().change_sale(SaleAction::pause).raise_format(1), {"5: " + too_early}},
        {sale().raise_format(0), {"5: " + not_risen}},
        {sale().raise_format(1).raise_format(1), {"6: " + not_risen}},
    });
}

TEST(Audit, finds_seats_that_no_event_can_have) {
    expect_found({
        {sale().add_seats(seat(20), 0), {"5: no seat was added"}},
        {sale().name_anew().add_seats(seat(20), 1), {"5: a seat's name was given twice"}},
    });
}

TEST(Audit, finds_a_seat_that_two_buyers_have) {
    const std::string two_holds = "6: a seat was held for two buyers at once";
    const std::string not_the_holder = "a seat was sold to somebody who didn't hold it";
    const auto held_twice = sale().hold(1, {seat(0)}).hold(2, {seat(0)}, "bob");
    expect_found({
        {held_twice, {two_holds}},
        {sale().hold(1, {seat(0), seat(0)}), {"5: a seat was held for two buyers at once"}},
        {sale().hold(1, {seat(0)}).at(kHold).hold(2, {seat(0)}, "bob"), {two_holds}},
        {sale().hold(1, {seat(0)}).confirm(1).hold(2, {seat(0)}, "bob"),
         {"7: a sold seat was held again", "7: a seat was held for two buyers at once"}},
        {History{held_twice}.confirm(1), {two_holds, "7: " + not_the_holder}},
        {History{held_twice}.cancel(2).confirm(1), {two_holds, "8: " + not_the_holder}},
        {History{held_twice}.confirm(2).confirm(1),
         {two_holds, "8: a seat was sold twice", "8: " + not_the_holder}},
        {History{held_twice}.cancel(1), {two_holds, "7: another buyer's seat was freed"}},
        {History{held_twice}.confirm(2).cancel(1),
         {two_holds, "8: a sold seat was freed", "8: another buyer's seat was freed"}},
        {sale().hold(1, {seat(10)}),
         {"5: a seat was held that the event doesn't have",
          "5: the amount isn't the sum of the prices"}},
        {sale().hold(1, {kOtherEventsSeat}), {"5: a seat was held that the event doesn't have"}},
    });
}

TEST(Audit, finds_a_hold_that_changed_outside_its_time) {
    const auto held = sale().hold(1, {seat(0)});
    expect_found({
        {History{held}.at(kHold).confirm(1), {"6: a hold was confirmed after it had run out"}},
        {History{held}.at(kHold).cancel(1), {"6: a hold was cancelled after it had run out"}},
        {History{held}.at(kHold).extend(1, 2 * kHold),
         {"6: a hold was extended after it had run out"}},
        {History{held}.at(kHold - 1ms).expire(1), {"6: a hold was ended before its time"}},
        {History{held}.extend(1, 2 * kHold).at(kHold).expire(1),
         {"7: a hold was ended before its time"}},
        {History{held}.extend(1, kHold), {"6: an extension made a hold shorter"}},
    });
}

TEST(Audit, finds_a_reservation_that_changed_after_its_end_or_before_it_was) {
    const auto held = sale().hold(1, {seat(0)});
    const std::string not_pending = "7: a reservation that wasn't pending changed";
    expect_found({
        {History{held}.confirm(1).cancel(1), {"7: sold tickets were taken back without a refund"}},
    });
    for (const auto& ended : {History{held}.cancel(1), History{held}.at(kHold).expire(1)})
        expect_found({{History{ended}.cancel(1), {not_pending}}});
    for (const auto& ended :
         {History{held}.confirm(1), History{held}.cancel(1), History{held}.at(kHold).expire(1)}) {
        expect_found({
            {History{ended}.confirm(1), {not_pending}},
            {History{ended}.expire(1), {not_pending}},
            {History{ended}.extend(1, 2 * kHold), {not_pending}},
        });
    }
    expect_found({
        {sale().confirm(1), {"5: a reservation that wasn't pending changed"}},
        {History{held}.under(kOtherEvent).confirm(1),
         {"6: a reservation changed under another event"}},
    });
}

TEST(Audit, finds_a_request_that_was_done_twice) {
    const auto again = [](ReservationHeld& body) { body.request.key = Bits128{6, 1}; };
    const auto same_id = [](ReservationHeld& body) { body.reservation = reservation(1); };
    expect_found({
        {sale().hold(1, {seat(0)}).at(24h - 1ms).hold_but(2, {seat(1)}, again),
         {"6: one request was done twice"}},
        {sale().hold(1, {seat(0)}).hold_but(2, {seat(1)}, same_id),
         {"6: a reservation was made twice"}},
    });
}

/// Two requests under one key, both carried out because the first was not looked up.
struct DoneTwice {
    EventId first_event;
    FactBody first;
    EventId second_event;
    FactBody second;
};

std::vector<DoneTwice> done_twice(const RequestMark& request) {
    const auto seats = [&](std::uint64_t index) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = seat(index);
        block->seats.push_back({.number = "late " + std::to_string(index), .price = kPrice});
        return SeatsAdded{std::move(block), request};
    };
    const auto extension = [&](Millis until) {
        return ReservationExtended{reservation(1), kOpen + until, request};
    };
    const EventCreated created{spec(), "house", request};
    const auto key = [&](std::uint64_t number) {
        return ApiKeyCreated{.key = ApiKeyId{Bits128{7, number}}, .request = request};
    };
    ReservationHeld held{
        .reservation = reservation(2),
        .user = "bob",
        .seats = {seat(1)},
        .total_amount = kPrice,
        .expires_at = kOpen + kHold,
        .request = request,
    };
    return {
        {EventId{Bits128{8, 1}}, created, EventId{Bits128{8, 2}}, created},
        {kEvent, seats(20), kEvent, seats(21)},
        {kEvent,
         SaleChanged{SaleAction::pause, request},
         kEvent,
         SaleChanged{SaleAction::open, request}},
        {kEvent,
         SaleChanged{SaleAction::pause, request},
         kEvent,
         SaleChanged{SaleAction::pause, request}},
        {kEvent, extension(48h), kEvent, extension(49h)},
        {EventId{}, key(1), EventId{}, key(2)},
        {kEvent, held, kEvent, extension(48h)},
    };
}

TEST(Audit, finds_a_request_of_any_kind_that_was_done_twice) {
    const RequestMark request{.key = {9, 9}, .content = {9, 1}};
    for (const auto& row : done_twice(request)) {
        auto history = sale();
        history.under(EventId{}).fact(FormatRaised{1}).under(kEvent);
        history.hold(1, {seat(0)});
        // Extended, so that the hold still runs on the next day.
        history.extend(1, 47h);
        history.under(row.first_event).fact(row.first).under(row.second_event);
        expect_found({
            {History{history}.at(24h - 1ms).fact(row.second), {"9: one request was done twice"}},
            {History{history}.at(24h).fact(row.second), {}},
        });
    }
}

TEST(Audit, passes_a_fact_that_keeps_the_key_of_what_was_so_already) {
    const auto change = [](SaleAction action, std::uint64_t key) {
        return SaleChanged{action, RequestMark{.key = {9, key}, .content = {}}};
    };
    auto history = sale();
    history.under(EventId{}).fact(FormatRaised{1}).under(kEvent);
    history.fact(change(SaleAction::open, 1)).fact(change(SaleAction::pause, 2));
    history.fact(change(SaleAction::pause, 3)).fact(change(SaleAction::end, 4));
    history.fact(change(SaleAction::end, 5));
    expect_found({
        {history, {}},
        {History{history}.fact(change(SaleAction::open, 6)),
         {"11: a sale was changed after its end"}},
    });
}

TEST(Audit, finds_an_api_key_that_was_made_twice_or_changed_while_not_in_force) {
    const ApiKeyCreated made{.key = ApiKeyId{Bits128{7, 1}}};
    const ApiKeyRevoked revoked{.key = made.key, .revoked_by = "root"};
    const auto of = [](std::initializer_list<FactBody> bodies) {
        History history;
        history.under(EventId{});
        for (const auto& body : bodies)
            history.fact(body);
        return violations_of(history);
    };
    EXPECT_THAT(of({made, revoked}), IsEmpty());
    EXPECT_THAT(of({made, made}), testing::SizeIs(1));
    EXPECT_THAT(of({revoked}), testing::SizeIs(1));
    EXPECT_THAT(of({made, revoked, revoked}), testing::SizeIs(1));
    const FormatRaised raised{1};
    const ApiKeyMoved moved{.key = made.key, .account = "hall", .moved_by = "root"};
    EXPECT_THAT(of({raised, made, moved, moved, revoked}), IsEmpty());
    EXPECT_THAT(of({raised, moved}), ElementsAre("2: an API key that wasn't in force changed"));
    EXPECT_THAT(
        of({raised, made, revoked, moved}),
        ElementsAre("4: an API key that wasn't in force changed")
    );
}

TEST(Audit, finds_an_account_of_an_api_key_before_its_format) {
    const ApiKeyId key{Bits128{7, 1}};
    EXPECT_THAT(
        violations_of(History{}.under(EventId{}).fact(ApiKeyCreated{.key = key, .account = "hall"})
        ),
        ElementsAre("1: a fact came before its format")
    );
    EXPECT_THAT(
        violations_of(History{}
                          .under(EventId{})
                          .fact(ApiKeyCreated{.key = key})
                          .fact(ApiKeyMoved{.key = key, .account = "hall"})),
        ElementsAre("2: a fact came before its format")
    );
}

TEST(Audit, goes_on_past_a_hundred_violations_and_keeps_the_first_hundred) {
    auto history = sale();
    for (int i = 0; i < 150; ++i)
        history.confirm(7);
    history.hold(1, {seat(0)});
    const auto audit = history.audited();
    ASSERT_EQ(audit.violations().size(), 100U);
    EXPECT_EQ(audit.violations().front().seq, 5U);
    EXPECT_EQ(audit.violations().back().seq, 104U);
    EXPECT_EQ(audit.totals().facts, 155U);
    EXPECT_EQ(audit.totals().reservations, 1U);
}

}  // namespace
}  // namespace frontrow::domain
