#include "box_office.h"
#include "domain/seat_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Millis kHold = 10min;
const Instant kStart = BoxOffice::spec().start_at;

EventSpec limited_to(std::uint32_t seats_per_user) {
    auto spec = BoxOffice::spec();
    spec.max_seats_per_user = seats_per_user;
    return spec;
}
EventSpec sold(std::optional<Instant> from, std::optional<Instant> until) {
    auto spec = BoxOffice::spec();
    spec.sales_start_at = from;
    spec.sales_end_at = until;
    return spec;
}

std::vector<SeatStatus> statuses(const BoxOffice& office, EventId event) {
    std::vector<SeatStatus> all;
    const auto* row = office.inventory().plans().find(event);
    for (SeatIndex seat = 0; seat < row->counts.get().total; ++seat)
        all.push_back(office.inventory().seat_status(*row, seat, office.now));
    return all;
}
/// One letter per seat: free, held, sold.
std::string plan(const BoxOffice& office, EventId event) {
    std::string letters;
    for (const auto status : statuses(office, event))
        letters += "fhs"[static_cast<int>(status)];
    return letters;
}

TEST(ReserveSeats, holds_the_seats_for_the_events_time_at_the_sum_of_their_prices) {
    BoxOffice office;
    const auto event = office.open(2, BoxOffice::spec(), 5'000);
    ASSERT_TRUE(office.add_seats(event, {"box"}, BoxOffice::owner(), 12'345));
    office.now += 3ms;
    const auto wish = office.wish(event, "ann", {2, 0});
    const auto outcome = office.act(wish);
    const Reservation expected{
        .id = wish.reservation,
        .event = event,
        .user = "ann",
        .seats = wish.seats,
        .status = ReservationStatus::pending,
        .total_amount = 17'345,
        .currency = *Currency::parse("JPY"),
        .created_at = office.now,
        .expires_at = office.now + kHold,
        .confirmed_at = std::nullopt,
    };
    EXPECT_EQ(std::get<Reservation>(outcome.value().entity), expected);
    EXPECT_EQ(office.reservation(expected), expected);
    EXPECT_EQ(plan(office, event), "hfh");
    EXPECT_EQ(office.facts_of_last(), 1U);
}

// Whether seats can be reserved and holds extended, depending on the event's sales period.
const struct {
    EventSpec spec;
    Instant at;
    std::string_view answer;
} kBySale[] = {
    {sold({}, {}), kOpening, "accepted"},
    {sold({}, {}), kStart - 1ms, "accepted"},
    {sold({}, {}), kStart, "sales_closed"},
    {sold(kOpening + 24h, {}), kOpening, "sales_not_open"},
    {sold(kOpening + 24h, {}), kOpening + 24h - 1ms, "sales_not_open"},
    {sold(kOpening + 24h, {}), kOpening + 24h, "accepted"},
    {sold(kOpening + 24h, {}), kStart - 1ms, "accepted"},
    {sold(kOpening + 24h, {}), kStart, "sales_closed"},
    {sold(kOpening + 24h, {}), kStart + 1ms, "sales_closed"},
    // Sales that continue after the event's start, last until its end, or run only in between.
    {sold({}, kStart + 1h), kStart, "accepted"},
    {sold({}, kStart + 1h), kStart + 1h - 1ms, "accepted"},
    {sold({}, kStart + 1h), kStart + 1h, "sales_closed"},
    {sold({}, kStart + 3h), kStart + 3h - 1ms, "accepted"},
    {sold({}, kStart + 3h), kStart + 3h, "sales_closed"},
    {sold(kStart + 1h, kStart + 2h), kStart + 1h - 1ms, "sales_not_open"},
    {sold(kStart + 1h, kStart + 2h), kStart + 1h, "accepted"},
    {sold(kStart + 1h, kStart + 2h), kStart + 2h, "sales_closed"},
    // Sales that close before the start.
    {sold({}, kOpening + 24h), kOpening + 24h - 1ms, "accepted"},
    {sold({}, kOpening + 24h), kOpening + 24h, "sales_closed"},
    {sold({}, kOpening + 24h), kStart, "sales_closed"},
    // An old fact may have these terms, which requests can't have: the event is never on sale.
    {sold(kStart + 1h, {}), kStart, "sales_closed"},
    {sold(kStart + 1h, {}), kStart - 1ms, "sales_not_open"},
};

TEST(ReserveSeats, is_possible_from_the_opening_of_sales_until_their_end) {
    for (const auto& row : kBySale) {
        BoxOffice office;
        const auto event = office.open(1, row.spec);
        office.now = row.at;
        const auto outcome = office.reserve(event, "ann", {0});
        EXPECT_EQ(answer(outcome), row.answer) << to_rfc3339(row.at);
        EXPECT_EQ(plan(office, event), outcome ? "h" : "f");
        EXPECT_THAT(office.violations(), IsEmpty());
    }
}

/// The answers to buyers after the organiser's last action: to reserve, to extend, to confirm and
/// to cancel.
TEST(Reservations, go_by_the_organizers_last_action) {
    using enum SaleAction;
    const struct {
        std::vector<SaleAction> actions;
        std::string_view claims;
    } rows[] = {
        {{}, "accepted"},
        {{open}, "accepted"},
        {{pause}, "sales_paused"},
        {{pause, open}, "accepted"},
        {{end}, "sales_closed"},
        {{pause, end}, "sales_closed"},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto event = office.open(4);
        const auto other = office.open(1);
        const auto anns = office.hold(event, "ann", {0});
        const auto bobs = office.hold(event, "bob", {1});
        const auto replayed = office.wish(event, "cid", {2});
        ASSERT_TRUE(office.act(replayed));
        for (const auto action : row.actions)
            ASSERT_TRUE(office.change_sale(event, action));
        EXPECT_EQ(answer(office.reserve(event, "dan", {3})), row.claims);
        EXPECT_EQ(answer(office.extend(anns, 60s)), row.claims);
        EXPECT_EQ(answer(office.act(replayed)), "replayed");
        EXPECT_EQ(answer(office.confirm(anns)), "accepted");
        EXPECT_EQ(answer(office.cancel(bobs)), "accepted");
        EXPECT_EQ(answer(office.reserve(other, "dan", {0})), "accepted");
        EXPECT_THAT(office.violations(), IsEmpty());
    }
}

TEST(Reservations, run_out_at_their_time_while_sales_are_paused) {
    BoxOffice office;
    const auto event = office.open(1);
    const auto held = office.hold(event, "ann", {0});
    ASSERT_TRUE(office.change_sale(event, SaleAction::pause));
    office.now += kHold;
    EXPECT_EQ(office.status(held), ReservationStatus::expired);
    EXPECT_EQ(office.sweep(), 1U);
    EXPECT_EQ(answer(office.confirm(held)), "hold_expired");
    EXPECT_EQ(answer(office.reserve(event, "bob", {0})), "sales_paused");
    ASSERT_TRUE(office.change_sale(event, SaleAction::open));
    EXPECT_EQ(answer(office.reserve(event, "bob", {0})), "accepted");
}

TEST(Reservations, of_a_paused_event_are_refused_by_its_times_first_and_then_for_the_pause) {
    auto spec = limited_to(1);
    spec.sales_start_at = kOpening + 1h;
    BoxOffice office;
    const auto event = office.open(1, spec);
    ASSERT_TRUE(office.change_sale(event, SaleAction::pause));
    // The request also names a seat twice, which is checked last.
    auto wish = office.wish(event, "ann", {0, 0});
    EXPECT_EQ(answer(office.act(wish)), "sales_not_open");
    office.now = kOpening + 1h;
    EXPECT_EQ(answer(office.act(wish)), "sales_paused");
    office.now = kStart;
    EXPECT_EQ(answer(office.act(wish)), "sales_closed");
}

TEST(ReserveSeats, keeps_to_the_bounds_of_the_event) {
    auto spec = limited_to(3);
    spec.max_seats_per_reservation = 2;
    const struct {
        std::initializer_list<std::uint32_t> seats;
        std::optional<std::chrono::seconds> hold;
        std::string_view answer;
        std::int64_t limit;
    } rows[] = {
        {{0, 1}, {}, "accepted", 0},
        {{0, 1, 2}, {}, "too_many_seats", 2},
        {{0}, 1s, "accepted", 0},
        {{0}, 600s, "accepted", 0},
        {{0}, 601s, "hold_too_long", 600},
        {{0, 0}, {}, "seat_named_twice", 0},
        {{1, 0, 1}, {}, "seat_named_twice", 0},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto event = office.open(5, spec);
        auto wish = office.wish(event, "ann", row.seats);
        wish.hold = row.hold;
        const auto outcome = office.act(wish);
        ASSERT_EQ(answer(outcome), row.answer);
        if (!outcome) {
            EXPECT_EQ(outcome.error().limit, row.limit);
        } else {
            const auto& entity = std::get<Reservation>(outcome->entity);
            EXPECT_EQ(entity.expires_at - entity.created_at, row.hold.value_or(600s));
        }
    }
}

TEST(ReserveSeats, names_the_first_seat_that_the_event_does_not_have) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto other = office.open(2);
    const auto unknown = SeatId{Bits128{77, 7}};
    for (const auto stranger : {office.seat(other, 0), unknown, office.seat(event, 1).plus(1)}) {
        auto wish = office.wish(event, "ann", {0});
        wish.seats.push_back(stranger);
        wish.seats.push_back(SeatId{Bits128{77, 8}});
        const auto outcome = office.act(wish);
        ASSERT_EQ(answer(outcome), "seat_not_found");
        EXPECT_EQ(outcome.error().subject, stranger.to_string());
    }
    EXPECT_EQ(plan(office, event) + plan(office, other), "ffff");
}

TEST(ReserveSeats, takes_all_or_none_and_names_each_seat_that_is_not_free) {
    BoxOffice office;
    const auto event = office.open(4);
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {1})));
    office.hold(event, "ann", {3});
    const auto outcome = office.reserve(event, "bob", {3, 2, 1});
    ASSERT_EQ(answer(outcome), "seats_unavailable");
    EXPECT_THAT(
        outcome.error().conflicts,
        ElementsAre(
            SeatConflict{office.seat(event, 3), SeatStatus::reserved},
            SeatConflict{office.seat(event, 1), SeatStatus::confirmed}
        )
    );
    EXPECT_EQ(plan(office, event), "fsfh");
    // One's own hold counts as well.
    EXPECT_EQ(answer(office.reserve(event, "ann", {3})), "seats_unavailable");
}

