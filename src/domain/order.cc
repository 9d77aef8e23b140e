#include "domain/order.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {
namespace {

/// The refund started because of the payment itself, which sold nothing.
bool is_automatic(const Refund& refund) {
    switch (refund.reason) {
        case RefundReason::too_late:
        case RefundReason::paid_twice:
            return true;
        case RefundReason::requested:
        case RefundReason::event_cancelled:
            return false;
    }
}

std::ptrdiff_t count_succeeded(const Order& order) {
    return std::ranges::count(order.payments, PaymentStatus::succeeded, &Payment::status);
}

/// Takes the refund's tickets out of `left`. Returns false, and leaves `left` in between, if it
/// doesn't have them.
bool take_tickets(const Refund& refund, Refundable& left) {
    for (const auto id : refund.seats) {
        const auto seat = std::ranges::find(left.seats, id);
        if (seat == left.seats.end()) return false;
        left.seats.erase(seat);
    }
    return std::ranges::all_of(refund.items, [&](const Item& item) {
        return take_units(left.items, item);
    });
}

/// Takes out of `left` what the order's refunds of its payment have taken or are about to take.
void take_refunds(const Order& order, Refundable& left) {
    for (const auto& refund : order.refunds) {
        if (refund.payment != left.payment) continue;
        if (refund.status != RefundStatus::failed) left.amount -= refund.amount;
        if (has_taken_tickets(refund)) CHECK(take_tickets(refund, left));
    }
}

/// The money and the tickets that are left of a payment. There may be more money than the tickets
/// cost.
Refundable left_of(const Order& order, const Payment& payment) {
    Refundable left{
        .payment = payment.id,
        .method = payment.method,
        .amount = order.amount,
        .seats = {},
        .items = {},
    };
    if (&payment == sale_of(order)) {
        for (const auto& line : order.lines) {
            switch (line.kind) {
                case LineKind::seat:
                    left.seats.push_back(line.seat);
                    break;
                case LineKind::category:
                    left.items.push_back({line.category, line.quantity, line.unit_price});
                    break;
            }
        }
    }
    take_refunds(order, left);
    return left;
}

Amount price_of_tickets(const Order& order, const Refundable& of) {
    Amount price = 0;
    for (const auto id : of.seats)
        price += std::ranges::find(order.lines, id, &OrderLine::seat)->unit_price;
    for (const auto& item : of.items)
        price += item.unit_price * item.quantity;
    return price;
}

/// Whether no refund of this payment starts by itself: one that did has failed since `asked_at`, or
/// the money of one has come back, which may be an old word of the provider's.
bool has_given_up(const Order& order, PaymentId payment, std::optional<Instant> asked_at) {
    return std::ranges::any_of(order.refunds, [&](const Refund& refund) {
        const bool is_such = refund.reason == RefundReason::event_cancelled || refund.came_back;
        return refund.payment == payment && is_such && refund.status == RefundStatus::failed &&
               (!asked_at || refund.settled_at >= asked_at);
    });
}

/// Whether we have money for which the buyer has nothing. Before any refund we have none: one is
/// intended together with the success of a payment that sold nothing.
bool owes_money(const Order& order) {
    if (order.refunds.empty()) return false;
    const auto left = refundable(order);
    return !left.empty() && !left.front().has_tickets();
}

}  // namespace

Amount captured(const Order& order) {
    return order.amount * count_succeeded(order);
}

Amount refunded(const Order& order) {
    Amount sum = 0;
    for (const auto& refund : order.refunds)
        if (refund.status == RefundStatus::succeeded) sum += refund.amount;
    return sum;
}

const Payment* open_payment(const Order& order) {
    const auto found = std::ranges::find(order.payments, PaymentStatus::open, &Payment::status);
    return found == order.payments.end() ? nullptr : &*found;
}

bool has_open_refund(const Order& order) {
    return std::ranges::count(order.refunds, RefundStatus::open, &Refund::status) > 0;
}

bool is_withheld(const Order& order, const Refund& refund) {
    const auto& payment = *std::ranges::find(order.payments, refund.payment, &Payment::id);
    if (refund.status != RefundStatus::open || !payment.is_disputed) return false;
    return refund.reason != RefundReason::requested ||
           refund.started_at < *payment.dispute_changed_at;
}

bool was_paid(const Order& order) {
    return count_succeeded(order) > 0;
}

const Payment* sale_of(const Order& order) {
    const auto has_sold = [&](const Payment& payment) {
        return payment.status == PaymentStatus::succeeded &&
               std::ranges::none_of(order.refunds, [&](const Refund& refund) {
                   return refund.payment == payment.id && is_automatic(refund);
               });
    };
    const auto found = std::ranges::find_if(order.payments, has_sold);
    return found == order.payments.end() ? nullptr : &*found;
}

std::uint32_t ticket_count(const OrderLines& lines) {
    std::uint32_t tickets = 0;
    for (const auto& line : lines)
        tickets += line.quantity;
    return tickets;
}

std::vector<Refundable> refundable(const Order& order) {
    std::vector<Refundable> all;
    std::optional<Refundable> tickets;
    for (const auto& payment : order.payments) {
        if (payment.status != PaymentStatus::succeeded) continue;
        auto left = left_of(order, payment);
        const auto price = price_of_tickets(order, left);
        if (left.amount > price)
            all.push_back({left.payment, left.method, left.amount - price, {}, {}});
        left.amount = price;
        if (left.has_tickets()) tickets = std::move(left);
    }
    if (tickets) all.push_back(*std::move(tickets));
    return all;
}

std::optional<Refundable> next_refund(const Order& order, std::optional<Instant> asked_at) {
    if (has_open_refund(order)) return std::nullopt;
    for (auto& left : refundable(order)) {
        const auto& payment = *std::ranges::find(order.payments, left.payment, &Payment::id);
        if (!payment.is_disputed && !has_given_up(order, payment.id, asked_at))
            return std::move(left);
    }
    return std::nullopt;
}

bool is_still_due(const Order& order, const Refund& refund) {
    auto left = left_of(order, *std::ranges::find(order.payments, refund.payment, &Payment::id));
    if (!has_returned(refund) && !take_tickets(refund, left)) return false;
    return left.amount - refund.amount >= price_of_tickets(order, left);
}

bool is_wholly_refunded(const Order& order) {
    if (!was_paid(order) || has_open_refund(order)) return false;
    if (order.amount > 0) return captured(order) == refunded(order);
    std::uint64_t tickets = 0;
    for (const auto& refund : order.refunds)
        if (refund.status == RefundStatus::succeeded)
            tickets += refund.seats.size() + units_of(refund.items);
    return tickets == ticket_count(order.lines);
}

OrderStatus status_of(const Order& order) {
    if (is_wholly_refunded(order)) return OrderStatus::refunded;
    if (has_open_refund(order) || owes_money(order)) return OrderStatus::refunding;
    if (was_paid(order)) return OrderStatus::paid;
    if (open_payment(order) != nullptr) return OrderStatus::paying;
    return order.closed_at ? OrderStatus::cancelled : OrderStatus::created;
}

}  // namespace frontrow::domain
