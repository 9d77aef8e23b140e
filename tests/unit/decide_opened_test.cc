#include "box_office.h"
#include "domain/allocation.h"
#include "domain/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Allocations beside what else chooses seats for a buyer: changes of a reservation, the best seats,
// alternatives, and the sections.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

constexpr Bits128 kPressCode{7, 1};

/// Seats 0 to 5 stand in one row. Three of five units of Floor can be held back beside them.
class Opened : public testing::Test {
protected:
    using Seats = std::initializer_list<std::uint32_t>;

    Opened() {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{2, 1ULL << 40}};
        for (int i = 0; i < 6; ++i)
            block->seats.push_back(
                {.number = std::to_string(i), .section = "Stalls", .row = "A", .price = 100}
            );
        EXPECT_TRUE(office.act(AddSeats{event, BoxOffice::owner(), std::move(block)}));
        EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Floor", 3'000, 5}}));
    }

    SeatIds ids(Seats seats) const {
        SeatIds ids;
        for (const auto seat : seats)
            ids.push_back(office.seat(event, seat));
        return ids;
    }
    void hold_back(Allocation allocation) {
        allocation.name = "Press";
        allocation.codes = {kPressCode};
        EXPECT_TRUE(office.act(AddAllocation{event, BoxOffice::owner(), std::move(allocation)}));
    }
    void hold_back_units() { hold_back({.category = "Floor", .quantity = 3}); }
    void end() { EXPECT_TRUE(office.act(EndAllocation{event, BoxOffice::owner(), "Press"})); }
    Reservation hold(std::string user, Seats seats, WantedItems items = {}) {
        return std::get<Reservation>(hold_by_code(std::move(user), seats, items).value().entity);
    }
    Outcome hold_by_code(std::string user, Seats seats, WantedItems items = {}) {
        auto wish = office.wish(event, std::move(user), seats);
        wish.items = std::move(items);
        wish.access_code = kPressCode;
        return office.act(wish);
    }
    Outcome best(std::string user, std::uint32_t quantity, std::optional<Bits128> code = {}) {
        auto wish = office.wish(event, std::move(user), {});
        wish.best = BestWish{.quantity = quantity};
        wish.access_code = code;
        return office.act(wish);
    }
    Outcome change(const Reservation& of, Seats add, Seats remove) {
        return office.act(ChangeReservation{
            .reservation = of.id,
            .user = of.user,
            .add_seats = ids(add),
            .remove_seats = ids(remove),
        });
    }
    Outcome change_units(const Reservation& of, std::uint32_t add, std::uint32_t remove) {
        ChangeReservation command{.reservation = of.id, .user = of.user};
        if (add > 0) command.add_items = {{"Floor", add}};
        if (remove > 0) command.remove_items = {{"Floor", remove}};
        return office.act(command);
    }
    const EventRow& row() const { return *office.inventory().plans().find(event); }
    std::uint32_t used() const {
        return office.inventory().list_allocations(row(), office.now).at(0).used;
    }
    std::uint32_t on_general_sale() const {
        return office.inventory().list_categories(row(), office.now).at(0).available();
    }
    SeatStatus status(std::uint32_t seat) const { return office.status(event, seat); }
    SectionView section() const {
        const auto list = list_sections(
            office.inventory(), row(), std::make_shared<const SectionPlan>(), office.now
        );
        return list.views.at(0);
    }

    static EventSpec of_six() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 6;
        return spec;
    }

    BoxOffice office;
    EventId event = office.create(of_six());
};

TEST_F(Opened, takes_back_a_seat_that_a_change_gives_back) {
    hold_back({.seats = ids({0, 1})});
    const auto anns = hold("ann", {0, 1});
    ASSERT_TRUE(change(anns, {}, {0}));
    EXPECT_EQ(status(0), SeatStatus::held_back);
    EXPECT_EQ(used(), 1);
    EXPECT_EQ(answer(office.reserve(event, "bob", {0})), "seats_unavailable");
    end();
    EXPECT_EQ(status(0), SeatStatus::available);
    EXPECT_EQ(status(1), SeatStatus::reserved);
    ASSERT_TRUE(change(anns, {2}, {1}));
    EXPECT_EQ(status(1), SeatStatus::available);
}