TEST(ReserveSeats, gives_overlapping_wishes_to_whoever_came_first) {
    BoxOffice office;
    const auto event = office.open(5);
    EXPECT_EQ(answer(office.reserve(event, "ann", {0, 1, 2})), "accepted");
    EXPECT_EQ(answer(office.reserve(event, "bob", {2, 3, 4})), "seats_unavailable");
    EXPECT_EQ(answer(office.reserve(event, "cid", {4, 3})), "accepted");
    EXPECT_EQ(plan(office, event), "hhhhh");
}

TEST(ReserveSeats, counts_a_users_live_and_sold_seats_of_this_event_against_the_limit) {
    BoxOffice office;
    const auto event = office.open(8, limited_to(3));
    const auto other = office.open(3, limited_to(3));
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {0})));
    const auto held = office.hold(event, "ann", {1});
    const auto refused = office.reserve(event, "ann", {2, 3});
    ASSERT_EQ(answer(refused), "user_limit_reached");
    EXPECT_EQ(refused.error().limit, 3);
    EXPECT_EQ(answer(office.reserve(event, "ann", {2})), "accepted");
    EXPECT_EQ(answer(office.reserve(event, "ann", {3})), "user_limit_reached");
    EXPECT_EQ(answer(office.reserve(other, "ann", {0, 1, 2})), "accepted");
    EXPECT_EQ(answer(office.reserve(event, "bob", {3, 4, 5})), "accepted");
    ASSERT_TRUE(office.cancel(held));
    EXPECT_EQ(answer(office.reserve(event, "ann", {1})), "accepted");
}

TEST(ReserveSeats, does_not_count_unswept_holds_that_ran_out_against_the_limit) {
    const struct {
        Millis at;
        std::string_view answer;
    } rows[] = {{kHold - 1ms, "user_limit_reached"}, {kHold, "accepted"}};
    for (const auto& row : rows) {
        BoxOffice office;
        const auto event = office.open(8, limited_to(3));
        ASSERT_TRUE(office.confirm(office.hold(event, "ann", {0})));
        office.hold(event, "ann", {1, 2});
        office.now += row.at;
        EXPECT_EQ(answer(office.reserve(event, "ann", {3, 4})), row.answer);
    }
    BoxOffice office;
    const auto event = office.open(8, limited_to(3));
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {0})));
    office.hold(event, "ann", {1, 2});
    office.now += kHold;
    EXPECT_EQ(answer(office.reserve(event, "ann", {3, 4, 5})), "user_limit_reached");
    office.hold(event, "ann", {6});
    EXPECT_EQ(answer(office.reserve(event, "ann", {3, 4})), "user_limit_reached");
    EXPECT_EQ(answer(office.reserve(event, "ann", {3})), "accepted");
}

TEST(ReserveSeats, counts_this_events_seats_alone_while_another_events_hold_lies_unswept) {
    BoxOffice office;
    const auto event = office.open(8, limited_to(3));
    const auto other = office.open(8, limited_to(3));
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {0, 1})));
    office.hold(other, "bob", {0});
    office.now += kHold;
    ASSERT_TRUE(office.confirm(office.hold(other, "ann", {1, 2, 3})));
    EXPECT_EQ(answer(office.reserve(event, "ann", {2, 3})), "user_limit_reached");
    EXPECT_EQ(answer(office.reserve(event, "ann", {2})), "accepted");
}

TEST(ReserveSeats, holds_a_limit_that_was_lowered_against_new_seats_alone) {
    BoxOffice office;
    const auto event = office.open(8);
    const auto held = office.hold(event, "ann", {0, 1, 2});
    ASSERT_TRUE(office.update(event, limited_to(2)));
    EXPECT_EQ(answer(office.confirm(held)), "accepted");
    EXPECT_EQ(answer(office.reserve(event, "ann", {3})), "user_limit_reached");
}

