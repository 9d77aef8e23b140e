#include "domain/audit.h"

#include <algorithm>
#include <utility>

// How the audit adds up the money of orders, and how long it expects orders to be remembered.

namespace frontrow::domain {
namespace {

/// An order that closed and took no money is remembered for this long, with the keys of its
/// requests.
constexpr std::chrono::hours kOrderKept{24};

// Sums are unsigned, because signed sums of arbitrary prices could overflow, which is undefined.

/// The money that was refunded of one payment.
std::uint64_t refunded_of(const Order& order, PaymentId payment) {
    std::uint64_t amount = 0;
    for (const auto& refund : order.refunds)
        if (refund.payment == payment && refund.status == RefundStatus::succeeded)
            amount += static_cast<std::uint64_t>(refund.amount);
    return amount;
}

/// The money of this payment that has come back after its tickets had returned to sale, less what
/// has been given back again.
std::uint64_t came_back(const Order& order, PaymentId payment) {
    std::uint64_t amount = 0;
    for (const auto& refund : order.refunds) {
        if (refund.payment != payment) continue;
        const bool has_gone = refund.status == RefundStatus::succeeded;
        const bool has_tickets = !refund.seats.empty() || !refund.items.empty();
        if (!has_gone && refund.came_back && refund.returns_to_sale)
            amount += static_cast<std::uint64_t>(refund.amount);
        if (has_gone && !has_tickets) amount -= static_cast<std::uint64_t>(refund.amount);
    }
    return amount;
}

/// The price of the tickets that were refunded and stay out of sale, so that the reservation still
/// has them.
std::uint64_t price_of_kept(const Order& order) {
    std::uint64_t price = 0;
    for (const auto& refund : order.refunds) {
        if (refund.returns_to_sale || refund.status != RefundStatus::succeeded) continue;
        for (const auto& line : order.lines)
            if (line.kind == LineKind::seat && std::ranges::count(refund.seats, line.seat) > 0)
                price += static_cast<std::uint64_t>(line.unit_price);
        for (const auto& item : refund.items)
            price += item.quantity * static_cast<std::uint64_t>(item.unit_price);
    }
    return price;
}

}  // namespace

Audit::Takings& Audit::takings_of(std::vector<Takings>& all, Currency currency) {
    const auto known = std::ranges::find(all, currency, &Takings::currency);
    return known == all.end() ? all.emplace_back(Takings{.currency = currency}) : *known;
}

std::vector<Audit::Takings> Audit::takings() const {
    std::vector<Takings> all;
    for (const auto& [id, truth] : orders_) {
        const auto& order = truth.order;
        auto& sum = takings_of(all, order.currency);
        for (const auto& payment : order.payments) {
            if (payment.status != PaymentStatus::succeeded) continue;
            ++sum.captures;
            const auto amount = static_cast<std::uint64_t>(order.amount);
            sum.captured += amount;
            sum.owed += payment.id == truth.sold_by ? came_back(order, payment.id)
                                                    : amount - refunded_of(order, payment.id);
        }
        for (const auto& refund : order.refunds) {
            if (refund.status != RefundStatus::succeeded) continue;
            ++sum.refunds;
            sum.refunded += static_cast<std::uint64_t>(refund.amount);
        }
        if (!truth.sold_by) continue;
        const auto& hold = holds_.find(order.reservation)->second;
        if (hold.status == ReservationStatus::confirmed && !truth.is_given_away)
            sum.sold += static_cast<std::uint64_t>(hold.total_amount) - price_of_kept(order);
    }
    std::ranges::sort(all, {}, [](const Takings& one) { return one.currency.code(); });
    return all;
}

bool Audit::is_remembered(const Order& order, Instant at) const {
    const auto& hold = holds_.find(order.reservation)->second;
    const bool has_run_out = hold.status == ReservationStatus::pending && hold.expires_at <= at;
    auto since = order.closed_at;
    if (!since && has_run_out) since = hold.expires_at;
    if (!since) return true;
    for (const auto& payment : order.payments) {
        if (payment.status != PaymentStatus::declined) return true;
        since = std::max(since, payment.settled_at);
    }
    return at < *since + kOrderKept;
}

bool Audit::is_key_kept(const Made& made, Instant at) const {
    const auto order = order_of(made);
    if (!order) return false;
    const auto found = orders_.find(*order);
    return found != orders_.end() && is_remembered(found->second.order, at);
}

std::optional<OrderId> Audit::order_of(const Made& made) {
    switch (made.kind) {
        case RequestKind::order:
        case RequestKind::payment:
        case RequestKind::refund:
            return OrderId{made.id};
        case RequestKind::reservation:
        case RequestKind::extension:
        case RequestKind::event:
        case RequestKind::sale:
        case RequestKind::seats:
        case RequestKind::api_key:
        case RequestKind::member:
        case RequestKind::category:
        case RequestKind::change:
        case RequestKind::allocation:
        case RequestKind::cancellation:
        case RequestKind::ticket:
            return std::nullopt;
    }
    std::unreachable();
}

}  // namespace frontrow::domain
