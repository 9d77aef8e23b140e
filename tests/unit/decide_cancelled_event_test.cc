#include "order_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <variant>

// Cancelled events, and the refunds of their orders.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class CancelledEvent : public OrderOffice {
protected:
    void cancel_it() { EXPECT_TRUE(office.act(cancelling())); }
    static RefundOrder next(const OrderView& of) {
        return {
            .refund = {},
            .order = of.order.id,
            .by = {.sub = {}, .is_admin = true},
            .reason = RefundReason::event_cancelled,
        };
    }
    /// What a runner does, and another one after it.
    OrderView run(const OrderView& of) {
        const auto view = done(next(of));
        ignored(next(of));
        return view;
    }
};

TEST_F(CancelledEvent, sells_nothing_any_more) {
    const auto held = hold("ann", {0});
    const auto order = place(hold("ann", {1}));
    const auto bare = hold("ann", {2});
    cancel_it();
    refused(office.wish(event, "bob", {3}), "event_cancelled");
    refused(sale({3}, PaymentMethod::cash), "event_cancelled");
    refused(ExtendReservation{held.id, "ann", 1s}, "event_cancelled");
    const ChangeReservation change{
        .reservation = held.id, .user = "ann", .add_seats = {office.seat(event, 3)}
    };
    refused(change, "event_cancelled");
    refused(placing(bare), "event_cancelled");
    refused(payment(order), "event_cancelled");
    refused(ChangeSale{event, BoxOffice::owner(), SaleAction::pause, {}}, "event_cancelled");
    refused(ChangeSale{event, BoxOffice::owner(), SaleAction::open, {}}, "event_cancelled");
    EXPECT_TRUE(office.cancel(held));

    auto spec = paid();
    spec.payment = PaymentRule::none;
    const auto open = office.open(2, spec);
    const auto free = office.hold(open, "ann", {0});
    EXPECT_TRUE(office.act(CancelEvent{open, BoxOffice::owner()}));
    refused(ConfirmReservation{free.id, "ann"}, "event_cancelled");
}

TEST_F(CancelledEvent, says_so_and_is_cancelled_once) {
    const auto read = [&] {
        return read_event(office.inventory(), office.now, event).value.value();
    };
    const auto before = read();
    EXPECT_EQ(sale_state(before, office.now), SaleState::open);
    office.now += 1min;
    auto outcome = office.act(cancelling());
    EXPECT_EQ(std::get<Event>(outcome->entity), read());
    EXPECT_EQ(read().version, before.version + 1);
    EXPECT_EQ(read().updated_at, office.now);
    EXPECT_TRUE(read().cancelled);
    EXPECT_EQ(sale_state(read(), office.now), SaleState::cancelled);
    EXPECT_EQ(sale_state(read(), before.spec.start_at), SaleState::cancelled);
    ignored(cancelling());
    EXPECT_TRUE(office.update(event, paid()));
    EXPECT_TRUE(read().cancelled) << "an update doesn't undo it";
    refused(CancelEvent{event, {"stranger", false}}, "event_not_found");
}

TEST_F(CancelledEvent, remembers_the_key_of_each_request) {
    const RequestMark mark{.key = {8, 1}, .content = {8, 2}};
    EXPECT_EQ(answer(office.act(cancelling(mark))), "accepted");
    EXPECT_EQ(answer(office.act(cancelling(mark))), "replayed");
    const auto version = read_event(office.inventory(), office.now, event).value->version;
    const RequestMark other{.key = {8, 3}, .content = {8, 2}};
    EXPECT_EQ(answer(office.act(cancelling(other))), "accepted");
    EXPECT_EQ(office.facts_of_last(), 1U) << "only to record the key";
    EXPECT_EQ(answer(office.act(cancelling(other))), "replayed");
    EXPECT_EQ(read_event(office.inventory(), office.now, event).value->version, version);
    refused(cancelling(RequestMark{.key = {8, 1}, .content = {8, 9}}), "idempotency_key_reused");
}

TEST_F(CancelledEvent, names_the_orders_to_refund_until_all_are) {
    const auto anns = buy("ann", {0});
    const auto bobs = buy("bob", {1, 2});
    const auto free = done(sale({3}, PaymentMethod::free));
    place(hold("cid", {4}));
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    EXPECT_EQ(sales().cancelled, std::nullopt);
    cancel_it();
    EXPECT_THAT(
        unfinished().orders_to_refund, ElementsAre(anns.order.id, bobs.order.id, free.order.id)
    );
    EXPECT_EQ(sales().cancelled, (RefundProgress{3, 0}));
    EXPECT_EQ(run(free).status, OrderStatus::refunded);
    EXPECT_EQ(run(anns).status, OrderStatus::refunding);
    const auto refunding = run(bobs);
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    EXPECT_EQ(sales().cancelled, (RefundProgress{2, 1}));
    give_back(as_read(anns).order.refunds[0]);
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 2}));
    // One that fails isn't started again by itself.
    done(failure(refunding.order.refunds[0]));
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 2, 1}));
    EXPECT_EQ(status(bobs), OrderStatus::paid);
    give_back(done(refund(bobs)).order.refunds[1]);
    EXPECT_EQ(sales().cancelled, (RefundProgress{0, 3}));
    EXPECT_EQ(sales().refunded, 15'000);
}