TEST(ReserveSeats, refuses_for_the_first_reason_of_those_that_apply) {
    auto spec = limited_to(1);
    spec.max_seats_per_reservation = 1;
    spec.sales_start_at = kOpening + 1h;
    BoxOffice office;
    const auto event = office.open(3, spec);
    // Each step removes the reason of the step before.
    auto wish = office.wish(event, "ann", {0, 0});
    wish.hold = 601s;
    wish.seats.push_back(SeatId{Bits128{77, 7}});
    EXPECT_EQ(answer(office.act(wish)), "sales_not_open");
    wish.event = EventId{Bits128{77, 7}};
    EXPECT_EQ(answer(office.act(wish)), "event_not_found");
    wish.event = event;
    office.now += 1h;
    EXPECT_EQ(answer(office.act(wish)), "seat_named_twice");
    wish.seats.erase(wish.seats.begin());
    EXPECT_EQ(answer(office.act(wish)), "hold_too_long");
    wish.hold = 600s;
    EXPECT_EQ(answer(office.act(wish)), "too_many_seats");
    ASSERT_TRUE(office.reserve(event, "ann", {0}));
    wish.seats = {SeatId{Bits128{77, 7}}};
    EXPECT_EQ(answer(office.act(wish)), "seat_not_found");
    wish.seats = {office.seat(event, 0)};
    EXPECT_EQ(answer(office.act(wish)), "user_limit_reached");
    wish.user = "bob";
    EXPECT_EQ(answer(office.act(wish)), "seats_unavailable");
    wish.seats = {office.seat(event, 0), office.seat(event, 0)};
    office.now = kStart;
    EXPECT_EQ(answer(office.act(wish)), "sales_closed");
}

TEST(ReserveSeats, refuses_an_unknown_seat_before_one_that_is_taken) {
    BoxOffice office;
    const auto event = office.open(3);
    office.hold(event, "ann", {0});
    auto wish = office.wish(event, "bob", {0});
    wish.seats.push_back(SeatId{Bits128{77, 7}});
    EXPECT_EQ(answer(office.act(wish)), "seat_not_found");
}

TEST(Inventory, frees_seats_the_instant_a_hold_expires) {
    const struct {
        Millis at;
        std::string_view plan;
        ReservationStatus status;
        std::string_view another_buyer;
    } rows[] = {
        {0ms, "hhf", ReservationStatus::pending, "seats_unavailable"},
        {kHold - 1ms, "hhf", ReservationStatus::pending, "seats_unavailable"},
        {kHold, "fff", ReservationStatus::expired, "accepted"},
        {kHold + 1ms, "fff", ReservationStatus::expired, "accepted"},
    };
    for (const auto& row : rows) {
        for (const bool swept : {false, true}) {
            BoxOffice office;
            const auto event = office.open(3);
            const auto held = office.hold(event, "ann", {0, 1});
            office.now += row.at;
            if (swept) office.sweep();
            EXPECT_EQ(plan(office, event), row.plan);
            EXPECT_EQ(office.status(held), row.status);
            EXPECT_EQ(answer(office.reserve(event, "bob", {1, 2})), row.another_buyer);
            EXPECT_THAT(office.violations(), IsEmpty());
        }
    }
}

TEST(ReserveSeats, takes_seats_of_two_holds_that_ran_out_at_once) {
    BoxOffice office;
    const auto event = office.open(5);
    const auto of_ann = office.hold(event, "ann", {0, 1});
    const auto of_bob = office.hold(event, "bob", {3, 2});
    office.now += kHold;
    const auto of_cid = office.hold(event, "cid", {2, 1, 4});
    // Each of the two holds ends once; then the seats are held again.
    ASSERT_EQ(office.facts_of_last(), 3U);
    const auto& history = office.history();
    const auto n = history.size();
    EXPECT_EQ(std::get<ReservationExpired>(history[n - 3].body).reservation, of_bob.id);
    EXPECT_EQ(std::get<ReservationExpired>(history[n - 2].body).reservation, of_ann.id);
    EXPECT_EQ(std::get<ReservationHeld>(history[n - 1].body).reservation, of_cid.id);
    EXPECT_EQ(plan(office, event), "fhhfh");
    EXPECT_EQ(answer(office.confirm(of_ann)), "hold_expired");
    EXPECT_EQ(answer(office.confirm(of_cid)), "accepted");
    EXPECT_THAT(office.violations(), IsEmpty());
}

TEST(ReserveSeats, tells_a_request_that_comes_again_what_was_made_and_what_has_become_of_it) {
    enum class Then { nothing, confirmed, cancelled, extended, expired, deleted };
    using enum Then;
    const std::pair<Then, ReservationStatus> rows[] = {
        {nothing, ReservationStatus::pending},
        {confirmed, ReservationStatus::confirmed},
        {cancelled, ReservationStatus::cancelled},
        {extended, ReservationStatus::pending},
        {expired, ReservationStatus::expired},
        {deleted, ReservationStatus::expired},
    };
    for (const auto& [then, status_now] : rows) {
        BoxOffice office;
        const auto event = office.open(2);
        auto wish = office.wish(event, "ann", {0});
        const auto first = std::get<Reservation>(office.act(wish).value().entity);
        office.now += 1min;
        if (then == confirmed) ASSERT_TRUE(office.confirm(first));
        if (then == cancelled) ASSERT_TRUE(office.cancel(first));
        if (then == extended) ASSERT_TRUE(office.extend(first, 60s));
        if (then == expired || then == deleted) office.now += kHold;
        if (then == deleted) ASSERT_TRUE(office.remove(event));
        wish.reservation = ReservationId{Bits128{77, 7}};
        const auto again = office.act(wish);
        ASSERT_EQ(answer(again), "replayed") << static_cast<int>(then);
        EXPECT_EQ(std::get<Reservation>(again->entity), first);
        EXPECT_EQ(again->status_now, status_now) << static_cast<int>(then);
        EXPECT_EQ(office.facts_of_last(), 0U);
    }
}

