#include "box_office.h"
#include "domain/category.h"
#include "domain/choose_seats.h"
#include "domain/command_traits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The choice inside the decision. How seats are ranked is tested in best_seats_test.cc.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// Two rows in the stalls, of which the first costs 200 a seat, and one in the balcony.
class BestAvailable : public testing::Test {
protected:
    Outcome add_row(std::string section, std::string row, std::size_t seats, Amount price) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{2, ++blocks_ << 40}};
        for (std::size_t i = 1; i <= seats; ++i)
            block->seats.push_back(
                {.number = section + row + "-" + std::to_string(i),
                 .section = section,
                 .row = row,
                 .price = price}
            );
        return office.act(AddSeats{event, BoxOffice::owner(), std::move(block)});
    }
    void SetUp() override {
        ASSERT_TRUE(add_row("Stalls", "A", 6, 200));
        ASSERT_TRUE(add_row("Stalls", "B", 6, 100));
        ASSERT_TRUE(add_row("Balcony", "A", 4, 100));
    }

    ReserveSeats wish(std::string user, BestWish best) {
        auto wish = office.wish(event, std::move(user), {});
        wish.best = std::move(best);
        return wish;
    }
    Outcome ask(std::string user, BestWish best) {
        return office.act(wish(std::move(user), std::move(best)));
    }
    Reservation get(std::string user, BestWish best) {
        return std::get<Reservation>(ask(std::move(user), std::move(best)).value().entity);
    }
    std::vector<std::string> names(const SeatIds& seats) const {
        std::vector<std::string> names;
        for (const auto id : seats) {
            const auto place = office.inventory().plans().find_seat(id);
            names.push_back(seat_spec(office.inventory().plans()[place->event], place->seat).number
            );
        }
        return names;
    }
    std::vector<std::string> names(const Reservation& of) const { return names(of.seats); }
    Outcome reserve_named(std::vector<std::string> numbers, bool wants_alternatives = false) {
        auto command = office.wish(event, "zoe", {});
        const auto& row = *office.inventory().plans().find(event);
        for (SeatIndex seat = 0; seat < row.statuses.size(); ++seat)
            if (std::ranges::count(numbers, seat_spec(row, seat).number) > 0)
                command.seats.push_back(seat_id(row, seat));
        command.wants_alternatives = wants_alternatives;
        return office.act(command);
    }
    std::vector<std::vector<std::string>> alternatives(const Outcome& refused) const {
        std::vector<std::vector<std::string>> all;
        for (const auto& seats : refused.error().alternatives)
            all.push_back(names(seats));
        return all;
    }

    static EventSpec wide() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 20;
        return spec;
    }

    BoxOffice office;
    EventId event = office.open(0, wide());

private:
    std::uint64_t blocks_ = 0;
};

TEST_F(BestAvailable, gets_the_best_free_seats_together_at_their_prices) {
    const auto anns = get("ann", {.quantity = 2});
    EXPECT_THAT(names(anns), ElementsAre("StallsA-3", "StallsA-4"));
    EXPECT_EQ(anns.total_amount, 400);
    EXPECT_EQ(anns.status, ReservationStatus::pending);
    const auto bobs = get("bob", {.quantity = 2});
    EXPECT_THAT(names(bobs), testing::Not(testing::Contains("StallsA-3")));
    EXPECT_EQ(bobs.seats.size(), 2);
    // The fact is like that of named seats.
    const auto& fact = std::get<ReservationHeld>(office.history().back().body);
    EXPECT_EQ(fact.seats, bobs.seats);
    EXPECT_EQ(fact.unit_prices.size(), 2);
    EXPECT_EQ(traits_of(FactBody{fact}).format, 0);
}

