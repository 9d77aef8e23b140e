#include "order_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <variant>

// Attempts to pay, and what a provider says of them while the hold runs.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Paying : public OrderOffice {
protected:
    Reservation held = hold("ann", {0, 1}, {{"Floor", 1}});
    OrderView order = place(held);
};

TEST_F(Paying, begins_with_an_attempt_that_has_all_that_is_needed_to_ask) {
    auto command = payment(order);
    command.return_url = "https://shop.example/done";
    const auto view = done(command);
    EXPECT_EQ(view.status, OrderStatus::paying);
    const Payment made{
        .id = command.payment,
        .provider = "bank",
        .token = "tok",
        .return_url = "https://shop.example/done",
        .started_at = office.now,
        .pinned_until = held.expires_at,
        .request = command.request,
    };
    EXPECT_THAT(view.order.payments, ElementsAre(made));
    const auto todo = unfinished();
    EXPECT_THAT(
        todo.payments, ElementsAre(UnfinishedPayment{order.order.id, 13'000, Currency{}, made})
    );
    EXPECT_EQ(todo.oldest_since, office.now);
    EXPECT_EQ(read_payment(office.inventory(), office.now, made.id).value, made);
    EXPECT_EQ(read_payment(office.inventory(), office.now, PaymentId{{99, 1}}).value, std::nullopt);
}

TEST_F(Paying, is_for_the_orders_owner) {
    auto command = payment(order);
    command.user = "bob";
    refused(command, "order_not_found");
    command.user = "ann";
    command.order = OrderId{{99, 1}};
    refused(command, "order_not_found");
}

TEST_F(Paying, forbids_everything_else_until_the_provider_has_decided) {
    auto spec = paid();
    spec.payment = PaymentRule::none;
    const auto open = office.open(4, spec);
    const auto mine = office.hold(open, "ann", {0});
    const auto its_order = place(mine);
    const Command commands[] = {
        ConfirmReservation{mine.id, "ann"},
        CancelReservation{mine.id, "ann"},
        ExtendReservation{mine.id, "ann", 1s},
        ChangeReservation{
            .reservation = mine.id, .user = "ann", .add_seats = {office.seat(open, 1)}
        },
        payment(its_order),
    };
    const auto attempt = start(its_order);
    for (const auto& command : commands)
        refused(command, "payment_in_progress");
    refused(placing(mine), "order_exists");
    const auto other = office.hold(open, "ann", {2});
    EXPECT_TRUE(office.confirm(other)) << "another reservation is free";
    done(news(attempt, PaymentNews::declined));
    EXPECT_TRUE(office.act(commands[2]));
    EXPECT_TRUE(office.act(commands[3]));
    EXPECT_EQ(status(its_order), OrderStatus::cancelled);
}

TEST_F(Paying, succeeds_and_confirms_the_reservation_in_one_batch) {
    const auto attempt = start(order);
    office.now += 1min;
    const auto view = done(success(attempt));
    EXPECT_EQ(office.facts_of_last(), 2U);
    EXPECT_EQ(view.status, OrderStatus::paid);
    EXPECT_EQ(view.order.payments[0].status, PaymentStatus::succeeded);
    EXPECT_EQ(view.order.payments[0].settled_at, office.now);
    EXPECT_EQ(view.order.payments[0].reference, "ref");
    EXPECT_EQ(reservation(order).status, ReservationStatus::confirmed);
    EXPECT_EQ(reservation(order).confirmed_at, office.now);
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    EXPECT_THAT(unfinished().payments, IsEmpty());
    EXPECT_EQ(unfinished().oldest_since, std::nullopt);
    refused(payment(order), "order_paid");
    refused(ConfirmReservation{ReservationId{{99, 1}}, "ann"}, "reservation_not_found");
    EXPECT_TRUE(office.confirm(held)) << "it is confirmed already";
    refused(CancelReservation{held.id, "ann"}, "reservation_confirmed");
}

TEST_F(Paying, is_told_twice_and_done_once) {
    const auto attempt = start(order);
    done(success(attempt));
    ignored(success(attempt));
    ignored(news(attempt, PaymentNews::pending));
    ignored(news(attempt, PaymentNews::declined));
    EXPECT_EQ(status(order), OrderStatus::paid);
    EXPECT_EQ(captured(as_read(order).order), 13'000);
}

TEST_F(Paying, refuses_a_success_with_another_amount_or_currency) {
    const auto attempt = start(order);
    for (const Amount amount : {Amount{0}, Amount{12'999}, Amount{13'001}, Amount{-13'000}})
        EXPECT_EQ(
            refused(news(attempt, PaymentNews::succeeded, amount), "amount_differs").limit, 13'000
        );
    const auto euro = Currency::parse("EUR").value();
    refused(news(attempt, PaymentNews::succeeded, 13'000, euro), "amount_differs");
    EXPECT_EQ(status(order), OrderStatus::paying);
    done(success(attempt));
    refused(news(attempt, PaymentNews::succeeded, 1), "amount_differs");
}

TEST_F(Paying, may_be_settled_by_hand) {
    const auto attempt = start(order);
    refused(news(attempt, PaymentNews::succeeded, 12'999), "amount_differs");
    auto declined = news(attempt, PaymentNews::declined);
    declined.by = "root";
    EXPECT_EQ(done(declined).status, OrderStatus::created);
    EXPECT_EQ(std::get<PaymentDeclined>(office.history().back().body).by, "root");
    ignored(declined);
    auto succeeded = success(attempt);
    succeeded.by = "root";
    EXPECT_EQ(done(succeeded).status, OrderStatus::paid);
    const auto& told = office.history()[office.history().size() - office.facts_of_last()].body;
    EXPECT_EQ(std::get<PaymentSucceeded>(told).by, "root");
    ignored(succeeded);
    refused(declined, "order_paid");
    ignored(news(attempt, PaymentNews::declined));
}

TEST_F(Paying, of_an_unknown_payment_or_refund_is_no_news) {
    refused(NotePayment{.payment = PaymentId{{99, 1}}}, "payment_not_found");
    refused(NoteRefund{.refund = RefundId{{99, 1}}}, "refund_not_found");
}

TEST_F(Paying, is_no_business_of_another_provider) {
    const auto attempt = start(order);
    using enum PaymentNews;
    for (const auto what : {pending, succeeded, declined, disputed, undisputed}) {
        auto command = news(attempt, what, 13'000);
        for (const std::string other : {"another", ""}) {
            command.provider = other;
            refused(command, "payment_not_found");
        }
    }
    EXPECT_EQ(status(order), OrderStatus::paying);
    done(success(attempt));
}

TEST_F(Paying, goes_on_at_the_providers_page) {
    const auto attempt = start(order);
    auto known = news(attempt, PaymentNews::pending);
    known.redirect_url = "https://bank.example/pay";
    auto view = done(known);
    EXPECT_EQ(view.status, OrderStatus::paying);
    EXPECT_EQ(view.order.payments[0].reference, "ref");
    EXPECT_EQ(view.order.payments[0].redirect_url, "https://bank.example/pay");
    ignored(known);
    // The provider needn't say it again.
    known.reference.clear();
    ignored(known);
    known.redirect_url.clear();
    ignored(known);
    known.reference = "other";
    view = done(known);
    EXPECT_EQ(view.order.payments[0].reference, "other");
    EXPECT_EQ(view.order.payments[0].redirect_url, "https://bank.example/pay");
    done(news(attempt, PaymentNews::declined));
    ignored(news(attempt, PaymentNews::pending));
}

TEST_F(Paying, takes_another_reference_or_page_so_often_while_it_is_open) {
    const auto attempt = start(order);
    auto known = news(attempt, PaymentNews::pending);
    for (std::uint32_t i = 1; i <= kTimesPendingMax; ++i) {
        (i % 2 == 0 ? known.reference : known.redirect_url) = "https://" + std::to_string(i);
        done(known);
        ignored(known);
    }
    known.reference = "one more";
    ignored(known);
    EXPECT_EQ(as_read(order).order.payments[0].reference, "https://16");
    auto paid = success(attempt);
    paid.reference = "the one that was paid";
    EXPECT_EQ(done(paid).order.payments[0].reference, "the one that was paid");
}

TEST_F(Paying, may_be_tried_again_after_a_decline_so_often) {
    for (std::size_t i = 1; i <= kPaymentsMax; ++i) {
        const auto view = decline(order);
        EXPECT_EQ(view.status, OrderStatus::created);
        EXPECT_EQ(view.order.payments.size(), i);
        EXPECT_EQ(view.order.payments.back().decline_code, "no funds");
        EXPECT_EQ(view.order.payments.back().settled_at, office.now);
        ignored(news(view.order.payments.back(), PaymentNews::declined));
    }
    EXPECT_EQ(refused(payment(order), "too_many_payments").limit, 5);
    EXPECT_EQ(reservation(order).status, ReservationStatus::pending);
}

TEST_F(Paying, pins_the_hold_for_ten_minutes_from_the_first_attempt) {
    office.now = held.expires_at - 1ms;
    const auto first = office.now;
    auto attempt = start(order);
    EXPECT_EQ(attempt.pinned_until, first + kPinnedMax);
    EXPECT_EQ(reservation(order).expires_at, first + kPinnedMax);
    done(news(attempt, PaymentNews::declined));
    EXPECT_EQ(reservation(order).expires_at, first + kPinnedMax);

    office.now = first + kPinnedMax - 1ms;
    attempt = start(order);
    EXPECT_EQ(attempt.pinned_until, first + kPinnedMax) << "no attempt adds to it";
    done(success(attempt));
    EXPECT_EQ(status(order), OrderStatus::paid);
}

TEST_F(Paying, never_shortens_a_hold) {
    EXPECT_TRUE(office.extend(held, 15min));
    const auto end = reservation(order).expires_at;
    auto attempt = start(order);
    EXPECT_EQ(attempt.pinned_until, end);
    EXPECT_EQ(reservation(order).expires_at, end);
    done(news(attempt, PaymentNews::declined));
    office.now = end - 1ms;
    EXPECT_EQ(start(order).pinned_until, end) << "the ten minutes are over";
    office.now = end;
    EXPECT_EQ(reservation(order).status, ReservationStatus::expired);
}

TEST_F(Paying, shares_the_ten_minutes_with_later_orders_of_the_reservation) {
    office.now = held.expires_at - 2min;
    const auto first = office.now;
    decline(order);
    EXPECT_TRUE(office.act(
        ChangeReservation{.reservation = held.id, .user = "ann", .remove_items = {{"Floor", 1}}}
    ));
    office.now += 9min;
    const auto second = place(held);
    EXPECT_EQ(second.order.first_asked_at, first);
    EXPECT_EQ(second.order.amount, 10'000);
    EXPECT_EQ(start(second).pinned_until, first + kPinnedMax);
}

TEST_F(Paying, is_refused_once_the_hold_has_run_out) {
    office.now = held.expires_at - 1ms;
    decline(order);
    office.now = held.expires_at - 1ms + kPinnedMax;
    EXPECT_EQ(status(order), OrderStatus::cancelled);
    refused(payment(order), "hold_expired");
    EXPECT_EQ(office.sweep(), 1U);
    refused(payment(order), "hold_expired");
}

TEST_F(Paying, goes_on_during_a_pause_and_after_the_sale) {
    EXPECT_TRUE(office.change_sale(event, SaleAction::pause));
    decline(order);
    EXPECT_TRUE(office.change_sale(event, SaleAction::end));
    done(success(start(order)));
}

TEST_F(Paying, for_what_costs_nothing_is_done_at_once) {
    EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Lawn", 0, 5}}));
    const auto free = place(hold("bob", {}, {{"Lawn", 2}}));
    const auto end = reservation(free).expires_at;
    const auto command = payment(free);
    const auto view = done(command);
    EXPECT_EQ(office.facts_of_last(), 3U);
    EXPECT_EQ(view.status, OrderStatus::paid);
    EXPECT_EQ(view.order.payments[0].method, PaymentMethod::free);
    EXPECT_EQ(view.order.payments[0].provider, "");
    EXPECT_EQ(view.order.payments[0].token, "");
    EXPECT_EQ(view.order.first_asked_at, std::nullopt);
    EXPECT_EQ(reservation(free).status, ReservationStatus::confirmed);
    EXPECT_EQ(reservation(free).expires_at, end);
    EXPECT_EQ(answer(office.act(command)), "replayed");
    EXPECT_EQ(sales().orders, 1U);
    EXPECT_EQ(sales().captured, 0);
}

TEST_F(Paying, under_a_key_is_asked_once_and_answered_as_it_is_now) {
    const auto command = payment(order);
    const auto attempt = done(command).order.payments[0];
    const auto expect_replayed = [&](OrderStatus status) {
        auto again = command;
        again.payment = PaymentId{new_id()};
        const auto outcome = office.act(again);
        EXPECT_EQ(answer(outcome), "replayed");
        EXPECT_EQ(std::get<OrderView>(outcome->entity), as_read(order));
        EXPECT_EQ(as_read(order).status, status);
        EXPECT_THAT(as_read(order).order.payments, SizeIs(1));
    };
    expect_replayed(OrderStatus::paying);
    done(news(attempt, PaymentNews::declined));
    expect_replayed(OrderStatus::created);
    done(success(attempt));
    expect_replayed(OrderStatus::paid);
    office.now += std::chrono::days{3};
    expect_replayed(OrderStatus::paid);
    auto other = command;
    other.request.content = {8, 8};
    refused(other, "idempotency_key_reused");
}

TEST_F(Paying, of_which_a_request_was_refused_may_be_asked_again_under_its_key) {
    const auto attempt = start(order);
    const auto command = payment(order);
    refused(command, "payment_in_progress");
    done(news(attempt, PaymentNews::declined));
    done(command);
}

TEST_F(Paying, may_be_disputed_later_or_earlier) {
    const auto attempt = start(order);
    EXPECT_TRUE(done(news(attempt, PaymentNews::disputed)).order.payments[0].is_disputed);
    const auto view = done(success(attempt));
    EXPECT_TRUE(view.order.payments[0].is_disputed);
    EXPECT_EQ(view.status, OrderStatus::paid) << "the buyer's bank decides, and nobody else";
    ignored(news(attempt, PaymentNews::disputed));
    EXPECT_FALSE(done(news(attempt, PaymentNews::undisputed)).order.payments[0].is_disputed);
    ignored(news(attempt, PaymentNews::undisputed));
}

TEST_F(Paying, is_wanted_while_its_money_would_buy_something) {
    const auto is_wanted = [&] { return unfinished().payments.at(0).is_wanted; };
    const auto declined = decline(order).order.payments[0];
    const auto attempt = start(order);
    EXPECT_TRUE(is_wanted());
    done(success(declined));
    EXPECT_FALSE(is_wanted()) << "the other attempt has paid";
    done(news(attempt, PaymentNews::declined));

    const auto late = start(place(hold("bob", {2})));
    office.now = late.pinned_until - 1ms;
    EXPECT_TRUE(is_wanted());
    office.now = late.pinned_until;
    EXPECT_FALSE(is_wanted()) << "the hold has run out";
    done(news(late, PaymentNews::declined));

    start(place(hold("cleo", {3})));
    EXPECT_TRUE(is_wanted());
    EXPECT_TRUE(office.act(cancelling()));
    EXPECT_FALSE(is_wanted()) << "the event is cancelled";
}

TEST_F(Paying, is_disputed_as_the_notice_says_that_was_signed_last) {
    const auto attempt = start(order);
    // Their clock may be behind ours, or ahead.
    for (const auto skew : {-120s, 0s, 60s}) {
        const auto theirs = std::chrono::floor<std::chrono::seconds>(office.now) + skew;
        const auto says = [&](PaymentNews what, std::chrono::seconds after) {
            auto notice = news(attempt, what);
            notice.signed_at = theirs + after;
            return notice;
        };
        const auto begun = says(PaymentNews::disputed, 0s);
        EXPECT_TRUE(done(begun).order.payments[0].is_disputed);
        ignored(says(PaymentNews::undisputed, -1s));
        const auto ended = says(PaymentNews::undisputed, 2s);
        EXPECT_FALSE(done(ended).order.payments[0].is_disputed);
        ignored(begun);
        ignored(says(PaymentNews::disputed, 1s));
        EXPECT_TRUE(done(says(PaymentNews::disputed, 3s)).order.payments[0].is_disputed);
        ignored(ended);
        EXPECT_FALSE(done(says(PaymentNews::undisputed, 4s)).order.payments[0].is_disputed);
        office.now += 1h;
    }
    // What the provider is asked about is as of now.
    EXPECT_TRUE(done(news(attempt, PaymentNews::disputed)).order.payments[0].is_disputed);
}

TEST_F(
    Paying,
    is_not_disputed_again_by_a_repeated_notice_of_the_second_in_which_the_dispute_ended
) {
    const auto attempt = start(order);
    auto begun = news(attempt, PaymentNews::disputed);
    auto ended = news(attempt, PaymentNews::undisputed);
    begun.signed_at = ended.signed_at = std::chrono::floor<std::chrono::seconds>(office.now);
    EXPECT_TRUE(done(begun).order.payments[0].is_disputed);
    EXPECT_FALSE(done(ended).order.payments[0].is_disputed);
    ignored(begun);
    ignored(ended);
}

TEST_F(Paying, takes_a_signed_notice_after_one_whose_time_is_not_known) {
    const auto attempt = start(order);
    EXPECT_TRUE(done(news(attempt, PaymentNews::disputed)).order.payments[0].is_disputed);
    auto ended = news(attempt, PaymentNews::undisputed);
    ended.signed_at = std::chrono::floor<std::chrono::seconds>(office.now) - 200s;
    EXPECT_FALSE(done(ended).order.payments[0].is_disputed);
}

TEST_F(Paying, is_finished_by_age) {
    const auto first = start(order);
    office.now += 1min;
    const auto second = start(place(hold("bob", {2})));
    const auto third = start(place(hold("cleo", {3})));
    const auto since = [&](std::uint32_t at_most, Instant from) {
        return read_unfinished(office.inventory(), office.now, at_most, {from, from}).value;
    };
    const auto ids_of = [](const Unfinished& unfinished) {
        std::vector<PaymentId> ids;
        for (const auto& one : unfinished.payments)
            ids.push_back(one.payment.id);
        return ids;
    };
    const auto all = since(100, Instant::min());
    EXPECT_THAT(ids_of(all), ElementsAre(first.id, second.id, third.id));
    EXPECT_EQ(all.oldest_since, first.started_at);
    EXPECT_EQ(all.next_payment_since, std::nullopt);
    const auto some = since(1, Instant::min());
    EXPECT_THAT(ids_of(some), ElementsAre(first.id));
    EXPECT_EQ(some.next_payment_since, second.started_at);
    const auto rest = since(1, *some.next_payment_since);
    EXPECT_THAT(ids_of(rest), ElementsAre(second.id, third.id)) << "all of one instant";
    EXPECT_EQ(rest.next_payment_since, std::nullopt);
    EXPECT_EQ(rest.oldest_since, first.started_at);
}

}  // namespace
}  // namespace frontrow::domain
