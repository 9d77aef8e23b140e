#include "order_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

// Refunds by organisers: whole or in part, with or without a return to sale.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Refunding : public OrderOffice {
protected:
    OrderView order = buy("ann", {0, 1}, {{"Floor", 2}});

    Refund fail(const Refund& of) {
        const auto view = done(failure(of));
        return *std::ranges::find(view.order.refunds, of.id, &Refund::id);
    }
};

TEST_F(Refunding, begins_with_an_intent_and_leaves_the_seats_until_the_money_is_back) {
    const auto command = returning(order);
    office.now += 1min;
    const auto view = done(command);
    EXPECT_EQ(office.facts_of_last(), 1U);
    EXPECT_EQ(view.status, OrderStatus::refunding);
    EXPECT_THAT(
        view.order.refunds,
        ElementsAre(Refund{
            .id = command.refund,
            .payment = order.order.payments[0].id,
            .amount = 16'000,
            .seats = ids({0, 1}),
            .items = {{"Floor", 2, 3'000}},
            .returns_to_sale = true,
            .by = "house",
            .started_at = office.now,
            .request = command.request,
            .tickets = {1, 2, 3, 4},
        })
    );
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    EXPECT_EQ(reservation(order).status, ReservationStatus::confirmed);
    ASSERT_THAT(unfinished().refunds, SizeIs(1));
    EXPECT_EQ(unfinished().refunds[0].payment_reference, "ref");
    EXPECT_EQ(unfinished().refunds[0].provider, "bank");
    EXPECT_EQ(unfinished().oldest_since, office.now);

    office.now += 1min;
    const auto settled = give_back(view.order.refunds[0]);
    EXPECT_EQ(settled.status, OrderStatus::refunded);
    EXPECT_EQ(settled.order.refunds[0].settled_at, office.now);
    EXPECT_EQ(settled.order.refunds[0].reference, "ref");
    EXPECT_EQ(reservation(order).status, ReservationStatus::cancelled);
    EXPECT_EQ(seat(0), SeatStatus::available);
    EXPECT_EQ(left(), 5U);
    EXPECT_THAT(unfinished().refunds, IsEmpty());
    buy("bob", {0, 1}, {{"Floor", 4}});
}

TEST_F(Refunding, of_a_part_takes_only_that_out_of_the_reservation) {
    const auto part = done(returning(order, ids({1}), {{"Floor", 1}})).order.refunds[0];
    EXPECT_EQ(part.amount, 8'000);
    const auto view = give_back(part);
    EXPECT_EQ(view.status, OrderStatus::paid);
    const auto now = reservation(order);
    EXPECT_EQ(now.status, ReservationStatus::confirmed);
    EXPECT_EQ(now.seats, ids({0}));
    EXPECT_THAT(now.items, ElementsAre(Item{"Floor", 1, 3'000}));
    EXPECT_EQ(now.total_amount, 8'000);
    EXPECT_EQ(seat(1), SeatStatus::available);
    EXPECT_EQ(left(), 4U);
    const auto rest = done(returning(order)).order.refunds[1];
    EXPECT_EQ(rest.amount, 8'000);
    EXPECT_EQ(rest.seats, ids({0}));
    EXPECT_THAT(rest.items, ElementsAre(Item{"Floor", 1, 3'000}));
    EXPECT_EQ(give_back(rest).status, OrderStatus::refunded);
    EXPECT_EQ(reservation(order).status, ReservationStatus::cancelled);
    EXPECT_EQ(reservation(order).seats, ids({0}));
}

TEST_F(Refunding, in_parts_at_once_returns_each_when_its_money_is_back) {
    const auto first = done(returning(order, ids({0}), {{"Floor", 2}})).order.refunds[0];
    const auto second = done(returning(order, ids({1}))).order.refunds[1];
    EXPECT_EQ(first.amount, 11'000);
    refused(refund(order), "nothing_to_refund");
    ASSERT_THAT(unfinished().refunds, SizeIs(2));
    EXPECT_EQ(unfinished().refunds[0].refund.id, first.id);
    EXPECT_EQ(give_back(second).status, OrderStatus::refunding);
    EXPECT_EQ(reservation(order).seats, ids({0}));
    EXPECT_EQ(give_back(first).status, OrderStatus::refunded);
    EXPECT_EQ(reservation(order).status, ReservationStatus::cancelled);
}

TEST_F(Refunding, keeps_the_seats_sold_unless_they_are_to_return) {
    const auto kept = done(refund(order, ids({0}))).order.refunds[0];
    EXPECT_FALSE(kept.returns_to_sale);
    give_back(kept);
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    // The rest returns, and the seat that was kept stays with the reservation.
    give_back(done(returning(order)).order.refunds[1]);
    EXPECT_EQ(status(order), OrderStatus::refunded);
    EXPECT_EQ(reservation(order).status, ReservationStatus::confirmed);
    EXPECT_EQ(reservation(order).seats, ids({0}));
    EXPECT_EQ(seat(1), SeatStatus::available);
}

TEST_F(Refunding, names_only_what_the_order_still_has) {
    EXPECT_EQ(
        refused(refund(order, ids({0, 2})), "not_in_order").subject,
        office.seat(event, 2).to_string()
    );
    refused(refund(order, ids({0, 0})), "not_in_order");
    EXPECT_EQ(refused(refund(order, {}, {{"Floor", 3}}), "not_in_order").subject, "Floor");
    EXPECT_EQ(refused(refund(order, {}, {{"Lawn", 1}}), "not_in_order").subject, "Lawn");
    const auto open = done(refund(order, ids({0}), {{"Floor", 1}})).order.refunds[0];
    refused(refund(order, ids({0})), "not_in_order");
    refused(refund(order, {}, {{"Floor", 2}}), "not_in_order");
    EXPECT_EQ(fail(open).failure_code, "account closed");
    done(refund(order, ids({0}), {{"Floor", 2}}));
}

TEST_F(Refunding, gives_nothing_back_twice) {
    give_back(done(refund(order)).order.refunds[0]);
    refused(refund(order), "nothing_to_refund");
    refused(refund(order, ids({0})), "nothing_to_refund");
    EXPECT_EQ(refunded(as_read(order).order), 16'000);
}

TEST_F(Refunding, is_only_for_orders_that_were_paid) {
    const auto unpaid = place(hold("bob", {2}));
    refused(refund(unpaid), "nothing_to_refund");
    start(unpaid);
    refused(refund(unpaid), "nothing_to_refund");
}

TEST_F(Refunding, is_for_organisers_of_the_event) {
    auto command = refund(order);
    command.by = {"stranger", false};
    refused(command, "order_not_found");
    command.by = {"ann", false};
    refused(command, "order_not_found");
    command.by = {"root", true};
    command.order = OrderId{{99, 1}};
    refused(command, "order_not_found");
    command.order = order.order.id;
    EXPECT_EQ(done(command).order.refunds[0].by, "root");
}

TEST_F(Refunding, may_fail_and_be_tried_again) {
    const auto first = done(returning(order)).order.refunds[0];
    office.now += 1min;
    const auto failed = fail(first);
    EXPECT_EQ(failed.status, RefundStatus::failed);
    EXPECT_EQ(failed.settled_at, office.now);
    EXPECT_EQ(status(order), OrderStatus::paid);
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    const auto second = done(returning(order)).order.refunds[1];
    EXPECT_EQ(second.amount, 16'000);
    give_back(second);
    EXPECT_EQ(status(order), OrderStatus::refunded);
    EXPECT_EQ(seat(0), SeatStatus::available);
}

TEST_F(Refunding, is_no_business_of_another_provider) {
    const auto open = done(returning(order)).order.refunds[0];
    for (auto news : {given_back(open), failure(open)}) {
        news.provider = "another";
        refused(news, "refund_not_found");
    }
    EXPECT_EQ(status(order), OrderStatus::refunding);
    give_back(open);
}

TEST_F(Refunding, is_told_twice_and_done_once) {
    const auto open = done(returning(order)).order.refunds[0];
    give_back(open);
    ignored(given_back(open));
    EXPECT_EQ(status(order), OrderStatus::refunded);
    const auto other = done(refund(buy("bob", {2}))).order.refunds[0];
    fail(other);
    ignored(failure(other));
}

TEST_F(Refunding, that_failed_can_have_succeeded_after_all) {
    const auto first = done(returning(order, ids({0}), {{"Floor", 1}})).order.refunds[0];
    fail(first);
    office.now += 1min;
    const auto view = done(given_back(first));
    EXPECT_EQ(view.order.refunds[0].status, RefundStatus::succeeded);
    EXPECT_EQ(view.order.refunds[0].settled_at, office.now);
    EXPECT_EQ(view.order.refunds[0].failure_code, "");
    EXPECT_EQ(seat(0), SeatStatus::available);
    EXPECT_EQ(left(), 4U);
    EXPECT_EQ(refunded(view.order), 8'000);
    refused(refund(order, ids({0})), "not_in_order");
    EXPECT_EQ(done(refund(order)).order.refunds[1].amount, 8'000);
}

TEST_F(Refunding, that_failed_can_not_have_succeeded_beside_another_of_the_same) {
    const auto whole = done(returning(order)).order.refunds[0];
    fail(whole);
    const auto part = done(returning(order, ids({0}))).order.refunds[1];
    refused(given_back(whole), "refunded_otherwise");
    give_back(part);
    refused(given_back(whole), "refunded_otherwise");
    const auto units = done(returning(order, {}, {{"Floor", 2}})).order.refunds[2];
    fail(units);
    const auto one = done(returning(order, {}, {{"Floor", 1}})).order.refunds[3];
    refused(given_back(units), "refunded_otherwise");
    fail(one);
    done(given_back(units));
    refused(given_back(one), "refunded_otherwise");
    EXPECT_EQ(reservation(order).seats, ids({1}));
    EXPECT_THAT(reservation(order).items, IsEmpty());
}

TEST_F(Refunding, may_fail_after_it_had_succeeded) {
    const auto first = done(refund(order)).order.refunds[0];
    EXPECT_EQ(give_back(first).status, OrderStatus::refunded);
    office.now += 1min;
    auto answer = failure(first);
    answer.is_answer = true;
    ignored(answer);
    const auto view = done(failure(first));
    EXPECT_EQ(view.order.refunds[0].status, RefundStatus::failed);
    EXPECT_EQ(view.order.refunds[0].failure_code, "account closed");
    EXPECT_EQ(view.order.refunds[0].settled_at, office.now);
    EXPECT_EQ(view.status, OrderStatus::paid) << "the buyer has the tickets, and we the money";
    EXPECT_EQ(sales().refunded, 0);
    // The provider's earlier word, told once more.
    ignored(given_back(first));
    ignored(failure(first));
    EXPECT_EQ(done(returning(order, ids({1}))).order.refunds[1].amount, 5'000);
}

TEST_F(Refunding, whose_money_came_back_leaves_the_tickets_on_sale_and_owes_their_price) {
    const auto first = done(returning(order, ids({0}), {{"Floor", 1}})).order.refunds[0];
    give_back(first);
    const auto bobs = buy("bob", {0});
    const auto view = done(failure(first));
    EXPECT_EQ(view.status, OrderStatus::refunding) << "the money is the buyer's";
    EXPECT_EQ(reservation(order).seats, ids({1}));
    refused(refund(order, ids({0})), "not_in_order");
    refused(refund(order, {}, {{"Floor", 2}}), "not_in_order");

    // Without a name, the money that is owed goes back, and not the tickets that are left.
    const auto again = done(returning(order)).order.refunds[1];
    EXPECT_EQ(again.amount, 8'000);
    EXPECT_THAT(again.seats, IsEmpty());
    EXPECT_FALSE(again.returns_to_sale);
    EXPECT_EQ(give_back(again).status, OrderStatus::paid);
    const auto rest = done(returning(order)).order.refunds[2];
    EXPECT_EQ(rest.amount, 8'000);
    EXPECT_EQ(rest.seats, ids({1}));
    EXPECT_EQ(give_back(rest).status, OrderStatus::refunded);
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    EXPECT_EQ(status(bobs), OrderStatus::paid);
    EXPECT_EQ(sales().refunded, 16'000);
}

TEST_F(Refunding, whose_money_came_back_and_was_given_back_otherwise_needs_no_second_success) {
    const auto first = done(returning(order)).order.refunds[0];
    give_back(first);
    EXPECT_EQ(done(failure(first)).status, OrderStatus::refunding);
    auto by_hand = given_back(first);
    by_hand.by = "root";
    const auto again = done(refund(order)).order.refunds[1];
    refused(by_hand, "refunded_otherwise");
    fail(again);
    EXPECT_EQ(done(by_hand).status, OrderStatus::refunded) << "a person knows better";
    EXPECT_EQ(reservation(order).status, ReservationStatus::cancelled);
    refused(given_back(again), "refunded_otherwise");
    refused(refund(order), "nothing_to_refund");
}

TEST_F(Refunding, that_a_person_has_settled_is_undone_by_a_person_alone) {
    const auto first = done(refund(order)).order.refunds[0];
    fail(first);
    auto by_hand = given_back(first);
    by_hand.by = "root";
    EXPECT_EQ(done(by_hand).status, OrderStatus::refunded) << "by bank transfer";
    ignored(failure(first));
    auto undone = failure(first);
    undone.by = "root";
    EXPECT_EQ(done(undone).status, OrderStatus::paid);
}

TEST_F(Refunding, of_a_disputed_payment_must_be_meant) {
    const auto attempt = order.order.payments[0];
    done(news(attempt, PaymentNews::disputed));
    auto command = refund(order);
    refused(command, "payment_disputed");
    refused(refund(order, ids({0})), "payment_disputed");
    refused(refund(order, ids({5})), "not_in_order");
    command.despite_dispute = true;
    done(command);
    const auto bobs = buy("bob", {2});
    done(news(bobs.order.payments[0], PaymentNews::disputed));
    done(news(bobs.order.payments[0], PaymentNews::undisputed));
    done(refund(bobs));
}

TEST_F(Refunding, that_is_open_is_not_asked_for_while_the_buyer_disputes_the_payment) {
    const auto attempt = order.order.payments[0];
    const auto open = done(refund(order, ids({0}))).order.refunds[0];
    ASSERT_THAT(unfinished().refunds, SizeIs(1));
    office.now += 1ms;
    done(news(attempt, PaymentNews::disputed));
    EXPECT_THAT(unfinished().refunds, IsEmpty());
    EXPECT_EQ(unfinished().oldest_since, std::nullopt);
    EXPECT_EQ(status(order), OrderStatus::refunding);
    auto meant = refund(order, ids({1}));
    meant.despite_dispute = true;
    const auto second = done(meant).order.refunds[1];
    ASSERT_THAT(unfinished().refunds, SizeIs(1));
    EXPECT_EQ(unfinished().refunds[0].refund, second);
    give_back(second);
    done(news(attempt, PaymentNews::undisputed));
    ASSERT_THAT(unfinished().refunds, SizeIs(1));
    EXPECT_EQ(unfinished().refunds[0].refund, open);
    // The provider may have carried it out before the dispute.
    office.now += 1ms;
    done(news(attempt, PaymentNews::disputed));
    give_back(open);
    EXPECT_THAT(unfinished().refunds, IsEmpty());
}

TEST_F(Refunding, that_is_withheld_is_settled_by_a_person_and_started_again) {
    const auto open = done(refund(order)).order.refunds[0];
    office.now += 1ms;
    done(news(order.order.payments[0], PaymentNews::disputed));
    auto again = refund(order);
    again.despite_dispute = true;
    refused(again, "nothing_to_refund");
    auto by_hand = failure(open);
    by_hand.by = "root";
    done(by_hand);
    const auto meant = done(again).order.refunds[1];
    ASSERT_THAT(unfinished().refunds, SizeIs(1));
    EXPECT_EQ(unfinished().refunds[0].refund, meant);
}

TEST_F(Refunding, that_began_by_itself_is_not_asked_for_either) {
    const auto placed = place(hold("bob", {2}));
    const auto early = start(placed);
    done(news(early, PaymentNews::declined));
    done(success(start(placed)));
    done(news(early, PaymentNews::disputed));
    office.now += 1ms;
    EXPECT_EQ(done(success(early)).status, OrderStatus::refunding);
    EXPECT_THAT(unfinished().refunds, IsEmpty());
    done(news(early, PaymentNews::undisputed));
    EXPECT_THAT(unfinished().refunds, SizeIs(1));
}

TEST_F(Refunding, that_names_nothing_passes_over_a_disputed_payment) {
    const auto placed = place(hold("bob", {2}));
    const auto early = start(placed);
    done(news(early, PaymentNews::declined));
    done(success(start(placed)));
    done(failure(done(success(early)).order.refunds[0]));
    done(news(early, PaymentNews::disputed));
    const auto second = done(refund(placed)).order.refunds[1];
    EXPECT_NE(second.payment, early.id) << "the tickets' money isn't disputed";
    give_back(second);
    refused(refund(placed), "payment_disputed");
    auto meant = refund(placed);
    meant.despite_dispute = true;
    EXPECT_EQ(done(meant).order.refunds[2].payment, early.id);
}

TEST_F(Refunding, by_the_box_office_is_no_business_of_a_provider) {
    const auto sold = done(sale({4}, PaymentMethod::cash));
    auto command = failure(done(refund(sold)).order.refunds[0]);
    for (const std::string who : {"bank", ""}) {
        command.provider = who;
        refused(command, "refund_not_found");
    }
}

TEST_F(Refunding, by_two_runners_starts_once) {
    auto command = refund(order);
    command.request.reset();
    done(command);
    ignored(command);
    give_back(as_read(order).order.refunds[0]);
    ignored(command);
    EXPECT_THAT(as_read(order).order.refunds, SizeIs(1));
}

TEST_F(Refunding, under_a_key_is_done_once_and_answered_as_it_is_now) {
    const auto command = refund(order, ids({0}));
    done(command);
    const auto expect_replayed = [&](OrderStatus status) {
        auto again = command;
        again.refund = RefundId{new_id()};
        const auto outcome = office.act(again);
        EXPECT_EQ(answer(outcome), "replayed");
        EXPECT_EQ(std::get<OrderView>(outcome->entity), as_read(order));
        EXPECT_EQ(as_read(order).status, status);
    };
    expect_replayed(OrderStatus::refunding);
    give_back(as_read(order).order.refunds[0]);
    office.now += std::chrono::days{3};
    expect_replayed(OrderStatus::paid);
    auto other = command;
    other.request->content = {8, 8};
    refused(other, "idempotency_key_reused");
    auto pays = payment(order);
    pays.request = *command.request;
    refused(pays, "idempotency_key_reused");
}

TEST_F(Refunding, gives_back_the_price_of_each_unit_the_last_claimed_first) {
    const auto held = hold("bob", {}, {{"Floor", 1}});
    EXPECT_TRUE(office.act(ChangeCategory{event, BoxOffice::owner(), {"Floor", 1'000, 5}}));
    EXPECT_TRUE(office.act(
        ChangeReservation{.reservation = held.id, .user = "bob", .add_items = {{"Floor", 2}}}
    ));
    const auto bobs = done(success(start(place(held))));
    EXPECT_EQ(bobs.order.amount, 5'000);
    EXPECT_THAT(bobs.order.lines, SizeIs(2));
    const auto part = done(returning(bobs, {}, {{"Floor", 2}})).order.refunds[0];
    EXPECT_EQ(part.amount, 2'000);
    give_back(part);
    EXPECT_THAT(reservation(bobs).items, ElementsAre(Item{"Floor", 1, 3'000}));
    EXPECT_EQ(reservation(bobs).total_amount, 3'000);
    const auto rest = done(returning(bobs, {}, {{"Floor", 1}})).order.refunds[1];
    EXPECT_EQ(rest.amount, 3'000);
    give_back(rest);
    EXPECT_EQ(status(bobs), OrderStatus::refunded);
    EXPECT_EQ(reservation(bobs).status, ReservationStatus::cancelled);
}

TEST_F(Refunding, of_what_cost_nothing_asks_no_provider) {
    EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Lawn", 0, 5}}));
    const auto bobs = buy("bob", {2}, {{"Lawn", 1}});
    const auto part = done(returning(bobs, {}, {{"Lawn", 1}}));
    EXPECT_EQ(part.order.refunds[0].status, RefundStatus::succeeded);
    EXPECT_EQ(part.order.refunds[0].amount, 0);
    EXPECT_EQ(part.status, OrderStatus::paid);
    EXPECT_THAT(reservation(bobs).items, IsEmpty());
}

TEST_F(Refunding, leaves_a_reservation_that_the_buyer_cant_undo) {
    refused(CancelReservation{order.order.reservation, "ann"}, "reservation_confirmed");
    give_back(done(returning(order)).order.refunds[0]);
    refused(ConfirmReservation{order.order.reservation, "ann"}, "reservation_cancelled");
    refused(placing(reservation(order)), "reservation_cancelled");
    refused(payment(order), "order_paid");
}

TEST_F(Refunding, makes_room_within_the_limit_of_a_user) {
    auto spec = paid();
    spec.max_seats_per_user = 4;
    EXPECT_TRUE(office.update(event, spec));
    refused(office.wish(event, "ann", {5}), "user_limit_reached");
    give_back(done(refund(order, ids({0}))).order.refunds[0]);
    refused(office.wish(event, "ann", {5}), "user_limit_reached");
    give_back(done(returning(order, ids({1}))).order.refunds[1]);
    hold("ann", {5});
}

}  // namespace
}  // namespace frontrow::domain