TEST_F(BestAvailable, keeps_to_the_section_and_the_price_and_looks_near_the_seat) {
    EXPECT_THAT(
        names(get("ann", {.quantity = 2, .section = "Balcony"})),
        ElementsAre("BalconyA-1", "BalconyA-2")
    );
    EXPECT_THAT(
        names(get("ann", {.quantity = 2, .section = "Stalls", .price_max = 100})),
        ElementsAre("StallsB-3", "StallsB-4")
    );
    EXPECT_THAT(
        names(get("ann", {.quantity = 2, .near = office.seat(event, 11)})),
        ElementsAre("StallsB-5", "StallsB-6")
    );
    EXPECT_EQ(answer(ask("ann", {.quantity = 1, .accessible = true})), "sold_out");
}

TEST_F(BestAvailable, may_come_with_units_of_a_category_all_or_nothing) {
    ASSERT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Floor", 10, 1}}));
    auto command = wish("ann", {.quantity = 2});
    command.items = {{"Floor", 2}};
    const auto refused = office.act(command);
    EXPECT_EQ(answer(refused), "sold_out");
    EXPECT_EQ(refused.error().subject, "Floor");
    command.items = {{"Floor", 1}};
    const auto made = std::get<Reservation>(office.act(command).value().entity);
    EXPECT_EQ(made.total_amount, 410);
    EXPECT_EQ(made.seats.size(), 2);
}

TEST_F(BestAvailable, is_not_together_if_enough_seats_are_free_apart) {
    ASSERT_TRUE(reserve_named({"BalconyA-2"}));
    const BestWish three{.quantity = 3, .section = "Balcony"};
    const auto refused = ask("ann", three);
    EXPECT_EQ(answer(refused), "not_together");
    EXPECT_EQ(refused.error().subject, "");
    auto split = three;
    split.allow_split = true;
    EXPECT_THAT(
        names(get("ann", split)),
        testing::UnorderedElementsAre("BalconyA-1", "BalconyA-3", "BalconyA-4")
    );
    const auto sold_out = ask("ann", split);
    EXPECT_EQ(answer(sold_out), "sold_out");
    EXPECT_EQ(sold_out.error().subject, "");
}

TEST_F(BestAvailable, sells_all_seats_and_no_more) {
    std::size_t sold = 0;
    for (int i = 0; i < 8; ++i)
        sold += get("ann-" + std::to_string(i), {.quantity = 2}).seats.size();
    EXPECT_EQ(sold, 16);
    EXPECT_EQ(answer(ask("late", {.quantity = 1, .allow_split = true})), "sold_out");
}

TEST_F(BestAvailable, gets_seats_that_became_free_by_a_fact_or_by_time) {
    std::vector<Reservation> held;
    for (int i = 0; i < 4; ++i)
        held.push_back(get("ann-" + std::to_string(i), {.quantity = 4, .allow_split = true}));
    ASSERT_EQ(answer(ask("bob", {.quantity = 1})), "sold_out");
    ASSERT_TRUE(office.cancel(held[1]));
    EXPECT_EQ(get("bob", {.quantity = 4, .allow_split = true}).seats.size(), 4);
    ASSERT_EQ(answer(ask("bob", {.quantity = 1})), "sold_out");
    ASSERT_TRUE(office.confirm(held[0]));
    office.now += 10min - 1ms;
    EXPECT_EQ(answer(ask("cid", {.quantity = 1})), "sold_out");
    office.now += 1ms;
    // The hold of the last seats ended in this instant; the decision ends it by a fact.
    EXPECT_EQ(get("cid", {.quantity = 4, .allow_split = true}).seats.size(), 4);
    EXPECT_GT(office.facts_of_last(), 1U);
    EXPECT_THAT(office.violations(), IsEmpty());
}

TEST_F(BestAvailable, gets_seats_of_holds_that_lapsed_before_it_came) {
    for (int i = 0; i < 4; ++i)
        get("ann-" + std::to_string(i), {.quantity = 4, .allow_split = true});
    ASSERT_EQ(answer(ask("bob", {.quantity = 1})), "sold_out");
    office.now += 10min;
    ASSERT_FALSE(office.lapse(2));
    EXPECT_EQ(get("bob", {.quantity = 16, .allow_split = true}).seats.size(), 16);
}