TEST_F(CancelledEvent, starts_again_what_has_failed_if_it_is_cancelled_again) {
    const auto order = buy("ann", {0});
    const auto other = buy("bob", {1});
    cancel_it();
    const auto first = run(order).order.refunds[0];
    give_back(run(other).order.refunds[0]);
    done(failure(first));
    ignored(next(order));
    office.now += 1ms;
    const auto before = read_event(office.inventory(), office.now, event).value.value();
    auto outcome = office.act(cancelling());
    EXPECT_EQ(office.facts_of_last(), 1U);
    const auto after = read_event(office.inventory(), office.now, event).value.value();
    EXPECT_EQ(std::get<Event>(outcome->entity), after);
    EXPECT_EQ(after.version, before.version);
    EXPECT_THAT(unfinished().orders_to_refund, ElementsAre(order.order.id));
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 1, 0}));
    ignored(cancelling());
    const auto second = run(order).order.refunds[1];
    EXPECT_NE(second.id, first.id);
    done(failure(second));
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 1, 1}));
    ignored(next(order));
    office.now += 1ms;
    EXPECT_TRUE(office.act(cancelling(RequestMark{.key = {8, 1}, .content = {8, 2}})));
    give_back(run(order).order.refunds[2]);
    EXPECT_EQ(sales().cancelled, (RefundProgress{0, 2, 0}));
    ignored(cancelling());
}

TEST_F(CancelledEvent, gives_money_that_came_back_to_the_buyer_only_if_a_person_asks) {
    const auto order = buy("ann", {0});
    const auto first = done(refund(order)).order.refunds[0];
    give_back(first);
    cancel_it();
    done(failure(first));
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    ignored(next(order));
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 0, 1}));
    office.now += 1ms;
    EXPECT_TRUE(office.act(cancelling()));
    EXPECT_THAT(unfinished().orders_to_refund, ElementsAre(order.order.id));
}

TEST_F(CancelledEvent, refunds_each_payment_of_an_order) {
    const auto order = place(hold("ann", {0}));
    const auto early = start(order);
    done(news(early, PaymentNews::declined));
    done(success(start(order)));
    // The second payment's own refund has failed.
    done(failure(done(success(early)).order.refunds[0]));
    cancel_it();
    const auto first = run(order).order.refunds[1];
    EXPECT_EQ(first.payment, early.id);
    done(failure(first));
    EXPECT_THAT(unfinished().orders_to_refund, ElementsAre(order.order.id)) << "the other one";
    const auto second = run(order).order.refunds[2];
    EXPECT_NE(second.payment, early.id);
    give_back(second);
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 0, 1}));
}

TEST_F(CancelledEvent, gives_nothing_back_while_the_buyer_disputes_it) {
    const auto order = buy("ann", {0});
    const auto& payment = order.order.payments[0];
    done(news(payment, PaymentNews::disputed));
    cancel_it();
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 0, 1}));
    ignored(next(order));
    done(news(payment, PaymentNews::undisputed));
    EXPECT_EQ(sales().cancelled, (RefundProgress{1, 0, 0}));
    give_back(run(order).order.refunds[0]);
    EXPECT_EQ(sales().cancelled, (RefundProgress{0, 1, 0}));
}

TEST_F(CancelledEvent, is_not_cancelled_again_for_what_that_would_not_start) {
    const auto disputed = buy("ann", {0});
    const auto open = buy("bob", {1});
    const auto refused_one = buy("cid", {2});
    done(news(disputed.order.payments[0], PaymentNews::disputed));
    cancel_it();
    run(open);
    office.now += 1ms;
    done(news(open.order.payments[0], PaymentNews::disputed));
    EXPECT_EQ(sales().cancelled, (RefundProgress{3, 0, 2})) << "an open refund is withheld";
    office.now += 1ms;
    ignored(cancelling());
    done(failure(run(refused_one).order.refunds[0]));
    EXPECT_EQ(sales().cancelled, (RefundProgress{3, 0, 3}));
    office.now += 1ms;
    EXPECT_TRUE(office.act(cancelling()));
    EXPECT_EQ(office.facts_of_last(), 1U);
    EXPECT_EQ(sales().cancelled, (RefundProgress{3, 0, 2}));
    EXPECT_THAT(unfinished().orders_to_refund, ElementsAre(refused_one.order.id));
    ignored(cancelling());
}

TEST_F(CancelledEvent, is_the_reason_of_a_refund_only_if_it_is_cancelled) {
    ignored(next(buy("ann", {0})));
}

TEST_F(CancelledEvent, refunds_the_rest_of_an_order_after_its_open_refund) {
    const auto order = buy("ann", {0, 1});
    const auto part = done(refund(order, ids({0}))).order.refunds[0];
    cancel_it();
    EXPECT_THAT(unfinished().orders_to_refund, IsEmpty());
    give_back(part);
    EXPECT_THAT(unfinished().orders_to_refund, ElementsAre(order.order.id));
}

TEST_F(CancelledEvent, still_takes_the_money_of_an_open_attempt_and_gives_it_back) {
    const auto order = place(hold("ann", {0}));
    const auto attempt = start(order);
    cancel_it();
    EXPECT_EQ(done(success(attempt)).status, OrderStatus::paid);
    EXPECT_THAT(unfinished().orders_to_refund, ElementsAre(order.order.id));
}

}  // namespace
}  // namespace frontrow::domain
