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

/// Takes out of `left` what the order's refunds of its payment have taken or are about to take.
void take_refunds(const Order& order, Refundable& left) {
    for (const auto& refund : order.refunds) {
        if (refund.payment != left.payment || refund.status == RefundStatus::failed) continue;
        left.amount -= refund.amount;
        const auto rest = std::ranges::remove_if(left.seats, [&](SeatId seat) {
            return std::ranges::find(refund.seats, seat) != refund.seats.end();
        });
        left.seats.erase(rest.begin(), rest.end());
        for (const auto& item : refund.items)
            CHECK(take_units(left.items, item));
    }
}

Refundable refundable(const Order& order, const Payment& payment, bool has_sold) {
    Refundable left{
        .payment = payment.id,
        .method = payment.method,
        .amount = order.amount,
        .seats = {},
        .items = {},
    };
    if (has_sold) {
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

std::optional<Refundable> refundable(const Order& order) {
    const auto* const sale = sale_of(order);
    if (sale != nullptr) {
        auto left = refundable(order, *sale, true);
        if (!left.is_nothing()) return left;
    }
    for (const auto& payment : order.payments) {
        if (&payment == sale || payment.status != PaymentStatus::succeeded) continue;
        auto left = refundable(order, payment, false);
        if (!left.is_nothing()) return left;
    }
    return std::nullopt;
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
    if (has_open_refund(order)) return OrderStatus::refunding;
    if (was_paid(order)) return OrderStatus::paid;
    if (open_payment(order) != nullptr) return OrderStatus::paying;
    return order.closed_at ? OrderStatus::cancelled : OrderStatus::created;
}

}  // namespace frontrow::domain