TEST_F(BestAvailable, gets_seats_that_were_added_since) {
    for (int i = 0; i < 4; ++i)
        get("ann-" + std::to_string(i), {.quantity = 4, .allow_split = true});
    ASSERT_EQ(answer(ask("bob", {.quantity = 1})), "sold_out");
    EXPECT_EQ(answer(ask("bob", {.quantity = 1, .section = "Boxes"})), "section_not_found");
    ASSERT_TRUE(add_row("Boxes", "A", 2, 300));
    EXPECT_THAT(names(get("bob", {.quantity = 2})), ElementsAre("BoxesA-1", "BoxesA-2"));
}

TEST_F(BestAvailable, is_refused_for_the_first_reason_that_applies) {
    auto spec = wide();
    spec.max_seats_per_reservation = 2;
    spec.max_seats_per_user = 1;
    ASSERT_TRUE(office.update(event, spec));
    auto command = wish("ann", {.quantity = 3, .section = "Boxes", .near = SeatId{Bits128{9, 9}}});
    command.items = {{"Floor", 1}};
    const auto next = [&] { return answer(office.act(command)); };
    EXPECT_EQ(next(), "too_many_seats");
    command.best->quantity = 1;
    const auto refused = office.act(command);
    EXPECT_EQ(answer(refused), "seat_not_found");
    EXPECT_EQ(refused.error().subject, (SeatId{Bits128{9, 9}}.to_string()));
    const auto other = office.open(1);
    command.best->near = office.seat(other, 0);
    EXPECT_EQ(next(), "seat_not_found");
    command.best->near.reset();
    EXPECT_EQ(office.act(command).error().subject, "Boxes");
    EXPECT_EQ(next(), "section_not_found");
    command.best->section = "";
    EXPECT_EQ(next(), "section_not_found");
    command.best->section = "Stalls";
    EXPECT_EQ(next(), "category_not_found");
    command.items.clear();
    command.best->quantity = 2;
    EXPECT_EQ(next(), "user_limit_reached");
    command.best->price_max = 1;
    command.best->quantity = 1;
    EXPECT_EQ(next(), "sold_out");
}

TEST_F(BestAvailable, of_an_event_without_seats_is_sold_out) {
    const auto empty = office.open(0, wide());
    auto command = wish("ann", {.quantity = 1});
    command.event = empty;
    EXPECT_EQ(answer(office.act(command)), "sold_out");
    command.best->section = "Stalls";
    EXPECT_EQ(answer(office.act(command)), "section_not_found");
}

TEST_F(BestAvailable, comes_again_with_the_seats_that_were_chosen) {
    auto command = wish("ann", {.quantity = 2});
    const auto made = std::get<Reservation>(office.act(command).value().entity);
    command.reservation = ReservationId{Bits128{77, 7}};
    const auto again = office.act(command);
    EXPECT_EQ(answer(again), "replayed");
    EXPECT_EQ(std::get<Reservation>(again->entity), made);
    EXPECT_EQ(office.facts_of_last(), 0U);
    // Another wish under the same key isn't compared with the seats.
    command.request.content = Bits128{7, 7};
    EXPECT_EQ(answer(office.act(command)), "idempotency_key_reused");
}