TEST_F(Opened, stays_open_to_a_reservation_that_used_it) {
    hold_back({.seats = ids({0, 1, 2}), .limit = 2});
    const auto anns = hold("ann", {0});
    ASSERT_TRUE(change(anns, {1, 5}, {}));
    EXPECT_EQ(used(), 2);
    const auto third = change(anns, {2}, {});
    EXPECT_EQ(answer(third), "allocation_used_up");
    EXPECT_EQ(third.error().limit, 0);
    ASSERT_TRUE(
        office.act(ChangeAllocation{event, BoxOffice::owner(), "Press", {.codes = AccessCodes{}}})
    );
    ASSERT_TRUE(change(anns, {2}, {1})) << "a swap is within the limit";
    EXPECT_EQ(used(), 2);
    EXPECT_EQ(status(1), SeatStatus::held_back);
    EXPECT_EQ(status(2), SeatStatus::reserved);
}

TEST_F(Opened, counts_changes_towards_the_limit_of_a_user) {
    hold_back({.seats = ids({0, 1, 2, 3}), .limit_per_user = 2});
    const auto anns = hold("ann", {0});
    hold("ann", {1});
    EXPECT_EQ(answer(change(anns, {2}, {})), "allocation_used_up");
    ASSERT_TRUE(change(anns, {2}, {0}));
    const auto bobs = hold("bob", {0});
    ASSERT_TRUE(change(bobs, {3}, {}));
    EXPECT_EQ(used(), 4);
}

TEST_F(Opened, is_closed_to_a_reservation_that_did_not_use_it) {
    hold_back({.seats = ids({0, 1})});
    const auto bobs = office.hold(event, "bob", {5});
    const auto outcome = change(bobs, {0}, {});
    ASSERT_EQ(answer(outcome), "seats_unavailable");
    EXPECT_EQ(outcome.error().conflicts[0].status, SeatStatus::held_back);
    const auto with_code = hold("cid", {4});
    EXPECT_EQ(answer(change(with_code, {0}, {})), "seats_unavailable") << "the code opened nothing";
}

TEST_F(Opened, gives_and_takes_units_of_its_category_by_changes) {
    hold_back_units();
    const auto anns = hold("ann", {}, {{"Floor", 2}});
    EXPECT_EQ(on_general_sale(), 2);
    ASSERT_TRUE(change_units(anns, 0, 1));
    EXPECT_EQ(used(), 1);
    EXPECT_EQ(on_general_sale(), 2);
    ASSERT_TRUE(change_units(anns, 2, 0));
    EXPECT_EQ(used(), 3);
    EXPECT_EQ(answer(change_units(anns, 1, 0)), "allocation_used_up");
    EXPECT_EQ(on_general_sale(), 2);
    ASSERT_TRUE(change_units(anns, 0, 2));
    end();
    EXPECT_EQ(on_general_sale(), 4);
    ASSERT_TRUE(change_units(anns, 4, 0));
    EXPECT_EQ(on_general_sale(), 0);
}

TEST_F(Opened, keeps_its_units_from_other_changes) {
    auto wish = office.wish(event, "bob", {});
    wish.items = {{"Floor", 1}};
    const auto bobs = std::get<Reservation>(office.act(wish).value().entity);
    hold_back_units();
    const auto outcome = change_units(bobs, 2, 0);
    EXPECT_EQ(answer(outcome), "sold_out");
    EXPECT_EQ(outcome.error().limit, 1);
    ASSERT_TRUE(change_units(bobs, 1, 0));
}