TEST(ReserveSeats, knows_the_same_request_in_other_words) {
    using Change = std::function<void(BoxOffice&, ReserveSeats&)>;
    const auto with_hold = [](std::chrono::seconds hold) -> Change {
        return [hold](auto&, auto& wish) { wish.hold = hold; };
    };
    const auto with_seats = [](std::initializer_list<std::uint32_t> seats) -> Change {
        return [seats = std::vector(seats)](auto& office, auto& wish) {
            const auto event = wish.event;
            wish.seats.clear();
            for (const auto seat : seats)
                wish.seats.push_back(office.seat(event, seat));
        };
    };
    const struct {
        std::string_view what;
        Change change;
        std::string_view answer;
    } rows[] = {
        {"other words", [](auto&, auto&) {}, "replayed"},
        {"another order", with_seats({1, 2, 0}), "replayed"},
        {"its own hold", with_hold(10min), "replayed"},
        {"another hold", with_hold(10min - 1s), "idempotency_key_reused"},
        {"a seat less", with_seats({0, 1}), "idempotency_key_reused"},
        {"a seat more", with_seats({0, 1, 2, 3}), "idempotency_key_reused"},
        {"another seat", with_seats({0, 1, 3}), "idempotency_key_reused"},
        {"a seat twice", with_seats({0, 1, 2, 2}), "idempotency_key_reused"},
        {"another event",
         [](auto&, auto& wish) { wish.event = EventId{Bits128{77, 8}}; },
         "idempotency_key_reused"},
        {"the event's hold is another by now",
         [](auto& office, auto& wish) {
             auto spec = BoxOffice::spec();
             spec.hold = 10min - 1s;
             ASSERT_TRUE(office.update(wish.event, spec));
         },
         "idempotency_key_reused"},
        {"the event is gone",
         [](auto& office, auto& wish) {
             office.now += kHold;
             ASSERT_TRUE(office.remove(wish.event));
         },
         "replayed"},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto event = office.open(4);
        auto wish = office.wish(event, "ann", {0, 1, 2});
        ASSERT_TRUE(office.act(wish));
        wish.reservation = ReservationId{Bits128{77, 7}};
        wish.request.content = Bits128{7, 7};
        row.change(office, wish);
        EXPECT_EQ(answer(office.act(wish)), row.answer) << row.what;
        EXPECT_THAT(office.violations(), IsEmpty()) << row.what;
    }
}

TEST(ReserveSeats, remembers_a_key_for_a_day_and_no_longer) {
    const struct {
        Millis at;
        bool same_content;
        std::string_view answer;
    } rows[] = {
        {0ms, true, "replayed"},
        {24h - 1ms, true, "replayed"},
        {24h, true, "accepted"},
        {24h + 1ms, true, "accepted"},
        {0ms, false, "idempotency_key_reused"},
        {24h - 1ms, false, "idempotency_key_reused"},
        {24h, false, "accepted"},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto event = office.open(2);
        auto wish = office.wish(event, "ann", {0});
        ASSERT_TRUE(office.act(wish));
        office.now += row.at;
        wish.reservation = ReservationId{Bits128{77, 7}};
        if (!row.same_content) {
            wish.request.content = Bits128{7, 7};
            wish.seats = {office.seat(event, 1)};
        }
        EXPECT_EQ(answer(office.act(wish)), row.answer) << row.at.count() << " ms";
    }
}

TEST(ReserveSeats, remembers_a_key_anew_from_its_second_use) {
    BoxOffice office;
    const auto event = office.open(6);
    // Each fact forgets two old requests; these holds are older than the first use of the key.
    office.hold(event, "bob", {1});
    office.hold(event, "bob", {2});
    auto wish = office.wish(event, "ann", {0});
    ASSERT_TRUE(office.act(wish));
    office.now += 24h;
    wish.reservation = ReservationId{Bits128{77, 1}};
    ASSERT_EQ(answer(office.act(wish)), "accepted");
    // The first use of the key is forgotten here. The second must not be.
    office.hold(event, "bob", {3});
    office.now += 24h - 1ms;
    wish.reservation = ReservationId{Bits128{77, 2}};
    const auto again = office.act(wish);
    ASSERT_EQ(answer(again), "replayed");
    EXPECT_EQ(std::get<Reservation>(again->entity).id, (ReservationId{Bits128{77, 1}}));
    office.now += 1ms;
    EXPECT_EQ(answer(office.act(wish)), "accepted");
}

TEST(ReserveSeats, does_not_remember_a_request_that_it_refused) {
    BoxOffice office;
    const auto event = office.open(1);
    const auto in_the_way = office.hold(event, "ann", {0});
    const auto wish = office.wish(event, "bob", {0});
    ASSERT_EQ(answer(office.act(wish)), "seats_unavailable");
    ASSERT_TRUE(office.cancel(in_the_way));
    EXPECT_EQ(answer(office.act(wish)), "accepted");
}

TEST(ReserveSeats, looks_at_the_key_before_all_else) {
    BoxOffice office;
    const auto event = office.open(1);
    auto wish = office.wish(event, "ann", {0});
    ASSERT_TRUE(office.act(wish));
    wish.event = EventId{Bits128{77, 7}};
    wish.request.content = Bits128{7, 7};
    EXPECT_EQ(answer(office.act(wish)), "idempotency_key_reused");
}

TEST(Reservations, keep_the_currency_that_they_were_made_in) {
    BoxOffice office;
    const auto event = office.open(1);
    const auto wish = office.wish(event, "ann", {0});
    const auto held = std::get<Reservation>(office.act(wish).value().entity);
    ASSERT_TRUE(office.cancel(held));
    auto in_euro = BoxOffice::spec();
    in_euro.currency = *Currency::parse("EUR");
    ASSERT_TRUE(office.update(event, in_euro));
    EXPECT_EQ(office.reservation(held).currency.code(), "JPY");
    EXPECT_EQ(std::get<Reservation>(office.act(wish)->entity), held);
    EXPECT_EQ(office.hold(event, "bob", {0}).currency.code(), "EUR");
}

/// The states of a reservation before the next request.
enum class Before { held, confirmed, cancelled, ran_out, swept, taken_over };

Reservation bring(BoxOffice& office, EventId event, Before before) {
    const auto held = office.hold(event, "ann", {0, 1});
    switch (before) {
        case Before::held:
            break;
        case Before::confirmed:
            CHECK(office.confirm(held));
            break;
        case Before::cancelled:
            CHECK(office.cancel(held));
            break;
        case Before::ran_out:
            office.now += kHold;
            break;
        case Before::swept:
            office.now += kHold;
            office.sweep();
            break;
        case Before::taken_over:
            office.now += kHold;
            office.hold(event, "bob", {1});
            break;
    }
    return held;
}

TEST(Reservations, end_once_and_for_good) {
    const struct {
        Before before;
        std::string_view confirm, cancel, extend;
    } rows[] = {
        {Before::held, "accepted", "accepted", "accepted"},
        {Before::confirmed, "accepted", "reservation_confirmed", "reservation_confirmed"},
        {Before::cancelled, "reservation_cancelled", "accepted", "reservation_cancelled"},
        {Before::ran_out, "hold_expired", "hold_expired", "hold_expired"},
        {Before::swept, "hold_expired", "hold_expired", "hold_expired"},
        {Before::taken_over, "hold_expired", "hold_expired", "hold_expired"},
    };
    for (const auto& row : rows) {
        const auto asked = [&](auto ask) {
            BoxOffice office;
            const auto held = bring(office, office.open(3), row.before);
            const auto outcome = ask(office, held);
            const bool is_new = outcome.has_value() && row.before == Before::held;
            EXPECT_EQ(office.facts_of_last(), is_new ? 1U : 0U);
            if (outcome)
                EXPECT_EQ(std::get<Reservation>(outcome->entity), office.reservation(held));
            return answer(outcome);
        };
        EXPECT_EQ(
            asked([](auto& office, auto& held) { return office.confirm(held); }), row.confirm
        );
        EXPECT_EQ(asked([](auto& office, auto& held) { return office.cancel(held); }), row.cancel);
        EXPECT_EQ(
            asked([](auto& office, auto& held) { return office.extend(held, 1s); }), row.extend
        );
    }
}

