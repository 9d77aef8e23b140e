#include "order_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

// Orders: how they are placed, closed, read, listed and summed up.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class PlacedOrders : public OrderOffice {
protected:
    std::vector<OrderId> listed(std::string_view user, Page page = {.limit = 100}) const {
        std::vector<OrderId> ids;
        for (const auto& view :
             read_orders(office.inventory(), office.now, std::string{user}, page).value)
            ids.push_back(view.order.id);
        return ids;
    }
    std::vector<OrderId> of_event(std::optional<OrderStatus> only = {}, Page page = {.limit = 100})
        const {
        std::vector<OrderId> ids;
        const auto orders = read_event_orders(
            office.inventory(), office.now, event, BoxOffice::owner(), only, page, 100
        );
        for (const auto& view : orders.value.value().some)
            ids.push_back(view.order.id);
        return ids;
    }
};

TEST_F(PlacedOrders, fix_the_price_of_what_a_reservation_holds) {
    const auto held = hold("ann", {0, 2}, {{"Floor", 2}});
    const auto command = placing(held);
    const auto view = done(command);
    EXPECT_EQ(view.status, OrderStatus::created);
    EXPECT_EQ(
        view.order,
        (Order{
            .id = command.order,
            .reservation = held.id,
            .event = event,
            .user = "ann",
            .lines =
                {{LineKind::seat, office.seat(event, 0), {}, 1, 5'000, 5'000},
                 {LineKind::seat, office.seat(event, 2), {}, 1, 5'000, 5'000},
                 {LineKind::category, {}, "Floor", 2, 3'000, 6'000}},
            .amount = 16'000,
            .created_at = office.now,
            .request = command.request,
        })
    );
    EXPECT_TRUE(office.act(ChangeCategory{event, BoxOffice::owner(), {"Floor", 9'000, 5}}));
    EXPECT_EQ(as_read(view), view);
    EXPECT_EQ(reservation(view), held) << "an order moves no hold";
}

TEST_F(PlacedOrders, are_placed_only_for_a_hold_of_the_same_user) {
    const auto held = hold("ann", {0});
    auto command = placing(held);
    command.user = "bob";
    refused(command, "reservation_not_found");
    command.user = "ann";
    command.reservation = ReservationId{{99, 1}};
    refused(command, "reservation_not_found");
    const auto cancelled = hold("ann", {1});
    EXPECT_TRUE(office.cancel(cancelled));
    refused(placing(cancelled), "reservation_cancelled");
    refused(placing(reservation(buy("ann", {2}))), "reservation_confirmed");
    office.now = held.expires_at;
    refused(placing(held), "hold_expired");
}

TEST_F(PlacedOrders, are_placed_once_the_terms_are_accepted_where_there_are_any) {
    auto terms = paid();
    terms.admission = Admission::of({.gates = {}, .asks = {.terms = "No dogs."}});
    ASSERT_TRUE(office.act(UpdateEvent{event, BoxOffice::owner(), terms, std::nullopt}));
    auto command = placing(hold("ann", {0}));
    refused(command, "terms_not_accepted");
    command.accepts_terms = true;
    const auto placed = done(command);
    refused(placing(hold("ann", {1})), "terms_not_accepted");
    EXPECT_EQ(office.act(payment(placed)).has_value(), true) << "they were accepted";
    const auto sold = done(sale({2}, PaymentMethod::cash));
    EXPECT_EQ(sold.status, OrderStatus::paid) << "the box office isn't asked";
}

TEST_F(PlacedOrders, are_placed_until_the_last_instant_of_the_hold_and_whatever_the_sale_does) {
    const auto held = hold("ann", {0});
    EXPECT_TRUE(office.change_sale(event, SaleAction::end));
    office.now = held.expires_at - 1ms;
    place(held);
}

TEST_F(PlacedOrders, exist_once_for_a_reservation_unless_closed) {
    const auto held = hold("ann", {0, 1});
    const auto first = place(held);
    refused(placing(held), "order_exists");
    EXPECT_TRUE(office.act(ChangeReservation{
        .reservation = held.id, .user = "ann", .remove_seats = {office.seat(event, 1)}
    }));
    EXPECT_EQ(status(first), OrderStatus::cancelled);
    EXPECT_EQ(as_read(first).order.closed_at, office.now);
    const auto second = place(held);
    EXPECT_EQ(second.order.amount, 5'000);
    refused(placing(held), "order_exists");
    refused(payment(first), "order_closed");
    EXPECT_THAT(listed("ann"), ElementsAre(second.order.id, first.order.id));
}

TEST_F(PlacedOrders, close_when_the_reservation_ends) {
    const auto cancelled = place(hold("ann", {0}));
    EXPECT_TRUE(office.cancel(reservation(cancelled)));
    EXPECT_EQ(status(cancelled), OrderStatus::cancelled);
    refused(payment(cancelled), "order_closed");

    const auto ended = place(hold("ann", {1}));
    const auto end = reservation(ended).expires_at;
    office.now = end - 1ms;
    EXPECT_EQ(status(ended), OrderStatus::created);
    office.now = end;
    EXPECT_EQ(status(ended), OrderStatus::cancelled) << "although no fact says so";
    EXPECT_EQ(as_read(ended).order.closed_at, end);
    refused(payment(ended), "hold_expired");
    office.now = end + 1min;
    EXPECT_EQ(office.sweep(), 1U);
    EXPECT_EQ(as_read(ended).order.closed_at, end) << "its end, and not when it was found";
    refused(payment(ended), "hold_expired");
}

TEST_F(PlacedOrders, close_when_the_reservation_is_confirmed_without_them) {
    auto spec = paid();
    spec.payment = PaymentRule::none;
    const auto open = office.open(2, spec);
    const auto held = office.hold(open, "ann", {0});
    const auto order = place(held);
    EXPECT_TRUE(office.confirm(held));
    EXPECT_EQ(status(order), OrderStatus::cancelled);
    refused(payment(order), "order_closed");
    refused(placing(held), "reservation_confirmed");
}

TEST_F(PlacedOrders, under_a_key_are_placed_once_and_answered_as_they_were_placed) {
    const auto held = hold("ann", {0});
    const auto command = placing(held);
    const auto first = done(command);
    const auto expect_replayed = [&] {
        const auto again = office.act(command);
        EXPECT_EQ(answer(again), "replayed");
        EXPECT_EQ(std::get<OrderView>(again->entity), first);
        EXPECT_EQ(office.facts_of_last(), 0U);
    };
    expect_replayed();
    const auto paid_at = start(first);
    expect_replayed();
    const auto paid = done(success(paid_at));
    expect_replayed();
    EXPECT_EQ(done(refund(paid)).status, OrderStatus::refunding);
    expect_replayed();
    auto other = command;
    other.request.content = {8, 3};
    refused(other, "idempotency_key_reused");
    office.now += std::chrono::days{9};
    expect_replayed();
    refused(other, "idempotency_key_reused");
}

TEST_F(PlacedOrders, share_no_key_with_requests_of_other_kinds) {
    auto wish = office.wish(event, "ann", {0});
    const auto held = std::get<Reservation>(office.act(wish).value().entity);
    auto command = placing(held);
    command.request = wish.request;
    refused(command, "idempotency_key_reused");
    const auto order = place(held);
    auto pays = payment(order);
    pays.request = order.order.request;
    refused(pays, "idempotency_key_reused");
    wish = office.wish(event, "ann", {1});
    wish.request = order.order.request;
    refused(wish, "idempotency_key_reused");
}

TEST_F(PlacedOrders, are_shown_for_a_day_after_they_closed_and_then_forgotten_with_their_keys) {
    const auto command = placing(hold("ann", {0}));
    const auto order = done(command);
    EXPECT_TRUE(office.cancel(reservation(order)));
    const auto closed_at = office.now;
    office.now = closed_at + 24h - 1ms;
    EXPECT_THAT(listed("ann"), SizeIs(1));
    EXPECT_EQ(answer(office.act(command)), "replayed");
    office.now = closed_at + 24h;
    // Its row is still there.
    EXPECT_EQ(office.inventory().orders().size(), 1U);
    EXPECT_THAT(listed("ann"), IsEmpty());
    EXPECT_THAT(of_event(), IsEmpty());
    EXPECT_EQ(as_read(order), OrderView{});
    refused(payment(order), "order_not_found");
    refused(command, "reservation_not_found");
    auto next = placing(hold("bob", {0}));
    next.request = command.request;
    const auto bobs = done(next);
    EXPECT_EQ(answer(office.act(next)), "replayed");
    EXPECT_EQ(office.inventory().orders().size(), 1U);
    EXPECT_THAT(listed("bob"), ElementsAre(bobs.order.id));
}

TEST_F(PlacedOrders, free_their_keys_a_day_after_the_end_of_the_hold_although_no_fact_says_so) {
    const auto command = placing(hold("ann", {0}));
    const auto end = reservation(done(command)).expires_at;
    auto next = placing(hold("bob", {1}));
    next.request = command.request;
    office.now = end + 24h - 1ms;
    EXPECT_EQ(answer(office.act(command)), "replayed");
    office.now = end + 24h;
    next.reservation = hold("bob", {2}).id;
    const auto bobs = done(next);
    EXPECT_EQ(office.inventory().orders().size(), 2U);
    EXPECT_EQ(std::get<OrderView>(office.act(next)->entity), bobs);
    EXPECT_GT(office.sweep(), 0U);
    EXPECT_EQ(std::get<OrderView>(office.act(next)->entity), bobs);
}

TEST_F(PlacedOrders, stay_as_long_as_they_took_money_or_may_still_take_some) {
    const auto paid_order = buy("ann", {0});
    const auto open = place(hold("bob", {1}));
    const auto attempt = start(open);
    office.now += std::chrono::days{3};
    EXPECT_EQ(office.sweep(), 1U);
    office.now += std::chrono::days{3};
    office.hold(event, "cid", {2});
    EXPECT_EQ(status(paid_order), OrderStatus::paid);
    EXPECT_EQ(status(open), OrderStatus::paying);
    EXPECT_EQ(done(news(attempt, PaymentNews::declined)).status, OrderStatus::cancelled);
    office.now += 24h - 1ms;
    EXPECT_EQ(status(open), OrderStatus::cancelled);
    office.now += 1ms;
    refused(news(attempt, PaymentNews::succeeded, 5'000), "payment_not_found");
}

TEST_F(PlacedOrders, are_read_by_their_owner_and_by_the_organisers_of_the_event) {
    const auto order = place(hold("ann", {0}));
    const auto id = order.order.id;
    const auto& state = office.inventory();
    EXPECT_EQ(read_order(state, office.now, id, "ann").value, order);
    EXPECT_EQ(read_order(state, office.now, id, "bob").value, std::nullopt);
    EXPECT_EQ(read_order(state, office.now, OrderId{{99, 1}}, "ann").value, std::nullopt);
    const Organizer stranger{"stranger", false};
    const Page page{.limit = 9};
    EXPECT_EQ(read_event_order(state, office.now, id, BoxOffice::owner()).value, order);
    EXPECT_EQ(read_event_order(state, office.now, id, stranger).value, std::nullopt);
    EXPECT_EQ(
        read_event_orders(state, office.now, event, stranger, {}, page, 100).value, std::nullopt
    );
    EXPECT_EQ(read_sales(state, office.now, event, stranger).value, std::nullopt);
}

TEST_F(PlacedOrders, are_listed_in_pages) {
    std::vector<OrderId> all;
    for (const auto seat : {0U, 1U, 2U, 3U})
        all.push_back(place(hold("ann", {seat})).order.id);
    place(hold("bob", {4}));
    EXPECT_THAT(listed("ann", {.limit = 2}), ElementsAre(all[3], all[2]));
    EXPECT_THAT(listed("ann", {.limit = 9, .offset = 3}), ElementsAre(all[0]));
    const Page behind{.limit = 1, .offset = 1, .after = Place{all[3].bits()}};
    EXPECT_THAT(listed("ann", behind), ElementsAre(all[1]));
    EXPECT_THAT(listed("cid"), IsEmpty());

    EXPECT_THAT(of_event(), SizeIs(5));
    EXPECT_THAT(of_event({}, {.limit = 2}), ElementsAre(all[0], all[1]));
    const Page next{.limit = 2, .offset = 1, .after = Place{all[0].bits()}};
    EXPECT_THAT(of_event({}, next), ElementsAre(all[2], all[3]));
    const auto third = as_read(all[2]);
    done(success(start(third)));
    EXPECT_THAT(of_event(OrderStatus::paid), ElementsAre(all[2]));
    EXPECT_THAT(of_event(OrderStatus::created, {.limit = 1, .offset = 2}), ElementsAre(all[3]));
    EXPECT_THAT(of_event(OrderStatus::refunded), IsEmpty());
}

TEST_F(PlacedOrders, are_looked_through_in_parts_if_they_are_many) {
    std::vector<OrderId> all;
    for (const auto seat : {0U, 1U, 2U, 3U, 4U})
        all.push_back(place(hold("buyer " + std::to_string(seat), {seat})).order.id);
    done(success(start(as_read(all[3]))));
    const auto look = [&](OrderStatus only, Page page) {
        return read_event_orders(
                   office.inventory(), office.now, event, BoxOffice::owner(), only, page, 2
        )
            .value.value();
    };
    const auto first = look(OrderStatus::paid, {.limit = 1});
    EXPECT_THAT(first.some, IsEmpty());
    EXPECT_EQ(first.rest, (Page{.limit = 1, .after = Place{all[1].bits()}}));
    const auto second = look(OrderStatus::paid, *first.rest);
    EXPECT_THAT(second.some, ElementsAre(as_read(all[3])));
    EXPECT_EQ(second.rest, std::nullopt) << "the page is complete";

    const auto skipping = look(OrderStatus::created, {.limit = 2, .offset = 1});
    EXPECT_THAT(skipping.some, ElementsAre(as_read(all[1])));
    EXPECT_EQ(skipping.rest, (Page{.limit = 1, .after = Place{all[1].bits()}}));
}

TEST_F(PlacedOrders, go_on_behind_a_cursor_that_has_left) {
    const auto first = buy("ann", {0}).order.id;
    const auto second = place(hold("ann", {1}));
    EXPECT_TRUE(office.cancel(reservation(second)));
    const auto third = buy("ann", {2}).order.id;
    const Page behind{.limit = 9, .after = Place{second.order.id.bits()}};
    const auto expect_pages = [&] {
        EXPECT_THAT(listed("ann", behind), ElementsAre(first));
        EXPECT_THAT(of_event({}, behind), ElementsAre(third));
    };
    expect_pages();
    office.now += 25h;
    office.hold(event, "bob", {3});
    ASSERT_EQ(office.inventory().orders().size(), 2U);
    expect_pages();
}

TEST_F(PlacedOrders, need_a_journal_that_permits_their_format) {
    const auto held = hold("ann", {0});
    Inventory old;
    for (const auto& fact : office.history())
        if (!std::holds_alternative<FormatRaised>(fact.body) &&
            !std::holds_alternative<CategoryAdded>(fact.body))
            evolve(old, fact);
    const auto command = placing(held);
    const auto decision = decide(old, command, office.now);
    EXPECT_EQ(answer(decision.outcome), "format_too_low");
    EXPECT_EQ(decision.outcome.error().limit, 2);
    EXPECT_THAT(decide_and_raise(old, command, office.now).facts, SizeIs(2));
}

TEST_F(PlacedOrders, once_somebody_tried_to_pay_keep_the_event_and_its_terms) {
    auto spec = paid();
    spec.currency = Currency::parse("EUR").value();
    const auto order = place(hold("ann", {0}));
    const auto attempt = start(order);
    office.now = reservation(order).expires_at;
    refused(UpdateEvent{event, BoxOffice::owner(), spec, {}}, "event_has_sales");
    refused(DeleteEvent{event, BoxOffice::owner(), {}}, "event_has_sales");
    done(news(attempt, PaymentNews::declined));
    EXPECT_EQ(office.sweep(), 1U);
    refused(UpdateEvent{event, BoxOffice::owner(), spec, {}}, "event_has_sales");
    office.now += 24h;
    EXPECT_TRUE(office.update(event, spec));
    EXPECT_TRUE(office.remove(event));
}

TEST_F(PlacedOrders, that_nobody_tried_to_pay_dont_keep_the_event) {
    const auto command = placing(hold("ann", {0}));
    const auto order = done(command);
    EXPECT_TRUE(office.cancel(reservation(order)));
    EXPECT_TRUE(office.remove(event));
    EXPECT_EQ(as_read(order), OrderView{});
    EXPECT_THAT(listed("ann"), ElementsAre(order.order.id));
    EXPECT_EQ(answer(office.act(command)), "replayed");
    office.now += 24h;
    office.open(1);
    office.open(1);
    EXPECT_EQ(office.inventory().orders().size(), 0U);
}

TEST_F(PlacedOrders, are_summed_up_by_the_hour) {
    office.now += 30min;
    const auto from = kOpening;
    buy("ann", {0});
    buy("bob", {1, 2}, {{"Floor", 1}});
    office.now += 30min;
    const auto third = buy("cid", {3});
    const auto report = sales();
    EXPECT_EQ(report.orders, 3U);
    EXPECT_EQ(report.tickets, 5U);
    EXPECT_EQ(report.captured, 23'000);
    EXPECT_EQ(report.refunded, 0);
    EXPECT_THAT(
        report.curve,
        ElementsAre(SalesPoint{from, 2, 4, 18'000}, SalesPoint{from + 1h, 1, 1, 5'000})
    );
    give_back(done(returning(third)).order.refunds[0]);
    EXPECT_EQ(sales().orders, 3U) << "what was sold stays in the report";
    EXPECT_EQ(sales().captured, 23'000);
    EXPECT_EQ(sales().refunded, 5'000);
}

TEST_F(PlacedOrders, of_any_worth_have_a_sum) {
    const EventId dear{{77, 1}};
    Inventory inventory;
    std::uint64_t seq = 0;
    const auto tell = [&](FactBody body) {
        evolve(inventory, {.seq = ++seq, .at = kOpening, .event = dear, .body = std::move(body)});
    };
    tell(FormatRaised{2});
    tell(EventCreated{paid(), "house"});
    for (std::uint64_t i = 1; i <= 3; ++i) {
        // An order may be paid five times, so three such orders exceed what an Amount can say.
        const auto amount = std::numeric_limits<Amount>::max() / 6;
        tell(CategoryAdded{{"c" + std::to_string(i), amount, 10}});
        tell(ReservationHeld{
            .reservation = ReservationId{{1, i}},
            .user = "ann",
            .total_amount = amount,
            .expires_at = kOpening + 10min,
            .request = {{2, i}, {}},
            .items = {{"c" + std::to_string(i), 1, amount}},
        });
        tell(OrderPlaced{
            OrderId{{1, i}},
            ReservationId{{1, i}},
            {{LineKind::category, {}, "c" + std::to_string(i), 1, amount, amount}},
            amount,
            {{3, i}, {}},
        });
        for (std::uint64_t attempt = 1; attempt <= 5; ++attempt) {
            tell(PaymentIntended{
                .order = OrderId{{1, i}},
                .payment = PaymentId{{i, attempt}},
                .pinned_until = kOpening + 10min,
            });
            tell(PaymentSucceeded{OrderId{{1, i}}, PaymentId{{i, attempt}}, {}});
            if (attempt == 1) tell(ReservationConfirmed{ReservationId{{1, i}}});
        }
    }
    inventory.verify();
    const auto report = read_sales(inventory, kOpening, dear, BoxOffice::owner()).value.value();
    EXPECT_EQ(report.orders, 3U);
    EXPECT_EQ(report.captured, std::numeric_limits<Amount>::max());
}

}  // namespace
}  // namespace frontrow::domain
