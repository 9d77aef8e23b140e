#include "domain/order_notes.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace frontrow::domain {
namespace {

Payment& payment_in(Order& order, PaymentId id) {
    const auto found = std::ranges::find(order.payments, id, &Payment::id);
    CHECK(found != order.payments.end());
    return *found;
}

Refund& refund_in(Order& order, RefundId id) {
    const auto found = std::ranges::find(order.refunds, id, &Refund::id);
    CHECK(found != order.refunds.end());
    return *found;
}

}  // namespace

Order placed(
    const OrderPlaced& body,
    EventId event,
    std::string user,
    Currency currency,
    std::optional<Instant> first_asked_at,
    Instant at
) {
    return {
        .id = body.order,
        .reservation = body.reservation,
        .event = event,
        .user = std::move(user),
        .lines = body.lines,
        .amount = body.amount,
        .currency = currency,
        .created_at = at,
        .request = body.request,
        .first_asked_at = first_asked_at,
    };
}

void note(Order& order, const ReservationRestored&, Instant) {
    CHECK(was_paid(order));
    order.closed_at.reset();
}

void note(Order& order, const PaymentIntended& body, Instant at) {
    CHECK(open_payment(order) == nullptr && !order.closed_at);
    order.payments.push_back({
        .id = body.payment,
        .method = body.method,
        .provider = body.provider,
        .token = body.token,
        .return_url = body.return_url,
        .started_at = at,
        .pinned_until = body.pinned_until,
        .request = body.request,
    });
    const bool is_asked = body.method == PaymentMethod::provider;
    if (is_asked && !order.first_asked_at) order.first_asked_at = at;
}

void note(Order& order, const PaymentPending& body, Instant) {
    auto& payment = payment_in(order, body.payment);
    CHECK(payment.status == PaymentStatus::open);
    payment.reference = body.reference;
    payment.redirect_url = body.redirect_url;
    ++payment.times_pending;
}

void note(Order& order, const PaymentSucceeded& body, Instant at) {
    auto& payment = payment_in(order, body.payment);
    CHECK(payment.status != PaymentStatus::succeeded);
    payment.status = PaymentStatus::succeeded;
    payment.reference = body.reference;
    payment.decline_code.clear();
    payment.settled_at = at;
}

void note(Order& order, const PaymentDeclined& body, Instant at) {
    auto& payment = payment_in(order, body.payment);
    CHECK(payment.status == PaymentStatus::open);
    payment.status = PaymentStatus::declined;
    payment.decline_code = body.code;
    payment.settled_at = at;
}

void note(Order& order, const PaymentDisputed& body, Instant at) {
    auto& payment = payment_in(order, body.payment);
    payment.is_disputed = body.is_disputed;
    payment.dispute_changed_at = at;
    payment.dispute_signed_at = body.signed_at;
}

void note(Order& order, const RefundIntended& body, Instant at) {
    order.refunds.push_back({
        .id = body.refund,
        .payment = body.payment,
        .reason = body.reason,
        .amount = body.amount,
        .seats = body.seats,
        .items = body.items,
        .returns_to_sale = body.returns_to_sale,
        .by = body.by,
        .started_at = at,
        .request = body.request,
        .tickets = body.tickets,
    });
}

void note(Order& order, const RefundSucceeded& body, Instant at) {
    auto& refund = refund_in(order, body.refund);
    CHECK(refund.status != RefundStatus::succeeded);
    refund.status = RefundStatus::succeeded;
    refund.reference = body.reference;
    refund.is_by_hand = !body.by.empty();
    refund.failure_code.clear();
    refund.settled_at = at;
}

void note(Order& order, const RefundFailed& body, Instant at) {
    auto& refund = refund_in(order, body.refund);
    CHECK(refund.status != RefundStatus::failed);
    if (refund.status == RefundStatus::succeeded) refund.came_back = true;
    refund.is_by_hand = false;
    refund.status = RefundStatus::failed;
    refund.failure_code = body.code;
    refund.settled_at = at;
}

}  // namespace frontrow::domain