TEST_F(BestAvailable, is_offered_in_place_of_seats_that_are_taken) {
    ASSERT_TRUE(reserve_named({"StallsB-2"}));
    const auto plain = reserve_named({"StallsB-2", "StallsB-3"});
    EXPECT_EQ(answer(plain), "seats_unavailable");
    EXPECT_THAT(plain.error().alternatives, IsEmpty());
    const auto refused = reserve_named({"StallsB-2", "StallsB-3"}, true);
    EXPECT_EQ(answer(refused), "seats_unavailable");
    EXPECT_THAT(refused.error().conflicts, testing::SizeIs(1));
    // As near as possible, none dearer than 100, no seat twice.
    EXPECT_THAT(
        alternatives(refused),
        ElementsAre(
            ElementsAre("StallsB-3", "StallsB-4"),
            ElementsAre("StallsB-5", "StallsB-6"),
            ElementsAre("BalconyA-1", "BalconyA-2")
        )
    );
    EXPECT_EQ(office.facts_of_last(), 0U);
    ASSERT_TRUE(office.act([&] {
        auto command = office.wish(event, "ann", {});
        command.seats = refused.error().alternatives[2];
        return command;
    }()));
    EXPECT_THAT(
        alternatives(reserve_named({"StallsB-2", "StallsB-3"}, true))[2],
        ElementsAre("BalconyA-3", "BalconyA-4")
    );
}

TEST_F(BestAvailable, is_not_offered_if_there_are_no_such_seats) {
    ASSERT_TRUE(reserve_named({"StallsB-1", "StallsB-4", "BalconyA-2", "BalconyA-3"}));
    const auto refused = reserve_named({"StallsB-1", "StallsB-2", "StallsB-3"}, true);
    EXPECT_EQ(answer(refused), "seats_unavailable");
    EXPECT_THAT(refused.error().alternatives, IsEmpty());
}

/// An inventory that rolls back what it decided, as a node of a cluster does.
TEST_F(BestAvailable, forgets_what_it_learned_in_a_savepoint_that_is_rolled_back) {
    Inventory inventory;
    for (const auto& fact : office.history())
        evolve(inventory, fact);
    const auto act = [&](ReserveSeats command) {
        auto decision = decide(inventory, command, office.now);
        for (auto& fact : decision.facts)
            evolve(
                inventory,
                {.seq = inventory.last_seq() + 1,
                 .at = office.now,
                 .trace = {},
                 .event = fact.event,
                 .body = std::move(fact.body)}
            );
        inventory.verify();
        return std::string{answer(decision.outcome)};
    };
    const BestWish half{.quantity = 8, .allow_split = true};
    for (const bool begins_inside : {true, false}) {
        inventory.open_savepoint();
        EXPECT_EQ(act(wish("ann", half)), "accepted") << begins_inside;
        EXPECT_EQ(act(wish("ann", half)), "accepted");
        EXPECT_EQ(act(wish("bob", {.quantity = 1})), "sold_out");
        inventory.roll_back();
        inventory.verify();
    }
    // Seats that are rolled back are not chosen any more, and others may follow.
    const auto add = [&](std::uint64_t id, std::string row) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{8, id}};
        block->seats = {
            {row + "-1", "Loge", row, 1, nullptr}, {row + "-2", "Loge", row, 1, nullptr}
        };
        evolve(
            inventory,
            {.seq = inventory.last_seq() + 1,
             .at = office.now,
             .trace = {},
             .event = event,
             .body = SeatsAdded{block}}
        );
    };
    inventory.open_savepoint();
    add(1, "A");
    EXPECT_EQ(act(wish("ann", {.quantity = 2, .section = "Loge"})), "accepted");
    inventory.roll_back();
    EXPECT_EQ(act(wish("ann", {.quantity = 2, .section = "Loge"})), "section_not_found");
    inventory.open_savepoint();
    EXPECT_EQ(act(wish("ann", half)), "accepted");
    add(100, "B");
    EXPECT_EQ(act(wish("ann", {.quantity = 2, .section = "Loge"})), "accepted");
    inventory.commit();
    inventory.verify();
    EXPECT_EQ(act(wish("ann", {.quantity = 2, .section = "Loge"})), "sold_out");
    EXPECT_EQ(act(wish("ann", half)), "accepted");
    EXPECT_EQ(act(wish("ann", {.quantity = 1})), "sold_out");
}

}  // namespace
}  // namespace frontrow::domain
