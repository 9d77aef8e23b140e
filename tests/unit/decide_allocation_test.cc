#include "box_office.h"
#include "domain/allocation.h"
#include "domain/reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Bits128 kCode{7, 1};
constexpr Bits128 kOtherCode{7, 2};

class Allocations : public testing::Test {
protected:
    SeatIds seats(std::initializer_list<std::uint32_t> indices) const {
        SeatIds all;
        for (const auto index : indices)
            all.push_back(office.seat(event, index));
        return all;
    }
    Outcome add(Allocation allocation) {
        return office.act(AddAllocation{event, BoxOffice::owner(), std::move(allocation)});
    }
    Outcome hold_back(std::string name, std::initializer_list<std::uint32_t> indices) {
        return add({.name = std::move(name), .seats = seats(indices)});
    }
    /// Seats 0, 1 and 2, which kCode opens.
    Allocation presale() const {
        return {.name = "Presale", .seats = seats({0, 1, 2}), .codes = {kCode}};
    }
    /// Three of five units, which kCode opens.
    Allocation guests() {
        CHECK(office.act(AddCategory{event, BoxOffice::owner(), {"Floor", 3'000, 5}}));
        return {.name = "Guests", .category = "Floor", .quantity = 3, .codes = {kCode}};
    }
    Outcome change(std::string name, AllocationChange change) {
        return office.act(
            ChangeAllocation{event, BoxOffice::owner(), std::move(name), std::move(change)}
        );
    }
    Outcome end(std::string name) {
        return office.act(EndAllocation{event, BoxOffice::owner(), std::move(name)});
    }
    ReserveSeats wish(
        std::string user,
        std::initializer_list<std::uint32_t> indices,
        std::optional<Bits128> code = kCode,
        WantedItems items = {}
    ) {
        auto wish = office.wish(event, std::move(user), indices);
        wish.items = std::move(items);
        wish.access_code = code;
        return wish;
    }
    Outcome reserve(
        std::string user,
        std::initializer_list<std::uint32_t> indices,
        std::optional<Bits128> code = kCode,
        WantedItems items = {}
    ) {
        return office.act(wish(std::move(user), indices, code, std::move(items)));
    }
    Outcome
    reserve_units(std::string user, std::uint32_t units, std::optional<Bits128> code = kCode) {
        return reserve(std::move(user), {}, code, {{"Floor", units}});
    }
    static Reservation made(const Outcome& outcome) {
        return std::get<Reservation>(outcome.value().entity);
    }
    std::vector<AllocationView> views() const {
        return office.inventory().list_allocations(
            *office.inventory().plans().find(event), office.now
        );
    }
    std::uint32_t used() const { return views().at(0).used; }
    std::uint32_t left() const { return views().at(0).left(); }
    SeatCounts counts() const {
        return office.inventory().count_seats(*office.inventory().plans().find(event), office.now);
    }
    std::uint32_t units_left() const {
        const auto& row = *office.inventory().plans().find(event);
        return office.inventory().list_categories(row, office.now).at(0).available();
    }

    static EventSpec wide() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 100;
        return spec;
    }

    BoxOffice office;
    EventId event = office.open(6, wide());
    static constexpr auto kHeldBack = SeatStatus::held_back;
};

TEST_F(Allocations, hold_seats_back_from_everybody_without_their_code) {
    ASSERT_TRUE(add(presale()));
    EXPECT_EQ(office.status(event, 0), kHeldBack);
    EXPECT_EQ(counts(), (SeatCounts{.total = 6, .held_back = 3}));
    EXPECT_EQ(counts().available(), 3);
    const auto refused = reserve("ann", {2, 3}, std::nullopt);
    EXPECT_EQ(answer(refused), "seats_unavailable");
    EXPECT_THAT(
        refused.error().conflicts, ElementsAre(SeatConflict{office.seat(event, 2), kHeldBack})
    );
    EXPECT_TRUE(reserve("ann", {3}, std::nullopt));
    const auto opened = reserve("bob", {2, 4});
    ASSERT_TRUE(opened) << "seats of the allocation and others together";
    EXPECT_EQ(std::get<ReservationHeld>(office.history().back().body).allocation, "Presale");
    EXPECT_EQ(office.status(event, 2), SeatStatus::reserved);
    EXPECT_EQ(used(), 1) << "the other seat isn't one of the allocation";
    EXPECT_EQ(left(), 2);
}

TEST_F(Allocations, without_codes_are_closed_to_everybody) {
    ASSERT_TRUE(hold_back("House", {0, 1}));
    EXPECT_EQ(answer(reserve("ann", {0}, std::nullopt)), "seats_unavailable");
    EXPECT_EQ(answer(reserve("ann", {0})), "code_invalid");
    ASSERT_TRUE(change("House", {.codes = AccessCodes{kCode}}));
    ASSERT_TRUE(reserve("ann", {0}));
    ASSERT_TRUE(change("House", {.codes = AccessCodes{}}));
    EXPECT_EQ(answer(reserve("ann", {1})), "code_invalid");
}

TEST_F(Allocations, are_opened_by_their_own_codes_alone) {
    ASSERT_TRUE(add(presale()));
    ASSERT_TRUE(add({.name = "Press", .seats = seats({3}), .codes = {kOtherCode}}));
    EXPECT_EQ(answer(reserve("ann", {0}, Bits128{7, 3})), "code_invalid");
    EXPECT_EQ(answer(reserve("ann", {4}, Bits128{7, 3})), "code_invalid") << "of a free seat";
    auto unknown = wish("ann", {0}, Bits128{7, 3});
    unknown.seats.push_back(SeatId{Bits128{9, 9}});
    EXPECT_EQ(answer(office.act(unknown)), "code_invalid") << "before the seats are looked at";
    EXPECT_EQ(answer(reserve("ann", {0}, kOtherCode)), "seats_unavailable");
    EXPECT_EQ(answer(reserve("ann", {0, 3}, kOtherCode)), "seats_unavailable");
    EXPECT_TRUE(reserve("ann", {3}, kOtherCode));
    const EventId elsewhere = office.open(1);
    auto other = office.wish(elsewhere, "ann", {0});
    other.access_code = kCode;
    EXPECT_EQ(answer(office.act(other)), "code_invalid");
}

TEST_F(Allocations, of_which_a_reservation_has_nothing_are_not_used_by_it) {
    ASSERT_TRUE(add(presale()));
    ASSERT_TRUE(reserve("ann", {4}));
    EXPECT_EQ(std::get<ReservationHeld>(office.history().back().body).allocation, "");
    EXPECT_EQ(used(), 0);
}

TEST_F(Allocations, hold_units_back_and_give_them_to_their_codes) {
    ASSERT_TRUE(add(guests()));
    EXPECT_EQ(units_left(), 2);
    const auto sold_out = reserve_units("ann", 3, std::nullopt);
    EXPECT_EQ(answer(sold_out), "sold_out");
    EXPECT_EQ(sold_out.error().limit, 2);
    const auto anns = made(reserve_units("ann", 2));
    EXPECT_EQ(anns.total_amount, 6'000);
    EXPECT_EQ(units_left(), 2);
    EXPECT_EQ(used(), 2);
    const auto refused = reserve_units("bob", 2);
    EXPECT_EQ(answer(refused), "allocation_used_up") << "though two others are left";
    EXPECT_EQ(refused.error().limit, 1);
    EXPECT_EQ(refused.error().subject, "Guests");
    ASSERT_TRUE(reserve_units("bob", 2, std::nullopt));
    EXPECT_EQ(units_left(), 0);
    ASSERT_TRUE(reserve_units("cid", 1));
    EXPECT_EQ(answer(reserve_units("cid", 1, std::nullopt)), "sold_out");
    ASSERT_TRUE(office.cancel(anns));
    EXPECT_EQ(units_left(), 0) << "given back to the allocation";
    EXPECT_TRUE(reserve_units("cid", 2));
}

TEST_F(Allocations, mix_units_of_theirs_with_others) {
    ASSERT_TRUE(add(guests()));
    ASSERT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Balcony", 100, 1}}));
    EXPECT_EQ(answer(reserve("ann", {}, kCode, {{"Floor", 1}, {"Balcony", 2}})), "sold_out");
    ASSERT_TRUE(reserve("ann", {5}, kCode, {{"Floor", 2}, {"Balcony", 1}}));
    EXPECT_EQ(used(), 2);
}

TEST_F(Allocations, have_a_limit_in_all) {
    auto limited = presale();
    limited.limit = 2;
    ASSERT_TRUE(add(limited));
    EXPECT_EQ(left(), 2);
    const auto anns = made(reserve("ann", {0}));
    const auto refused = reserve("bob", {1, 2});
    EXPECT_EQ(answer(refused), "allocation_used_up");
    EXPECT_EQ(refused.error().limit, 1);
    ASSERT_TRUE(office.confirm(made(reserve("bob", {1}))));
    EXPECT_EQ(answer(reserve("cid", {2})), "allocation_used_up");
    ASSERT_TRUE(office.cancel(anns));
    ASSERT_TRUE(reserve("cid", {2}));
    ASSERT_TRUE(change("Presale", {.limit = 1}));
    EXPECT_EQ(left(), 0) << "below what is used";
    EXPECT_EQ(answer(reserve("cid", {0})), "allocation_used_up");
    ASSERT_TRUE(change("Presale", {.limit = 100}));
    EXPECT_EQ(left(), 1) << "no more than it has";
    EXPECT_TRUE(reserve("cid", {0}));
}

TEST_F(Allocations, have_a_limit_for_each_user) {
    auto limited = presale();
    limited.limit_per_user = 1;
    ASSERT_TRUE(add(limited));
    EXPECT_EQ(answer(reserve("ann", {0, 1})), "allocation_used_up");
    const auto anns = made(reserve("ann", {0, 4, 5}));
    const auto refused = reserve("ann", {1});
    EXPECT_EQ(answer(refused), "allocation_used_up");
    EXPECT_EQ(refused.error().limit, 0);
    ASSERT_TRUE(reserve("bob", {1}));
    ASSERT_TRUE(office.cancel(anns));
    EXPECT_TRUE(reserve("ann", {2}));
    ASSERT_TRUE(change("Presale", {.limit_per_user = 2}));
    EXPECT_TRUE(reserve("ann", {0}));
}

TEST_F(Allocations, get_tickets_back_at_the_instant_at_which_a_hold_runs_out) {
    auto limited = presale();
    limited.limit = 2;
    limited.limit_per_user = 1;
    ASSERT_TRUE(add(limited));
    const auto anns = made(reserve("ann", {0}));
    const auto bobs = made(reserve("bob", {1}));
    office.now = anns.expires_at - 1ms;
    EXPECT_EQ(answer(reserve("ann", {2})), "allocation_used_up");
    office.now = anns.expires_at;
    EXPECT_EQ(used(), 0);
    EXPECT_EQ(office.status(event, 0), kHeldBack);
    EXPECT_EQ(counts(), (SeatCounts{.total = 6, .held_back = 3}));
    EXPECT_EQ(answer(reserve("cid", {0}, std::nullopt)), "seats_unavailable");
    EXPECT_FALSE(office.lapse(1));
    EXPECT_EQ(counts(), (SeatCounts{.total = 6, .held_back = 3}));
    ASSERT_TRUE(reserve("ann", {0})) << "its seat of the hold that has run out";
    ASSERT_TRUE(reserve("bob", {2}));
    EXPECT_EQ(answer(reserve("cid", {1})), "allocation_used_up");
    EXPECT_TRUE(office.lapse(9));
    EXPECT_EQ(office.sweep(), 1);
    EXPECT_EQ(used(), 2);
}

TEST_F(Allocations, get_units_back_at_the_instant_at_which_a_hold_runs_out) {
    ASSERT_TRUE(add(guests()));
    const auto anns = made(reserve_units("ann", 3));
    office.now = anns.expires_at;
    EXPECT_EQ(units_left(), 2);
    ASSERT_TRUE(reserve_units("bob", 3));
    EXPECT_EQ(units_left(), 2);
    EXPECT_TRUE(office.lapse(9));
    EXPECT_EQ(units_left(), 2);
    EXPECT_EQ(office.sweep(), 1);
    EXPECT_EQ(units_left(), 2);
    EXPECT_EQ(used(), 3);
}

TEST_F(Allocations, put_what_is_left_on_general_sale_at_the_instant_of_their_end) {
    auto until = presale();
    until.until = office.now + 60s;
    ASSERT_TRUE(add(until));
    ASSERT_TRUE(office.confirm(made(reserve("ann", {0}))));
    const auto anns = made(reserve("ann", {1}));
    office.now = *until.until - 1ms;
    EXPECT_EQ(answer(reserve("bob", {2}, std::nullopt)), "seats_unavailable");
    office.now = *until.until;
    EXPECT_EQ(office.status(event, 2), SeatStatus::available);
    EXPECT_EQ(counts(), (SeatCounts{.total = 6, .reserved = 1, .confirmed = 1}));
    EXPECT_THAT(views(), IsEmpty());
    EXPECT_EQ(answer(reserve("bob", {2})), "code_invalid") << "the code has ended";
    EXPECT_EQ(office.facts_of_last(), 0);
    ASSERT_TRUE(reserve("bob", {2}, std::nullopt));
    EXPECT_EQ(office.facts_of_last(), 2) << "the end of the allocation, and the hold";
    EXPECT_TRUE(office.confirm(anns)) << "a hold goes on";
    EXPECT_EQ(office.sweep(), 0);
}

TEST_F(Allocations, put_units_that_are_left_on_general_sale) {
    auto until = guests();
    until.until = office.now + 60s;
    ASSERT_TRUE(add(until));
    const auto anns = made(reserve_units("ann", 2));
    office.now = *until.until;
    EXPECT_EQ(units_left(), 3);
    EXPECT_EQ(answer(reserve_units("bob", 4, std::nullopt)), "sold_out");
    ASSERT_TRUE(reserve_units("bob", 3, std::nullopt));
    office.now = anns.expires_at;
    EXPECT_EQ(units_left(), 2);
    EXPECT_TRUE(office.lapse(9));
    EXPECT_EQ(units_left(), 2);
}

TEST_F(Allocations, are_ended_by_the_sweep_soonest_first_and_as_many_as_asked) {
    for (std::uint32_t i = 0; i < 4; ++i)
        ASSERT_TRUE(add(
            {.name = "A" + std::to_string(i),
             .seats = seats({i}),
             .until = office.now + (9s - i * 1s)}
        ));
    const auto anns = made(reserve("ann", {5}, std::nullopt));
    office.now = anns.expires_at;
    EXPECT_TRUE(office.inventory().has_something_due(office.now));
    EXPECT_EQ(office.sweep(2), 2);
    EXPECT_EQ(std::get<AllocationEnded>(office.history().back().body).name, "A2");
    EXPECT_EQ(office.sweep(9), 3) << "two allocations and a hold";
    EXPECT_EQ(std::get<ReservationExpired>(office.history().back().body).reservation, anns.id);
    EXPECT_FALSE(office.inventory().has_something_due(office.now));
}

TEST_F(Allocations, are_ended_by_the_organizer) {
    ASSERT_TRUE(add(presale()));
    const auto anns = made(reserve("ann", {0}));
    ASSERT_TRUE(end("Presale"));
    EXPECT_EQ(office.status(event, 1), SeatStatus::available);
    EXPECT_EQ(office.status(event, 0), SeatStatus::reserved);
    EXPECT_EQ(answer(reserve("bob", {1})), "code_invalid");
    ASSERT_TRUE(office.cancel(anns));
    EXPECT_EQ(office.status(event, 0), SeatStatus::available);
    const auto again = end("Presale");
    EXPECT_EQ(answer(again), "allocation_not_found");
    EXPECT_EQ(again.error().subject, "Presale");
    EXPECT_TRUE(add(presale())) << "the name and the code are free again";
    EXPECT_EQ(used(), 0);
}

TEST_F(Allocations, that_have_ended_give_back_their_name_seats_and_codes_before_a_sweep) {
    auto until = presale();
    until.until = office.now + 60s;
    ASSERT_TRUE(add(until));
    office.now = *until.until;
    EXPECT_EQ(answer(change("Presale", {.limit = 1})), "allocation_not_found");
    EXPECT_EQ(answer(end("Presale")), "allocation_not_found");
    ASSERT_TRUE(add(presale()));
    EXPECT_EQ(office.facts_of_last(), 2);
    EXPECT_TRUE(reserve("ann", {0}));
}

TEST_F(Allocations, take_only_seats_that_are_free) {
    const auto anns = made(reserve("ann", {0}, std::nullopt));
    ASSERT_TRUE(office.confirm(made(reserve("bob", {1}, std::nullopt))));
    ASSERT_TRUE(hold_back("House", {2}));
    const auto refused = hold_back("Press", {0, 1, 2, 3});
    EXPECT_EQ(answer(refused), "seats_unavailable");
    EXPECT_THAT(
        refused.error().conflicts,
        ElementsAre(
            SeatConflict{office.seat(event, 0), SeatStatus::reserved},
            SeatConflict{office.seat(event, 1), SeatStatus::confirmed},
            SeatConflict{office.seat(event, 2), kHeldBack}
        )
    );
    EXPECT_EQ(office.status(event, 3), SeatStatus::available);
    office.now = anns.expires_at;
    ASSERT_TRUE(hold_back("Press", {0}));
    EXPECT_EQ(office.facts_of_last(), 2) << "the hold's end, and the allocation";
    EXPECT_EQ(office.status(event, 0), kHeldBack);
    EXPECT_EQ(answer(hold_back("A", {4, 4})), "seat_named_twice");
    EXPECT_EQ(answer(add({.name = "A", .seats = {SeatId{Bits128{9, 9}}}})), "seat_not_found");
}

TEST_F(Allocations, take_only_units_that_are_left) {
    EXPECT_EQ(answer(add({.name = "A", .category = "Floor", .quantity = 1})), "category_not_found");
    ASSERT_TRUE(add(guests()));
    ASSERT_TRUE(reserve_units("ann", 1, std::nullopt));
    const auto refused = add({.name = "A", .category = "Floor", .quantity = 2});
    EXPECT_EQ(answer(refused), "sold_out");
    EXPECT_EQ(refused.error().limit, 1);
    EXPECT_TRUE(add({.name = "A", .category = "Floor", .quantity = 1}));
    EXPECT_EQ(units_left(), 0);
}

TEST_F(Allocations, keep_the_stock_from_falling_below_what_they_hold_back) {
    ASSERT_TRUE(add(guests()));
    ASSERT_TRUE(reserve_units("ann", 1));
    ASSERT_TRUE(reserve_units("bob", 1, std::nullopt));
    const auto lower = [&](std::uint32_t total) {
        return office.act(ChangeCategory{event, BoxOffice::owner(), {"Floor", 3'000, total}});
    };
    const auto refused = lower(3);
    EXPECT_EQ(answer(refused), "stock_below_taken");
    EXPECT_EQ(refused.error().limit, 4);
    ASSERT_TRUE(lower(4));
    EXPECT_TRUE(reserve_units("cid", 2));
}

TEST_F(Allocations, have_names_and_codes_of_their_own) {
    ASSERT_TRUE(add(presale()));
    const auto again = hold_back("Presale", {3});
    EXPECT_EQ(answer(again), "allocation_taken");
    EXPECT_EQ(again.error().subject, "Presale");
    EXPECT_EQ(answer(add({.name = "A", .seats = seats({3}), .codes = {kCode}})), "code_taken");
    const AccessCodes twice{kOtherCode, kOtherCode};
    EXPECT_EQ(answer(add({.name = "A", .seats = seats({3}), .codes = twice})), "code_taken");
    ASSERT_TRUE(add({.name = "A", .seats = seats({3}), .codes = {kOtherCode}}));
    EXPECT_EQ(answer(change("A", {.codes = AccessCodes{kCode}})), "code_taken");
    ASSERT_TRUE(change("Presale", {.codes = AccessCodes{Bits128{7, 3}}}));
    EXPECT_TRUE(change("A", {.codes = AccessCodes{kCode, kOtherCode}}));
}

TEST_F(Allocations, end_in_the_future) {
    auto past = presale();
    past.until = office.now;
    EXPECT_EQ(answer(add(past)), "until_passed");
    past.until = office.now + 1ms;
    ASSERT_TRUE(add(past));
    EXPECT_EQ(answer(change("Presale", {.until = office.now})), "until_passed");
    ASSERT_TRUE(change("Presale", {.until = office.now + 1h}));
    office.now += 1min;
    EXPECT_TRUE(reserve("ann", {0})) << "the end was put off";
}

TEST_F(Allocations, make_no_fact_when_nothing_changes) {
    ASSERT_TRUE(add(presale()));
    ASSERT_TRUE(change("Presale", {.codes = AccessCodes{kCode}}));
    EXPECT_EQ(office.facts_of_last(), 0);
    EXPECT_EQ(answer(change("House", {})), "allocation_not_found");
}

TEST_F(Allocations, are_a_thousand_at_most) {
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(office.add_seats(event, {"x" + std::to_string(i)}));
    const EventId big = office.open(0);
    ASSERT_TRUE(office.act(AddCategory{big, BoxOffice::owner(), {"Floor", 1, kStockMax}}));
    const auto add_to = [&](std::string name, AccessCodes codes) {
        return office.act(AddAllocation{
            big,
            BoxOffice::owner(),
            {.name = std::move(name), .category = "Floor", .quantity = 1, .codes = std::move(codes)}
        });
    };
    AccessCodes codes(kAccessCodesMax);
    for (std::size_t i = 0; i < codes.size(); ++i)
        codes[i] = {8, i};
    ASSERT_TRUE(add_to("all codes", codes));
    const auto one_code = add_to("one code more", {kCode});
    EXPECT_EQ(answer(one_code), "allocations_full");
    EXPECT_EQ(one_code.error().subject, "access codes");
    codes.push_back(kCode);
    EXPECT_EQ(
        answer(office.act(ChangeAllocation{big, BoxOffice::owner(), "all codes", {.codes = codes}})
        ),
        "allocations_full"
    );
    ASSERT_TRUE(office.act(EndAllocation{big, BoxOffice::owner(), "all codes"}));
    for (std::size_t i = 0; i < kAllocationsMax; ++i)
        ASSERT_TRUE(add_to(std::to_string(i), {}));
    const auto more = add_to("one more", {});
    EXPECT_EQ(answer(more), "allocations_full");
    EXPECT_EQ(more.error().limit, kAllocationsMax);
}

TEST_F(Allocations, belong_to_the_events_organizer) {
    const Organizer stranger{.sub = "another house", .is_admin = false};
    EXPECT_EQ(answer(office.act(AddAllocation{event, stranger, presale()})), "event_not_found");
    ASSERT_TRUE(office.act(AddAllocation{event, {.sub = "root", .is_admin = true}, presale()}));
    EXPECT_EQ(
        answer(office.act(ChangeAllocation{event, stranger, "Presale", {.limit = 1}})),
        "event_not_found"
    );
    EXPECT_EQ(answer(office.act(EndAllocation{event, stranger, "Presale"})), "event_not_found");
    const auto read = [&](const Organizer& by) {
        return read_allocations(office.inventory(), office.now, event, by).value;
    };
    EXPECT_FALSE(read(stranger));
    EXPECT_EQ(read(BoxOffice::owner())->size(), 1);
}

TEST_F(Allocations, are_no_sales) {
    ASSERT_TRUE(add(presale()));
    auto in_euros = wide();
    in_euros.currency = *Currency::parse("EUR");
    ASSERT_TRUE(office.update(event, in_euros));
    const auto anns = made(reserve("ann", {0}));
    EXPECT_EQ(answer(office.remove(event)), "event_has_sales");
    ASSERT_TRUE(office.cancel(anns));
    ASSERT_TRUE(office.remove(event));
    EXPECT_EQ(office.reservation(anns).seats, anns.seats);
}

TEST_F(Allocations, count_towards_the_limits_of_the_event_too) {
    auto narrow = wide();
    narrow.max_seats_per_user = 1;
    ASSERT_TRUE(office.update(event, narrow));
    ASSERT_TRUE(add(presale()));
    ASSERT_TRUE(reserve("ann", {0}));
    EXPECT_EQ(answer(reserve("ann", {1})), "user_limit_reached");
}

TEST_F(Allocations, are_added_once_under_a_key) {
    const AddAllocation command{
        event, BoxOffice::owner(), presale(), RequestMark{Bits128{4, 4}, Bits128{5, 5}}
    };
    const auto first = office.act(command);
    ASSERT_TRUE(first);
    ASSERT_TRUE(end("Presale"));
    const auto again = office.act(command).value();
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.entity, first->entity);
    EXPECT_THAT(views(), IsEmpty());
}

TEST_F(Allocations, make_requests_with_and_without_their_code_different) {
    ASSERT_TRUE(add(presale()));
    auto first = wish("ann", {0});
    ASSERT_TRUE(office.act(first));
    first.reservation = ReservationId{Bits128{9, 9}};
    EXPECT_TRUE(office.act(first).value().replayed);
    first.request.content = Bits128{1, 2};
    EXPECT_TRUE(office.act(first).value().replayed) << "the same code and seats";
    first.access_code.reset();
    EXPECT_EQ(answer(office.act(first)), "idempotency_key_reused");
    first.access_code = kOtherCode;
    EXPECT_EQ(answer(office.act(first)), "idempotency_key_reused");
    auto free = wish("bob", {4}, std::nullopt);
    ASSERT_TRUE(office.act(free));
    free.request.content = Bits128{1, 3};
    free.access_code = kCode;
    EXPECT_EQ(answer(office.act(free)), "idempotency_key_reused");
}

}  // namespace
}  // namespace frontrow::domain
