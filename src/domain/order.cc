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

/// Takes the refund's seats and units out of `left`. Returns false, and leaves `left` in between,
/// if it doesn't have them, or doesn't have their tickets.
bool take_tickets(const Refund& refund, Refundable& left) {
    if (!std::ranges::includes(left.tickets, refund.tickets)) return false;
    for (const auto id : refund.seats) {
        const auto seat = std::ranges::find(left.seats, id);
        if (seat == left.seats.end()) return false;
        left.seats.erase(seat);
    }
    return std::ranges::all_of(refund.items, [&](const Item& item) {
        return take_units(left.items, item);
    });
}

/// Adds the tickets that no refund has taken.
void add_tickets(const Order& order, Refundable& left) {
    const auto lines = ticket_lines(order.lines);
    const auto are_refunded = refunded_tickets(order);
    for (std::uint32_t number = 1; number <= lines.size(); ++number) {
        if (are_refunded[number - 1]) continue;
        const auto& line = *lines[number - 1];
        left.tickets.push_back(number);
        switch (line.kind) {
            case LineKind::seat:
                left.seats.push_back(line.seat);
                break;
            case LineKind::category:
                add_units(left.items, {line.category, 1, line.unit_price});
                break;
        }
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
        .tickets = {},
    };
    if (&payment == sale_of(order)) add_tickets(order, left);
    for (const auto& refund : order.refunds)
        if (refund.payment == payment.id && refund.status != RefundStatus::failed)
            left.amount -= refund.amount;
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

std::vector<const OrderLine*> ticket_lines(const OrderLines& lines) {
    std::vector<const OrderLine*> tickets;
    for (const auto& line : lines)
        tickets.insert(tickets.end(), line.quantity, &line);
    return tickets;
}

std::vector<bool> refunded_tickets(const Order& order) {
    const auto lines = ticket_lines(order.lines);
    std::vector<bool> are_refunded(lines.size());
    const auto mark_last = [&](std::uint64_t count, const auto& is_one) {
        for (auto i = lines.size(); i > 0 && count > 0; --i) {
            if (are_refunded[i - 1] || !is_one(*lines[i - 1])) continue;
            are_refunded[i - 1] = true;
            --count;
        }
    };
    for (const auto& refund : order.refunds) {
        if (!has_taken_tickets(refund)) continue;
        for (const auto number : refund.tickets) {
            CHECK(number > 0 && number <= lines.size());
            are_refunded[number - 1] = true;
        }
    }
    for (const auto& refund : order.refunds) {
        if (!has_taken_tickets(refund) || !refund.tickets.empty()) continue;
        for (const auto seat : refund.seats)
            mark_last(1, [&](const OrderLine& line) {
                return line.kind == LineKind::seat && line.seat == seat;
            });
        for (const auto& item : refund.items)
            mark_last(item.quantity, [&](const OrderLine& line) {
                return line.kind == LineKind::category && line.category == item.category &&
                       line.unit_price == item.unit_price;
            });
    }
    return are_refunded;
}

std::vector<Refundable> refundable(const Order& order) {
    std::vector<Refundable> all;
    std::optional<Refundable> tickets;
    for (const auto& payment : order.payments) {
        if (payment.status != PaymentStatus::succeeded) continue;
        auto left = left_of(order, payment);
        const auto price = price_of_tickets(order, left);
        if (left.amount > price)
            all.push_back({left.payment, left.method, left.amount - price, {}, {}, {}});
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