TEST(Reservations, are_hidden_from_all_but_their_user) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto held = office.hold(event, "ann", {0});
    office.hold(event, "bob", {1});
    for (auto stranger : {held, held, held}) {
        stranger.user = "bob";
        EXPECT_EQ(answer(office.confirm(stranger)), "reservation_not_found");
        EXPECT_EQ(answer(office.cancel(stranger)), "reservation_not_found");
        EXPECT_EQ(answer(office.extend(stranger, 1s)), "reservation_not_found");
    }
    auto unknown = held;
    unknown.id = ReservationId{Bits128{77, 7}};
    EXPECT_EQ(answer(office.confirm(unknown)), "reservation_not_found");
    EXPECT_EQ(answer(office.cancel(unknown)), "reservation_not_found");
    EXPECT_EQ(answer(office.extend(unknown, 1s)), "reservation_not_found");
    EXPECT_EQ(office.status(held), ReservationStatus::pending);
}

TEST(Reservations, are_changed_until_the_instant_at_which_they_expire) {
    const struct {
        Millis at;
        std::string_view answer;
    } rows[] = {{kHold - 1ms, "accepted"}, {kHold, "hold_expired"}, {kHold + 1ms, "hold_expired"}};
    for (const auto& row : rows) {
        BoxOffice office;
        const auto event = office.open(3);
        const auto first = office.hold(event, "ann", {0});
        const auto second = office.hold(event, "ann", {1});
        const auto third = office.hold(event, "ann", {2});
        office.now += row.at;
        EXPECT_EQ(answer(office.confirm(first)), row.answer);
        EXPECT_EQ(answer(office.cancel(second)), row.answer);
        EXPECT_EQ(answer(office.extend(third, 1s)), row.answer);
        EXPECT_THAT(office.violations(), IsEmpty());
    }
}

TEST(ConfirmReservation, sells_the_seats_for_good_and_remembers_when) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto held = office.hold(event, "ann", {0});
    office.now += 5min;
    auto expected = held;
    expected.status = ReservationStatus::confirmed;
    expected.confirmed_at = office.now;
    EXPECT_EQ(std::get<Reservation>(office.confirm(held).value().entity), expected);
    office.now += 24h * 365;
    EXPECT_EQ(std::get<Reservation>(office.confirm(held).value().entity), expected);
    EXPECT_EQ(office.sweep(), 0U);
    EXPECT_EQ(plan(office, event), "sf");
    EXPECT_EQ(office.inventory().reservations().confirmed_count(), 1U);
}

TEST(ConfirmReservation, is_possible_after_the_start_while_the_hold_runs) {
    BoxOffice office;
    const auto event = office.open(1);
    office.now = kStart - 1ms;
    const auto held = office.hold(event, "ann", {0});
    office.now = kStart + 1min;
    EXPECT_EQ(answer(office.confirm(held)), "accepted");
}

TEST(ConfirmReservation, waits_for_the_payment_where_there_must_be_one) {
    auto spec = BoxOffice::spec();
    spec.payment = PaymentRule::required;
    BoxOffice office;
    const auto event = office.open(2, spec);
    const auto held = office.hold(event, "ann", {0});
    EXPECT_EQ(answer(office.confirm(held)), "payment_required");
    EXPECT_EQ(office.status(held), ReservationStatus::pending);
    const auto cancelled = office.hold(event, "ann", {1});
    ASSERT_TRUE(office.cancel(cancelled));
    EXPECT_EQ(answer(office.confirm(cancelled)), "reservation_cancelled");
    office.now += kHold;
    EXPECT_EQ(answer(office.confirm(held)), "hold_expired");
}

TEST(ConfirmReservation, waits_until_the_terms_are_accepted_where_there_are_any) {
    auto spec = BoxOffice::spec();
    spec.admission = Admission::of({.gates = {}, .asks = {true, {{"Diet", true}}, "No dogs."}});
    BoxOffice office;
    const auto event = office.open(2, spec);
    const auto held = office.hold(event, "ann", {0});
    EXPECT_EQ(answer(office.confirm(held)), "terms_not_accepted");
    EXPECT_EQ(office.status(held), ReservationStatus::pending);
    const auto cancelled = office.hold(event, "ann", {1});
    ASSERT_TRUE(office.cancel(cancelled));
    EXPECT_EQ(answer(office.confirm(cancelled)), "reservation_cancelled");
    EXPECT_EQ(answer(office.act(ConfirmReservation{held.id, "ann", true})), "accepted");
    EXPECT_EQ(answer(office.confirm(held)), "accepted") << "it is confirmed already";
    EXPECT_THAT(office.violations(), IsEmpty());
}

TEST(ConfirmReservation, needs_nothing_more_where_the_event_asks_without_terms) {
    auto spec = BoxOffice::spec();
    spec.admission = Admission::of({.gates = {}, .asks = {true, {{"Diet", true}}, {}}});
    BoxOffice office;
    const auto event = office.open(2, spec);
    EXPECT_EQ(answer(office.confirm(office.hold(event, "ann", {0}))), "accepted");
    EXPECT_EQ(
        answer(office.act(ConfirmReservation{office.hold(event, "bob", {1}).id, "bob", true})),
        "accepted"
    );
}

TEST(CancelReservation, frees_the_seats_at_once) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto held = office.hold(event, "ann", {0, 1});
    auto expected = held;
    expected.status = ReservationStatus::cancelled;
    EXPECT_EQ(std::get<Reservation>(office.cancel(held).value().entity), expected);
    EXPECT_EQ(plan(office, event), "ff");
    EXPECT_EQ(answer(office.reserve(event, "bob", {1})), "accepted");
    EXPECT_EQ(answer(office.cancel(held)), "accepted");
    EXPECT_EQ(plan(office, event), "fh");
}

TEST(ExtendReservation, reaches_three_times_the_first_length_and_no_further) {
    const struct {
        std::optional<std::chrono::seconds> hold;
        std::vector<std::chrono::seconds> by;
        std::string_view last_answer;
        std::int64_t limit;
    } rows[] = {
        {{}, {1200s}, "accepted", 0},
        {{}, {1201s}, "extension_too_long", 1800},
        {{}, {600s, 600s}, "accepted", 0},
        {{}, {600s, 600s, 1s}, "extension_too_long", 1800},
        {{}, {600s, 601s}, "extension_too_long", 1800},
        // The limit depends on the hold that was requested, not on the longest possible one.
        {20s, {40s}, "accepted", 0},
        {20s, {41s}, "extension_too_long", 60},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        auto wish = office.wish(office.open(1), "ann", {0});
        wish.hold = row.hold;
        const auto held = std::get<Reservation>(office.act(wish).value().entity);
        office.now += 1s;
        auto expires_at = held.expires_at;
        for (std::size_t i = 0; i < row.by.size(); ++i) {
            const auto outcome = office.extend(held, row.by[i]);
            const bool is_last = i + 1 == row.by.size();
            ASSERT_EQ(answer(outcome), is_last ? row.last_answer : "accepted");
            if (outcome) {
                expires_at += row.by[i];
                EXPECT_EQ(std::get<Reservation>(outcome->entity).expires_at, expires_at);
            } else {
                EXPECT_EQ(outcome.error().limit, row.limit);
            }
            EXPECT_EQ(office.reservation(held).expires_at, expires_at);
        }
        EXPECT_THAT(office.violations(), IsEmpty());
    }
}

