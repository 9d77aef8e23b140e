#include "box_office.h"
#include "domain/categories.h"
#include "domain/category.h"

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

class Categories : public testing::Test {
protected:
    Outcome add(std::string name, Amount price, std::uint32_t total) {
        return office.act(AddCategory{event, BoxOffice::owner(), {std::move(name), price, total}});
    }
    Outcome change(std::string name, Amount price, std::uint32_t total) {
        return office.act(ChangeCategory{event, BoxOffice::owner(), {std::move(name), price, total}}
        );
    }
    ReserveSeats wish(std::string user, WantedItems items) {
        auto wish = office.wish(event, std::move(user), {});
        wish.items = std::move(items);
        return wish;
    }
    Outcome reserve(std::string user, WantedItems items) {
        return office.act(wish(std::move(user), std::move(items)));
    }
    Reservation hold(std::string user, WantedItems items) {
        return std::get<Reservation>(reserve(std::move(user), std::move(items)).value().entity);
    }
    static CategoryView view(const Outcome& outcome) {
        return std::get<CategoryView>(outcome.value().entity);
    }
    std::vector<CategoryView> views() const {
        return office.inventory().list_categories(
            *office.inventory().plans().find(event), office.now
        );
    }
    std::uint32_t left(std::size_t category = 0) const { return views().at(category).available(); }

    static EventSpec wide() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 100;
        return spec;
    }

    BoxOffice office;
    EventId event = office.open(2, wide());
};