TEST_F(Opened, is_on_general_sale_for_a_change_once_its_end_has_come) {
    hold_back({.seats = ids({0, 1, 2}), .limit = 1, .until = office.now + 5min});
    const auto anns = hold("ann", {0});
    const auto bobs = office.hold(event, "bob", {5});
    office.now += 5min;
    ASSERT_TRUE(change(anns, {1}, {}));
    EXPECT_EQ(office.facts_of_last(), 2) << "its end and the change";
    ASSERT_TRUE(change(bobs, {2}, {5}));
    ASSERT_TRUE(change(anns, {}, {0}));
    EXPECT_EQ(status(0), SeatStatus::available);
}

TEST_F(Opened, gives_the_best_seats_to_its_codes_alone) {
    hold_back({.seats = ids({0, 1, 2, 3})});
    const auto anns = std::get<Reservation>(best("ann", 2).value().entity);
    EXPECT_THAT(anns.seats, UnorderedElementsAre(office.seat(event, 4), office.seat(event, 5)));
    EXPECT_EQ(answer(best("bob", 1)), "sold_out");
    const auto bobs = std::get<Reservation>(best("bob", 2, kPressCode).value().entity);
    EXPECT_EQ(used(), 2);
    EXPECT_EQ(answer(best("cid", 1)), "sold_out");
    ASSERT_TRUE(office.cancel(bobs));
    EXPECT_EQ(answer(best("cid", 1)), "sold_out");
    ASSERT_TRUE(best("cid", 4, kPressCode));
    EXPECT_EQ(used(), 4);
}

TEST_F(Opened, leaves_the_best_seats_to_everybody_at_its_end) {
    hold_back({.seats = ids({0, 1, 2, 3, 4, 5})});
    EXPECT_EQ(answer(best("ann", 1)), "sold_out");
    end();
    ASSERT_TRUE(best("ann", 6));
}

TEST_F(Opened, leaves_the_best_seats_to_everybody_when_its_end_comes_without_a_fact) {
    hold_back({.seats = ids({0, 1, 2, 3, 4, 5}), .until = office.now + 5min});
    EXPECT_EQ(answer(best("ann", 1)), "sold_out");
    office.now += 5min;
    ASSERT_TRUE(best("ann", 6));
    EXPECT_EQ(office.facts_of_last(), 2) << "its end and the reservation";
}

TEST_F(Opened, refuses_more_of_the_best_seats_than_its_limit) {
    hold_back({.seats = ids({0, 1, 2, 3, 4, 5}), .limit = 2});
    const auto outcome = best("ann", 3, kPressCode);
    EXPECT_EQ(answer(outcome), "allocation_used_up");
    EXPECT_EQ(outcome.error().limit, 2);
    ASSERT_TRUE(best("ann", 2, kPressCode));
}

TEST_F(Opened, is_never_offered_as_an_alternative) {
    hold_back({.seats = ids({0, 1, 2})});
    office.hold(event, "ann", {3});
    for (const auto& code : {std::optional<Bits128>{}, std::optional{kPressCode}}) {
        auto wish = office.wish(event, "bob", {3});
        wish.wants_alternatives = true;
        wish.access_code = code;
        const auto outcome = office.act(wish);
        ASSERT_EQ(answer(outcome), "seats_unavailable");
        EXPECT_THAT(
            outcome.error().alternatives,
            UnorderedElementsAre(
                ElementsAre(office.seat(event, 4)), ElementsAre(office.seat(event, 5))
            )
        );
    }
}

TEST_F(Opened, is_neither_available_nor_held_in_its_section) {
    hold_back({.seats = ids({0, 1, 2}), .until = office.now + 20min});
    hold("ann", {0});
    office.hold(event, "bob", {5});
    EXPECT_EQ(section().available, 2);
    EXPECT_EQ(section().held, 2);
    office.now += 10min;
    EXPECT_EQ(section().available, 3) << "bob's seat is free, ann's is held back again";
    EXPECT_EQ(section().held, 0);
    office.now += 10min;
    EXPECT_EQ(section().available, 6);
    EXPECT_THAT(office.violations(), IsEmpty());
}

}  // namespace
}  // namespace frontrow::domain