TEST(ExtendReservation, is_refused_for_what_the_reservation_is_before_how_its_sale_stands) {
    BoxOffice office;
    const auto event = office.open(4);
    const auto sold = office.hold(event, "ann", {0});
    const auto given_up = office.hold(event, "ann", {1});
    const auto held = office.hold(event, "ann", {2});
    ASSERT_TRUE(office.confirm(sold));
    ASSERT_TRUE(office.cancel(given_up));
    ASSERT_TRUE(office.change_sale(event, SaleAction::pause));
    EXPECT_EQ(answer(office.extend(sold, 1s)), "reservation_confirmed");
    EXPECT_EQ(answer(office.extend(given_up, 1s)), "reservation_cancelled");
    // Far too long as well, but the pause is the first reason.
    EXPECT_EQ(answer(office.extend(held, 24h)), "sales_paused");
    office.now += kHold;
    EXPECT_EQ(answer(office.extend(held, 1s)), "hold_expired");
}

TEST(ExtendReservation, is_possible_while_the_event_is_on_sale) {
    for (const auto& row : kBySale) {
        BoxOffice office;
        office.now = kOpening - 1h;
        const auto event = office.open(3, sold({}, kStart + 3h));
        office.now = row.at - 1min;
        const auto held = office.hold(event, "ann", {0});
        const auto confirmed = office.hold(event, "ann", {1});
        const auto cancelled = office.hold(event, "ann", {2});
        ASSERT_TRUE(office.update(event, row.spec));
        office.now = row.at;
        const auto outcome = office.extend(held, 60s);
        EXPECT_EQ(answer(outcome), row.answer) << to_rfc3339(row.at);
        EXPECT_EQ(office.facts_of_last(), outcome ? 1U : 0U);
        EXPECT_EQ(office.reservation(held).expires_at, held.expires_at + (outcome ? 60s : 0s));
        // Confirming and cancelling are possible all the same.
        EXPECT_EQ(answer(office.confirm(confirmed)), "accepted");
        EXPECT_EQ(answer(office.cancel(cancelled)), "accepted");
        EXPECT_THAT(office.violations(), IsEmpty());
    }
}

TEST(ExtendReservation, of_a_hold_that_has_ended_says_so_after_sales_too) {
    BoxOffice office;
    const auto event = office.open(3);
    office.now = kStart - 1min;
    const auto held = office.hold(event, "ann", {0});
    const auto confirmed = office.hold(event, "ann", {1});
    const auto cancelled = office.hold(event, "ann", {2});
    ASSERT_TRUE(office.confirm(confirmed));
    ASSERT_TRUE(office.cancel(cancelled));
    office.now = kStart;
    EXPECT_EQ(answer(office.extend(confirmed, 1s)), "reservation_confirmed");
    EXPECT_EQ(answer(office.extend(cancelled, 1s)), "reservation_cancelled");
    // Too long in any case, but the sales period is the first reason.
    EXPECT_EQ(answer(office.extend(held, 1'201s)), "sales_closed");
    office.now += kHold;
    EXPECT_EQ(answer(office.extend(held, 1s)), "hold_expired");
}

TEST(ExtendReservation, keeps_the_seats_until_the_new_end) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto held = office.hold(event, "ann", {0});
    ASSERT_TRUE(office.extend(held, 60s));
    office.now += kHold;
    EXPECT_EQ(office.sweep(), 0U);
    EXPECT_EQ(answer(office.reserve(event, "bob", {0})), "seats_unavailable");
    office.now += 1min - 1ms;
    EXPECT_EQ(plan(office, event), "hf");
    office.now += 1ms;
    EXPECT_EQ(plan(office, event), "ff");
    EXPECT_EQ(office.sweep(), 1U);
}

TEST(ExpireHolds, ends_the_earliest_first_as_many_as_asked) {
    BoxOffice office;
    const auto event = office.open(6);
    const auto make = [&](std::uint32_t seat, std::chrono::seconds length) {
        auto wish = office.wish(event, "ann", {seat});
        wish.hold = length;
        return std::get<Reservation>(office.act(wish).value().entity).id;
    };
    const auto third = make(0, 300s);
    const auto first = make(1, 100s);
    const auto fourth = make(2, 300s);
    const auto second = make(3, 200s);
    make(4, 301s);
    office.now += 300s;
    EXPECT_EQ(office.sweep(0), 0U);
    EXPECT_EQ(office.sweep(3), 3U);
    EXPECT_EQ(office.sweep(3), 1U);
    EXPECT_EQ(office.sweep(3), 0U);
    std::vector<ReservationId> ended;
    for (const auto& fact : office.history())
        if (const auto* expired = std::get_if<ReservationExpired>(&fact.body))
            ended.push_back(expired->reservation);
    EXPECT_THAT(ended, ElementsAre(first, second, third, fourth));
    EXPECT_EQ(office.inventory().reservations().pending_count(), 1U);
    EXPECT_FALSE(office.inventory().reservations().has_expired_holds(office.now));
}

/// Makes holds that end in another order than that of their seats, and lets them all expire. 37 and
/// the number of seats have no common factor.
void let_many_run_out(BoxOffice& office) {
    constexpr std::uint32_t kSeats = 500;
    const auto event = office.open(kSeats);
    for (std::uint32_t seat = 0; seat < kSeats; ++seat) {
        auto wish = office.wish(event, "u" + std::to_string(seat), {seat});
        wish.hold = std::chrono::seconds{1 + seat * 37 % kSeats};
        ASSERT_TRUE(office.act(wish));
    }
    office.now += std::chrono::seconds{kSeats};
}

void expect_all_ended_in_order(const BoxOffice& office) {
    const auto& inventory = office.inventory();
    std::vector<Instant> ends;
    for (const auto& fact : office.history())
        if (const auto* expired = std::get_if<ReservationExpired>(&fact.body))
            ends.push_back(
                inventory.reservations().find(expired->reservation, office.now)->expires_at
            );
    EXPECT_EQ(ends.size(), 500U);
    EXPECT_EQ(inventory.reservations().pending_count(), 0U);
    EXPECT_TRUE(std::ranges::is_sorted(ends));
}

TEST(ExpireHolds, ends_many_in_order_however_they_came_and_in_whatever_numbers) {
    BoxOffice office;
    let_many_run_out(office);
    for (const std::uint32_t at_most : {1U, 10U, 3U, 200U, 1'000U})
        office.sweep(at_most);
    expect_all_ended_in_order(office);
}

TEST(ExpireHolds, changes_nothing_that_anybody_could_see) {
    BoxOffice office;
    const auto event = office.open(4);
    office.hold(event, "ann", {0, 1});
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {2})));
    office.now += kHold;
    const auto seats = plan(office, event);
    const auto list = office.inventory().list_reservations("ann", {10, 0}, office.now);
    EXPECT_EQ(office.inventory().plans().find(event)->counts.get().available(), 1U);
    EXPECT_EQ(office.sweep(), 1U);
    EXPECT_EQ(office.inventory().plans().find(event)->counts.get().available(), 3U);
    EXPECT_EQ(plan(office, event), seats);
    EXPECT_EQ(office.inventory().list_reservations("ann", {10, 0}, office.now), list);
}

/// What readers see of an event, and whether it may be deleted.
struct Seen {
    SeatCounts counts;
    SeatMapVersion version;
    std::vector<SeatStatus> map;
    std::string plan;
    std::size_t free = 0;
    std::uint32_t anns = 0;
    bool has_sales = false;

    friend bool operator==(const Seen&, const Seen&) = default;
};

Seen look(const BoxOffice& office, EventId event) {
    const auto& inventory = office.inventory();
    const auto& row = *inventory.plans().find(event);
    Seen seen{
        .counts = inventory.count_seats(row, office.now),
        .version = inventory.seat_map_version(row, office.now),
        .map = inventory.seat_map(row, office.now, nullptr).statuses,
        .plan = plan(office, event),
        .anns = inventory.reservations().tickets_of(row.index, "ann", office.now),
        .has_sales =
            !decide(inventory, DeleteEvent{event, BoxOffice::owner(), {}}, office.now).outcome,
    };
    for (const auto& run : inventory.list_seats(row, true, {.limit = 100}, office.now).runs)
        seen.free += run.statuses.size();
    return seen;
}

TEST(Lapse, changes_nothing_that_anybody_could_see) {
    BoxOffice office;
    const auto event = office.open(8);
    const auto other = office.open(1);
    office.hold(event, "ann", {0, 1});
    office.hold(event, "bob", {2});
    office.hold(other, "ann", {0});
    const auto late = office.hold(event, "ann", {3});
    ASSERT_TRUE(office.extend(late, 10min));
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {4})));
    EXPECT_TRUE(office.lapse(10)) << "none has run out";
    office.now += kHold;
    const auto seen = look(office, event);
    EXPECT_EQ(seen.counts, (SeatCounts{.total = 8, .reserved = 1, .confirmed = 1}));
    EXPECT_EQ(seen.version.lapsed, 3U);
    const auto seen_of_other = look(office, other);
    for (const std::size_t at_most : {0U, 1U, 1U, 0U}) {
        EXPECT_FALSE(office.lapse(at_most));
        EXPECT_EQ(look(office, event), seen);
        EXPECT_EQ(look(office, other), seen_of_other);
    }
    EXPECT_TRUE(office.lapse(10));
    EXPECT_EQ(look(office, event), seen);
    EXPECT_EQ(look(office, other), seen_of_other);
    EXPECT_EQ(office.inventory().reservations().lapsed_count(), 3U);

    // Later commands end the lapsed holds with facts.
    ASSERT_TRUE(office.reserve(event, "cid", {1, 2}));
    EXPECT_EQ(office.facts_of_last(), 3U) << "two holds end, and one begins";
    EXPECT_EQ(office.inventory().reservations().lapsed_count(), 1U);
    EXPECT_EQ(look(office, event).counts, (SeatCounts{.total = 8, .reserved = 3, .confirmed = 1}));
    EXPECT_TRUE(office.remove(other));
    EXPECT_EQ(office.facts_of_last(), 2U);
    EXPECT_FALSE(office.inventory().reservations().has_expired_holds(office.now));
    EXPECT_EQ(office.sweep(), 0U);
}