TEST_F(Categories, are_listed_in_the_order_in_which_they_were_added) {
    EXPECT_THAT(views(), IsEmpty());
    const CategoryView floor{{"Floor", 3'000, 100}, {}};
    const CategoryView balcony{{"Balcony", 4'000, 0}, {}};
    EXPECT_EQ(view(add("Floor", 3'000, 100)), floor);
    EXPECT_EQ(view(add("Balcony", 4'000, 0)), balcony);
    EXPECT_THAT(views(), ElementsAre(floor, balcony));
}

TEST_F(Categories, have_names_of_their_own) {
    ASSERT_TRUE(add("Floor", 3'000, 100));
    const auto again = add("Floor", 1, 1);
    EXPECT_EQ(answer(again), "category_taken");
    EXPECT_EQ(again.error().subject, "Floor");
    EXPECT_TRUE(add("floor", 3'000, 100));
}

TEST_F(Categories, are_a_hundred_at_most) {
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(add("C" + std::to_string(i), 1, 1));
    const auto more = add("one more", 1, 1);
    EXPECT_EQ(answer(more), "too_many_categories");
    EXPECT_EQ(more.error().limit, 100);
}

TEST_F(Categories, belong_to_the_events_organizer) {
    const Organizer stranger{.sub = "another house", .is_admin = false};
    ASSERT_TRUE(add("Floor", 3'000, 100));
    const Category floor{"Floor", 1, 1};
    EXPECT_EQ(answer(office.act(AddCategory{event, stranger, {"B", 1, 1}})), "event_not_found");
    EXPECT_EQ(answer(office.act(ChangeCategory{event, stranger, floor})), "event_not_found");
    EXPECT_TRUE(office.act(ChangeCategory{event, {.sub = "root", .is_admin = true}, floor}));
}

TEST_F(Categories, sell_until_none_is_left_and_say_how_many_are) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    const auto anns = hold("ann", {{"Floor", 3}});
    EXPECT_THAT(anns.items, ElementsAre(Item{"Floor", 3, 3'000}));
    EXPECT_THAT(anns.seats, IsEmpty());
    EXPECT_EQ(anns.total_amount, 9'000);
    EXPECT_EQ(left(), 2);
    const auto refused = reserve("bob", {{"Floor", 3}});
    EXPECT_EQ(answer(refused), "sold_out");
    EXPECT_EQ(refused.error().subject, "Floor");
    EXPECT_EQ(refused.error().limit, 2);
    EXPECT_EQ(left(), 2);
    ASSERT_TRUE(office.confirm(anns));
    EXPECT_EQ(left(), 2);
    EXPECT_EQ(views()[0].counts, (StockCounts{0, 3}));
    ASSERT_TRUE(reserve("bob", {{"Floor", 2}}));
    EXPECT_EQ(left(), 0);
    EXPECT_EQ(answer(reserve("cid", {{"Floor", 1}})), "sold_out");
}

TEST_F(Categories, get_units_back_when_a_hold_is_cancelled) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    const auto anns = hold("ann", {{"Floor", 5}});
    ASSERT_TRUE(office.cancel(anns));
    EXPECT_EQ(left(), 5);
    EXPECT_TRUE(reserve("bob", {{"Floor", 5}}));
}

TEST_F(Categories, get_units_back_at_the_instant_at_which_a_hold_runs_out) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    const auto anns = hold("ann", {{"Floor", 4}});
    office.now = anns.expires_at - 1ms;
    EXPECT_EQ(left(), 1);
    EXPECT_EQ(answer(reserve("bob", {{"Floor", 5}})), "sold_out");
    office.now = anns.expires_at;
    EXPECT_EQ(left(), 5);
    const auto bobs = hold("bob", {{"Floor", 5}});
    EXPECT_EQ(office.facts_of_last(), 1);
    EXPECT_EQ(left(), 0);
    EXPECT_EQ(office.sweep(), 1);
    EXPECT_EQ(office.status(anns), ReservationStatus::expired);
    EXPECT_EQ(left(), 0);
    ASSERT_TRUE(office.cancel(bobs));
    EXPECT_EQ(left(), 5);
}

TEST_F(Categories, get_units_of_a_lapsed_hold_back_once) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    const auto anns = hold("ann", {{"Floor", 4}});
    const auto cids = hold("cid", {{"Floor", 1}});
    office.now = anns.expires_at;
    EXPECT_FALSE(office.lapse(1));
    EXPECT_EQ(left(), 5);
    EXPECT_TRUE(office.lapse(9));
    EXPECT_EQ(left(), 5);
    const auto bobs = hold("bob", {{"Floor", 5}});
    EXPECT_EQ(office.sweep(), 2);
    EXPECT_EQ(left(), 0);
    EXPECT_EQ(office.status(cids), ReservationStatus::expired);
    EXPECT_EQ(office.status(bobs), ReservationStatus::pending);
}

TEST_F(Categories, mix_with_seats_all_or_nothing) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    auto both = wish("ann", {{"Floor", 2}});
    both.seats.push_back(office.seat(event, 0));
    const auto anns = std::get<Reservation>(office.act(both).value().entity);
    EXPECT_EQ(anns.total_amount, 11'000);
    EXPECT_EQ(office.status(event, 0), SeatStatus::reserved);
    auto taken = wish("bob", {{"Floor", 1}});
    taken.seats.push_back(office.seat(event, 0));
    EXPECT_EQ(answer(office.act(taken)), "seats_unavailable");
    EXPECT_EQ(left(), 3);
    auto too_many = wish("bob", {{"Floor", 4}});
    too_many.seats.push_back(office.seat(event, 1));
    EXPECT_EQ(answer(office.act(too_many)), "sold_out");
    EXPECT_EQ(office.status(event, 1), SeatStatus::available);
}

TEST_F(Categories, are_refused_together_when_one_of_them_is_short) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    ASSERT_TRUE(add("Balcony", 4'000, 1));
    const auto refused = reserve("ann", {{"Floor", 1}, {"Balcony", 2}});
    EXPECT_EQ(answer(refused), "sold_out");
    EXPECT_EQ(refused.error().subject, "Balcony");
    EXPECT_EQ(left(0), 5);
    EXPECT_EQ(hold("ann", {{"Floor", 1}, {"Balcony", 1}}).total_amount, 7'000);
}

TEST_F(Categories, must_exist) {
    const auto refused = reserve("ann", {{"Floor", 1}});
    EXPECT_EQ(answer(refused), "category_not_found");
    EXPECT_EQ(refused.error().subject, "Floor");
    EXPECT_EQ(answer(change("Floor", 1, 1)), "category_not_found");
}

TEST_F(Categories, count_towards_the_limits_of_seats) {
    auto narrow = wide();
    narrow.max_seats_per_reservation = 3;
    narrow.max_seats_per_user = 4;
    ASSERT_TRUE(office.update(event, narrow));
    ASSERT_TRUE(add("Floor", 3'000, 50));
    auto four = wish("ann", {{"Floor", 3}});
    four.seats.push_back(office.seat(event, 0));
    EXPECT_EQ(answer(office.act(four)), "too_many_seats");
    const auto anns = hold("ann", {{"Floor", 3}});
    EXPECT_EQ(answer(reserve("ann", {{"Floor", 2}})), "user_limit_reached");
    EXPECT_TRUE(reserve("ann", {{"Floor", 1}}));
    office.now = anns.expires_at;
    EXPECT_TRUE(reserve("ann", {{"Floor", 3}}));
}

TEST_F(Categories, keep_the_price_of_each_reservation_when_theirs_changes) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    const auto anns = hold("ann", {{"Floor", 2}});
    EXPECT_EQ(view(change("Floor", 3'500, 6)), (CategoryView{{"Floor", 3'500, 6}, {2, 0}}));
    EXPECT_EQ(office.reservation(anns), anns);
    EXPECT_EQ(hold("bob", {{"Floor", 2}}).total_amount, 7'000);
    ASSERT_TRUE(office.confirm(anns));
    EXPECT_EQ(office.reservation(anns).total_amount, 6'000);
}

TEST_F(Categories, never_fall_below_what_is_held_and_sold) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    ASSERT_TRUE(office.confirm(hold("ann", {{"Floor", 2}})));
    const auto bobs = hold("bob", {{"Floor", 1}});
    const auto refused = change("Floor", 3'000, 2);
    EXPECT_EQ(answer(refused), "stock_below_taken");
    EXPECT_EQ(refused.error().limit, 3);
    ASSERT_TRUE(change("Floor", 3'000, 3));
    EXPECT_EQ(left(), 0);
    office.now = bobs.expires_at;
    ASSERT_TRUE(change("Floor", 3'000, 2));
    EXPECT_EQ(left(), 0);
    EXPECT_EQ(office.sweep(), 1);
    EXPECT_EQ(left(), 0);
}

TEST_F(Categories, make_no_fact_when_nothing_changes) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    EXPECT_EQ(view(change("Floor", 3'000, 5)), (CategoryView{{"Floor", 3'000, 5}, {}}));
    EXPECT_EQ(office.facts_of_last(), 0);
}

TEST_F(Categories, keep_an_event_from_being_deleted_while_units_are_held_or_sold) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    const auto anns = hold("ann", {{"Floor", 2}});
    EXPECT_EQ(answer(office.remove(event)), "event_has_sales");
    auto in_euros = wide();
    in_euros.currency = *Currency::parse("EUR");
    EXPECT_EQ(answer(office.update(event, in_euros)), "event_has_sales");
    office.now = anns.expires_at;
    ASSERT_TRUE(office.remove(event));
    EXPECT_EQ(office.reservation(anns).items, anns.items);
}

TEST_F(Categories, repeat_a_request_with_its_first_answer) {
    ASSERT_TRUE(add("Floor", 3'000, 5));
    auto first = wish("ann", {{"Floor", 2}});
    first.request.content = Bits128{1, 1};
    const auto made = std::get<Reservation>(office.act(first).value().entity);
    ASSERT_TRUE(change("Floor", 9'000, 5));
    auto again = first;
    again.reservation = ReservationId{Bits128{9, 9}};
    const auto replayed = office.act(again).value();
    EXPECT_TRUE(replayed.replayed);
    EXPECT_EQ(std::get<Reservation>(replayed.entity), made);
    again.request.content = Bits128{1, 2};
    EXPECT_TRUE(office.act(again).value().replayed) << "the same units are the same request";
    again.items.front().quantity = 1;
    EXPECT_EQ(answer(office.act(again)), "idempotency_key_reused");
}

TEST_F(Categories, are_added_once_under_a_key) {
    const AddCategory command{
        event, BoxOffice::owner(), {"Floor", 3'000, 5}, RequestMark{Bits128{4, 4}, Bits128{5, 5}}
    };
    ASSERT_TRUE(office.act(command));
    ASSERT_TRUE(change("Floor", 9'000, 7));
    const auto again = office.act(command).value();
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(std::get<CategoryView>(again.entity), (CategoryView{{"Floor", 3'000, 5}, {}}));
    EXPECT_EQ(left(), 7);
}

}  // namespace
}  // namespace frontrow::domain
