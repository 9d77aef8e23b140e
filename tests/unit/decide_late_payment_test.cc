#include "order_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

// Payments that succeed when the hold has ended, when the order was paid already, or when it was
// given up: the buyer gets the same seats and units, or the money back.

namespace frontrow::domain {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class LatePayment : public OrderOffice {
protected:
    Reservation held = hold("ann", {0, 1}, {{"Floor", 2}});
    OrderView order = place(held);
    Payment attempt = start(order);
    Instant end = attempt.pinned_until;

    void begin_anew() {
        event = office.open(10, paid());
        EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Floor", 3'000, 5}}));
        held = hold("ann", {0, 1}, {{"Floor", 2}});
        order = place(held);
        attempt = start(order);
        end = attempt.pinned_until;
    }
    void expect_restored(const OrderView& view) {
        EXPECT_EQ(view.status, OrderStatus::paid);
        EXPECT_THAT(view.order.refunds, IsEmpty());
        EXPECT_EQ(view.order.closed_at, std::nullopt);
        const auto now = reservation(view);
        EXPECT_EQ(now.status, ReservationStatus::confirmed);
        EXPECT_EQ(now.confirmed_at, office.now);
        EXPECT_EQ(now.seats, held.seats);
        EXPECT_EQ(now.items, held.items);
        EXPECT_EQ(seat(0), SeatStatus::confirmed);
    }
    void expect_refunding(const OrderView& view, RefundReason reason, const Payment& of) {
        EXPECT_EQ(view.status, OrderStatus::refunding);
        ASSERT_THAT(view.order.refunds, SizeIs(1));
        EXPECT_EQ(
            view.order.refunds[0],
            (Refund{
                .id = RefundId{of.id.bits()},
                .payment = of.id,
                .reason = reason,
                .amount = view.order.amount,
                .started_at = office.now,
            })
        );
        const auto todo = unfinished().refunds;
        ASSERT_THAT(todo, SizeIs(1));
        EXPECT_EQ(
            todo[0],
            (UnfinishedRefund{view.order.id, Currency{}, view.order.refunds[0], "ref", "bank"})
        );
    }
};

TEST_F(LatePayment, at_the_last_instant_of_the_hold_is_not_late) {
    office.now = end - 1ms;
    expect_restored(done(success(attempt)));
    EXPECT_EQ(office.facts_of_last(), 2U);
}

TEST_F(LatePayment, takes_the_same_seats_and_units_if_they_are_free) {
    for (const auto delay : {0ms, 1ms, Millis{1h}}) {
        for (const bool lapses : {false, true}) {
            for (const bool is_swept : {false, true}) {
                SCOPED_TRACE(delay.count());
                begin_anew();
                office.now = end + delay;
                if (lapses) EXPECT_TRUE(office.lapse(10));
                if (is_swept) office.sweep();
                EXPECT_EQ(status(order), OrderStatus::paying);
                expect_restored(done(success(attempt)));
                EXPECT_EQ(office.facts_of_last(), is_swept ? 2U : 3U);
                EXPECT_EQ(left(), 3U);
                ignored(success(attempt));
            }
        }
    }
}

TEST_F(LatePayment, is_refunded_if_a_seat_is_taken) {
    office.now = end;
    hold("bob", {1});
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
    EXPECT_EQ(seat(0), SeatStatus::available) << "all or nothing";
    EXPECT_EQ(left(), 5U);
    EXPECT_EQ(reservation(order).status, ReservationStatus::expired);
    EXPECT_EQ(sales().orders, 0U);
    EXPECT_EQ(sales().captured, 16'000);
    ignored(success(attempt));
    EXPECT_EQ(give_back(as_read(order).order.refunds[0]).status, OrderStatus::refunded);
    EXPECT_EQ(sales().refunded, 16'000);
    EXPECT_THAT(unfinished().refunds, IsEmpty());
}

TEST_F(LatePayment, is_refunded_if_units_are_taken) {
    office.now = end;
    hold("bob", {}, {{"Floor", 4}});
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
}

TEST_F(LatePayment, ends_the_holds_of_others_that_have_run_out_too) {
    office.now = end;
    const auto bobs = hold("bob", {1}, {{"Floor", 4}});
    office.now = bobs.expires_at;
    expect_restored(done(success(attempt)));
    EXPECT_EQ(office.status(bobs), ReservationStatus::expired);
    EXPECT_EQ(left(), 3U);
}

TEST_F(LatePayment, is_refunded_if_the_buyer_would_have_more_than_one_may) {
    auto spec = paid();
    spec.max_seats_per_user = 4;
    EXPECT_TRUE(office.update(event, spec));
    office.now = end;
    hold("ann", {2});
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
}

TEST_F(LatePayment, is_restored_up_to_the_limit_of_a_user) {
    auto spec = paid();
    spec.max_seats_per_user = 5;
    EXPECT_TRUE(office.update(event, spec));
    office.now = end;
    hold("ann", {2});
    expect_restored(done(success(attempt)));
}

TEST_F(LatePayment, after_a_decline_counts) {
    done(news(attempt, PaymentNews::declined));
    office.now += 1min;
    const auto view = done(success(attempt));
    expect_restored(view);
    EXPECT_EQ(view.order.payments[0].decline_code, "");
    EXPECT_EQ(view.order.payments[0].settled_at, office.now);
    EXPECT_EQ(office.facts_of_last(), 2U);
}

TEST_F(LatePayment, after_a_decline_and_the_end_of_the_hold_counts) {
    done(news(attempt, PaymentNews::declined));
    office.now = end;
    EXPECT_EQ(office.sweep(), 1U);
    EXPECT_EQ(as_read(order).order.closed_at, end);
    expect_restored(done(success(attempt)));
}

TEST_F(LatePayment, is_refunded_if_another_attempt_was_paid) {
    done(news(attempt, PaymentNews::declined));
    const auto second = start(order);
    EXPECT_EQ(done(success(second)).status, OrderStatus::paid);
    const auto view = done(success(attempt));
    expect_refunding(view, RefundReason::paid_twice, attempt);
    EXPECT_EQ(reservation(order).status, ReservationStatus::confirmed);
    EXPECT_EQ(captured(view.order), 32'000);
    const auto settled = give_back(view.order.refunds[0]);
    EXPECT_EQ(settled.status, OrderStatus::paid) << "the buyer has paid once";
    EXPECT_EQ(sales().orders, 1U);
    EXPECT_EQ(sales().captured - sales().refunded, 16'000);
    // The one that sold the tickets can still be refunded.
    const auto left = done(refund(order)).order.refunds[1];
    EXPECT_EQ(left.payment, second.id);
    EXPECT_EQ(give_back(left).status, OrderStatus::refunded);
}

TEST_F(LatePayment, pays_the_order_although_another_attempt_is_open) {
    done(news(attempt, PaymentNews::declined));
    const auto second = start(order);
    EXPECT_EQ(done(success(attempt)).status, OrderStatus::paid);
    refused(payment(order), "payment_in_progress");
    EXPECT_THAT(unfinished().payments, SizeIs(1));
    expect_refunding(done(success(second)), RefundReason::paid_twice, second);
    refused(payment(order), "order_paid");
}

TEST_F(LatePayment, is_refunded_if_the_buyer_has_cancelled) {
    done(news(attempt, PaymentNews::declined));
    EXPECT_TRUE(office.cancel(held));
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
    EXPECT_EQ(seat(0), SeatStatus::available);
}

TEST_F(LatePayment, is_refunded_if_the_buyer_has_changed_the_reservation) {
    done(news(attempt, PaymentNews::declined));
    const ChangeReservation change{
        .reservation = held.id, .user = "ann", .remove_seats = {office.seat(event, 1)}
    };
    EXPECT_TRUE(office.act(change));
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
    EXPECT_EQ(reservation(order).status, ReservationStatus::pending);
    // The hold goes on, and can be paid for by another order.
    const auto next = place(held);
    EXPECT_EQ(done(success(start(next))).status, OrderStatus::paid);
}

TEST_F(LatePayment, is_refunded_if_the_reservation_had_changed_before_it_ran_out) {
    done(news(attempt, PaymentNews::declined));
    const ChangeReservation change{
        .reservation = held.id, .user = "ann", .remove_seats = {office.seat(event, 1)}
    };
    EXPECT_TRUE(office.act(change));
    office.now = end;
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
}

TEST_F(LatePayment, of_an_earlier_order_is_refunded) {
    done(news(attempt, PaymentNews::declined));
    const auto add_or_remove = [&](bool adds) {
        ChangeReservation change{.reservation = held.id, .user = "ann"};
        (adds ? change.add_seats : change.remove_seats) = ids({1});
        EXPECT_TRUE(office.act(change));
    };
    add_or_remove(false);
    add_or_remove(true);
    const auto second = place(held);
    office.now = end;
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
    EXPECT_EQ(status(second), OrderStatus::cancelled);
}

TEST_F(LatePayment, takes_back_what_its_allocation_holds_back) {
    const RequestMark code{.key = {7, 1}, .content = {7, 2}};
    EXPECT_TRUE(office.act(AddAllocation{
        event, BoxOffice::owner(), {.name = "press", .seats = ids({5, 6}), .codes = {code.key}}
    }));
    const auto reserve = [&](std::string user, Indices seats) {
        auto wish = office.wish(event, std::move(user), seats);
        wish.access_code = code.key;
        return std::get<Reservation>(office.act(wish).value().entity);
    };
    held = reserve("bob", {5});
    order = place(held);
    attempt = start(order);
    office.now = attempt.pinned_until;
    EXPECT_EQ(seat(5), SeatStatus::held_back);
    const auto view = done(success(attempt));
    EXPECT_EQ(view.status, OrderStatus::paid);
    EXPECT_EQ(seat(5), SeatStatus::confirmed);
    const auto used = [&] {
        return office.inventory()
            .list_allocations(*office.inventory().plans().find(event), office.now)
            .front()
            .used;
    };
    EXPECT_EQ(used(), 1U);
    // Sold seats that return to sale are held back again.
    give_back(done(returning(view)).order.refunds[0]);
    EXPECT_EQ(seat(5), SeatStatus::held_back);
    EXPECT_EQ(used(), 0U);
    reserve("cid", {5, 6});
}

TEST_F(LatePayment, is_refunded_if_the_seats_are_held_back_now) {
    office.now = end;
    EXPECT_TRUE(office.act(
        AddAllocation{event, BoxOffice::owner(), {.name = "press", .seats = ids({0}), .codes = {}}}
    ));
    expect_refunding(done(success(attempt)), RefundReason::too_late, attempt);
}

TEST_F(LatePayment, after_its_allocation_has_ended_takes_what_is_on_general_sale) {
    EXPECT_TRUE(office.act(AddAllocation{
        event,
        BoxOffice::owner(),
        {.name = "press", .seats = ids({5}), .until = end, .codes = {{7, 1}}}
    }));
    auto wish = office.wish(event, "bob", {5});
    wish.access_code = Bits128{7, 1};
    held = std::get<Reservation>(office.act(wish).value().entity);
    order = place(held);
    attempt = start(order);
    office.now = attempt.pinned_until;
    EXPECT_EQ(done(success(attempt)).status, OrderStatus::paid);
    EXPECT_EQ(seat(5), SeatStatus::confirmed);
}

TEST_F(LatePayment, whose_refund_has_failed_can_be_refunded_by_an_organiser) {
    office.now = end;
    hold("bob", {1});
    const auto automatic = done(success(attempt)).order.refunds[0];
    EXPECT_EQ(done(failure(automatic)).status, OrderStatus::refunding) << "the buyer has nothing";
    refused(refund(order, ids({0})), "not_in_order");
    const auto again = done(returning(order)).order.refunds[1];
    EXPECT_EQ(again.payment, attempt.id);
    EXPECT_EQ(again.amount, 16'000);
    EXPECT_THAT(again.seats, IsEmpty());
    EXPECT_FALSE(again.returns_to_sale) << "the buyer never had the seats";
    EXPECT_EQ(give_back(again).status, OrderStatus::refunded);
    refused(refund(order), "nothing_to_refund");
    refused(given_back(automatic), "refunded_otherwise");
}

TEST_F(LatePayment, whose_refund_has_failed_is_refunded_before_the_tickets_of_another) {
    done(news(attempt, PaymentNews::declined));
    const auto second = start(order);
    done(success(second));
    const auto twice = done(success(attempt)).order.refunds[0];
    EXPECT_EQ(done(failure(twice)).status, OrderStatus::refunding);
    const auto again = done(returning(order)).order.refunds[1];
    EXPECT_EQ(again.payment, attempt.id);
    EXPECT_THAT(again.seats, IsEmpty());
    EXPECT_EQ(give_back(again).status, OrderStatus::paid);
    EXPECT_EQ(done(returning(order)).order.refunds[2].payment, second.id);
}

TEST_F(LatePayment, whose_refund_has_failed_can_have_been_refunded_after_all) {
    office.now = end;
    hold("bob", {1});
    const auto automatic = done(success(attempt)).order.refunds[0];
    done(failure(automatic));
    EXPECT_EQ(done(given_back(automatic)).status, OrderStatus::refunded);
    EXPECT_EQ(done(failure(automatic)).status, OrderStatus::refunding);
    EXPECT_EQ(give_back(done(refund(order)).order.refunds[1]).status, OrderStatus::refunded);
}

TEST_F(LatePayment, that_was_restored_can_be_refunded_and_is_forgotten_like_any_other) {
    office.now = end;
    expect_restored(done(success(attempt)));
    const auto settled = give_back(done(returning(order)).order.refunds[0]);
    EXPECT_EQ(settled.status, OrderStatus::refunded);
    EXPECT_EQ(reservation(order).status, ReservationStatus::cancelled);
    EXPECT_EQ(reservation(order).confirmed_at, std::nullopt);
    EXPECT_EQ(seat(0), SeatStatus::available);
    const auto ended = office.now;
    office.now = ended + 24h - 1ms;
    EXPECT_EQ(office.status(held), ReservationStatus::cancelled);
    office.now = ended + 24h;
    hold("bob", {0});
    EXPECT_EQ(office.inventory().reservations().index_of(held.id), kNobody);
    EXPECT_EQ(status(order), OrderStatus::refunded) << "an order that took money stays";
}

TEST_F(LatePayment, that_was_restored_stays_when_its_first_end_would_be_forgotten) {
    office.now = end;
    EXPECT_EQ(office.sweep(), 1U);
    office.now += 1h;
    expect_restored(done(success(attempt)));
    office.now = end + 25h;
    hold("bob", {5});
    hold("cid", {6});
    EXPECT_EQ(reservation(order).status, ReservationStatus::confirmed);
}

}  // namespace
}  // namespace frontrow::domain