TEST(Lapse, leaves_the_sweeper_every_hold_in_the_order_of_their_ends) {
    BoxOffice office;
    let_many_run_out(office);
    for (const std::uint32_t at_most : {1U, 50U, 3U, 90U, 1'000U}) {
        office.lapse(at_most);
        office.sweep(at_most / 2);
    }
    office.sweep();
    expect_all_ended_in_order(office);
}

TEST(Decide, rests_on_the_facts_that_its_answer_is_made_of) {
    BoxOffice office;
    const auto event = office.open(2);
    const auto wish = office.wish(event, "ann", {0});
    ASSERT_TRUE(office.act(wish));
    const auto held_at = office.inventory().last_seq();
    office.open(1);
    const auto rests_on = [&](const Command& command) {
        return decide(office.inventory(), command, office.now).rests_on;
    };
    EXPECT_GE(rests_on(wish), held_at);
    EXPECT_GE(rests_on(office.wish(event, "bob", {0})), held_at);
    EXPECT_GE(rests_on(DeleteEvent{event, BoxOffice::owner(), {}}), held_at);
    ASSERT_TRUE(office.act(ConfirmReservation{wish.reservation, "ann"}));
    const auto confirmed_at = office.inventory().last_seq();
    const auto unsold = office.open(1);
    EXPECT_GE(rests_on(ConfirmReservation{wish.reservation, "ann"}), confirmed_at);
    EXPECT_GE(rests_on(CancelReservation{wish.reservation, "ann"}), confirmed_at);
    ASSERT_TRUE(office.remove(unsold));
    const auto removed_at = office.inventory().last_seq();
    EXPECT_GE(rests_on(DeleteEvent{unsold, BoxOffice::owner(), {}}), removed_at);
}

TEST(Reservations, are_listed_newest_first_a_page_at_a_time) {
    BoxOffice office;
    const auto event = office.open(4);
    const auto& inventory = office.inventory();
    const auto first = office.hold(event, "ann", {0});
    office.hold(event, "bob", {1});
    const auto second = office.hold(event, "ann", {2});
    ASSERT_TRUE(office.cancel(second));
    const auto third = office.hold(event, "ann", {2});
    const auto ids = [&](std::size_t limit, std::size_t offset) {
        std::vector<ReservationId> ids;
        for (const auto& one : inventory.list_reservations("ann", {limit, offset}, office.now))
            ids.push_back(one.id);
        return ids;
    };
    EXPECT_THAT(ids(10, 0), ElementsAre(third.id, second.id, first.id));
    EXPECT_THAT(ids(2, 0), ElementsAre(third.id, second.id));
    EXPECT_THAT(ids(2, 1), ElementsAre(second.id, first.id));
    EXPECT_THAT(ids(2, 2), ElementsAre(first.id));
    EXPECT_THAT(ids(2, 3), IsEmpty());
    EXPECT_THAT(ids(0, 0), IsEmpty());
    EXPECT_THAT(inventory.list_reservations("nobody", {10, 0}, office.now), IsEmpty());
}

TEST(Reservations, behind_one_are_the_older_ones_whatever_was_added_since) {
    BoxOffice office;
    const auto event = office.open(6);
    const auto first = office.hold(event, "ann", {0});
    const auto second = office.hold(event, "ann", {1});
    const auto bobs = office.hold(event, "bob", {2});
    const auto third = office.hold(event, "ann", {3});
    const auto behind = [&](ReservationId last, std::size_t limit, std::size_t offset) {
        std::vector<ReservationId> ids;
        const Page page{.limit = limit, .offset = offset, .after = Place{.id = last.bits()}};
        for (const auto& one : office.inventory().list_reservations("ann", page, office.now))
            ids.push_back(one.id);
        return ids;
    };
    EXPECT_THAT(behind(third.id, 9, 0), ElementsAre(second.id, first.id));
    office.hold(event, "ann", {4});
    ASSERT_TRUE(office.cancel(second));
    EXPECT_THAT(behind(third.id, 9, 0), ElementsAre(second.id, first.id));
    EXPECT_THAT(behind(third.id, 1, 0), ElementsAre(second.id));
    EXPECT_THAT(behind(third.id, 9, 1), ElementsAre(first.id));
    EXPECT_THAT(behind(first.id, 9, 0), IsEmpty());
    EXPECT_THAT(behind(bobs.id, 9, 0), ElementsAre(second.id, first.id));
    EXPECT_THAT(behind(ReservationId{Bits128{0, 7}}, 9, 0), IsEmpty());
}

std::string numbers_of(const SeatList& list) {
    std::string numbers;
    for (const auto& run : list.runs)
        for (std::size_t i = 0; i < run.statuses.size(); ++i)
            numbers += run.block->seats[run.first + i].number + " ";
    return numbers;
}

TEST(Seats, behind_one_are_those_created_later_whatever_became_of_it) {
    BoxOffice office;
    const auto event = office.open(3);
    const auto other = office.open(1);
    ASSERT_TRUE(office.add_seats(event, {"4", "5"}));
    const auto& inventory = office.inventory();
    const auto behind = [&](EventId of, SeatIndex seat, bool only_available, Page page) {
        page.after = Place{.id = seat_id(*inventory.plans().find(of), seat).bits()};
        const auto& row = *inventory.plans().find(event);
        const auto map = inventory.seat_map(row, office.now, nullptr);
        const auto numbers =
            numbers_of(inventory.list_seats(row, only_available, page, office.now));
        EXPECT_EQ(numbers_of(list_seats(map, only_available, page)), numbers);
        return numbers;
    };
    EXPECT_EQ(behind(event, 1, false, {9, 0}), "3 4 5 ");
    EXPECT_EQ(behind(event, 1, false, {1, 1}), "4 ");
    EXPECT_EQ(behind(event, 4, false, {9, 0}), "");
    EXPECT_EQ(behind(event, 1, false, {9, 5'000'000'000}), "");
    // The last seat that was listed is taken, and so is the next: no seat is left out or listed
    // twice.
    office.hold(event, "ann", {0, 1, 2});
    EXPECT_EQ(behind(event, 1, true, {9, 0}), "4 5 ");
    EXPECT_EQ(behind(event, 1, true, {9, 1}), "5 ");
    EXPECT_EQ(behind(other, 0, false, {9, 0}), "");
}

TEST(Seats, are_listed_in_order_and_pages_of_free_ones_count_free_ones) {
    BoxOffice office;
    // Two blocks, "1" to "3" and "4" to "7". Seat 2 is sold, 4 is held, 6 is free again.
    const auto event = office.open(3);
    ASSERT_TRUE(office.add_seats(event, {"4", "5", "6", "7"}));
    ASSERT_TRUE(office.confirm(office.hold(event, "ann", {1})));
    office.hold(event, "ann", {5});
    office.now += kHold;
    office.hold(event, "ann", {3});
    const struct {
        bool only_available;
        std::size_t limit, offset;
        std::string_view numbers;
    } rows[] = {
        {false, 100, 0, "1 2 3 4 5 6 7 "},
        {false, 7, 0, "1 2 3 4 5 6 7 "},
        {false, 3, 2, "3 4 5 "},
        {false, 3, 6, "7 "},
        {false, 3, 7, ""},
        {false, 3, 5'000'000'000, ""},
        {false, 0, 0, ""},
        {true, 100, 0, "1 3 5 6 7 "},
        {true, 2, 0, "1 3 "},
        {true, 2, 1, "3 5 "},
        {true, 2, 2, "5 6 "},
        {true, 2, 4, "7 "},
        {true, 2, 5, ""},
        {true, 0, 0, ""},
    };
    const auto& row_of_event = *office.inventory().plans().find(event);
    for (const auto& row : rows) {
        const auto list = office.inventory().list_seats(
            row_of_event, row.only_available, {row.limit, row.offset}, office.now
        );
        EXPECT_EQ(numbers_of(list), row.numbers) << row.only_available << row.limit << row.offset;
        EXPECT_EQ(list.event, event);
    }
    EXPECT_EQ(plan(office, event), "fsfhfff");
}

TEST(Seats, that_are_free_are_found_wherever_they_are_in_a_large_hall) {
    BoxOffice office;
    auto spec = BoxOffice::spec();
    constexpr std::uint32_t kSeats = 2 * kStretch + 2;
    spec.total_seats = kSeats;
    spec.max_seats_per_reservation = kSeats;
    const auto event = office.open(kStretch + 1, spec);
    const auto free = [&](Page page) {
        const auto& row = *office.inventory().plans().find(event);
        std::vector<std::uint32_t> seats;
        for (const auto& run : office.inventory().list_seats(row, true, page, office.now).runs)
            for (std::size_t i = 0; i < run.statuses.size(); ++i)
                seats.push_back(std::stoul(run.block->seats[run.first + i].number) - 1);
        return seats;
    };
    const auto wish_for = [&](std::uint32_t from, std::uint32_t to) {
        auto wish = office.wish(event, "ann", {});
        for (auto seat = from; seat < to; ++seat)
            wish.seats.push_back(office.seat(event, seat));
        return std::get<Reservation>(office.act(wish).value().entity);
    };
    const auto first = wish_for(0, kStretch);
    EXPECT_THAT(free({9}), ElementsAre(kStretch));
    // More seats, in the same stretch and in a new one.
    auto more = BoxOffice::numbers(kSeats);
    more.erase(more.begin(), more.begin() + kStretch + 1);
    ASSERT_TRUE(office.add_seats(event, more));
    EXPECT_THAT(free({2}), ElementsAre(kStretch, kStretch + 1));
    ASSERT_TRUE(office.confirm(first));
    wish_for(kStretch, kSeats - 1);
    EXPECT_THAT(free({9}), ElementsAre(kSeats - 1));
    EXPECT_THAT(free({9, 1}), IsEmpty());
    // Seats of expired holds are free at once, and stay free when a fact ends the hold.
    office.now += kHold;
    for (const auto swept : {0, 1}) {
        EXPECT_THAT(free({1}), ElementsAre(kStretch)) << swept;
        EXPECT_THAT(free({1, kStretch}), ElementsAre(2 * kStretch)) << swept;
        EXPECT_EQ(free({kSeats}).size(), kSeats - kStretch) << swept;
        office.sweep();
    }
    ASSERT_TRUE(office.cancel(office.hold(event, "bob", {kSeats - 1})));
    EXPECT_THAT(free({1, kStretch + 1}), ElementsAre(kSeats - 1));
}

}  // namespace
}  // namespace frontrow::domain
