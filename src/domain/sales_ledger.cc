#include "domain/sales_ledger.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>

namespace frontrow::domain {
namespace {

Instant hour_of(const Payment& payment) {
    return std::chrono::floor<std::chrono::hours>(*payment.settled_at);
}

bool is_asked_for(const Order& order, const Refund& refund) {
    return refund.status == RefundStatus::open && !is_withheld(order, refund);
}

/// Changes the sums under this key. Sums that are zero have no entry.
template <class Key, class Sums, class Change>
void change_entry(StateMap<Key, Sums>& all, const Key& key, Change change) {
    Sums sums;
    if (const auto known = all.entries().find(key); known != all.entries().end())
        sums = known->second;
    change(sums);
    all.erase(key);
    if (sums != Sums{}) all.insert(key, sums);
}

}  // namespace

std::optional<Instant> leaves_after(const Order& order, std::optional<Instant> closed_at) {
    if (!closed_at || was_paid(order) || open_payment(order) != nullptr) return std::nullopt;
    auto last = *closed_at;
    for (const auto& payment : order.payments)
        last = std::max(last, payment.settled_at.value_or(last));
    return last;
}

SalesLedger::SalesLedger(StateLog& log, const SeatPlans& plans)
    : plans_{plans},
      open_payments_{log},
      open_refunds_{log},
      to_refund_{log},
      stuck_{log},
      leaving_{log},
      money_{log},
      hours_{log} {
}

void SalesLedger::add(const Order& order, OrderIndex index) {
    if (const auto* open = open_payment(order))
        open_payments_.insert({open->started_at, index}, {});
    for (const auto& refund : order.refunds)
        if (is_asked_for(order, refund)) open_refunds_.insert({refund.started_at, index}, {});
    add_to_refund(order, index);
    if (const auto since = leaves_after(order, order.closed_at))
        leaving_.insert({*since, index}, {});
    change_sums(order, true);
}

void SalesLedger::remove(const Order& order, OrderIndex index) {
    if (const auto* open = open_payment(order)) open_payments_.erase({open->started_at, index});
    for (const auto& refund : order.refunds)
        if (is_asked_for(order, refund)) open_refunds_.erase({refund.started_at, index});
    to_refund_.erase({order.event, index});
    remove_stuck(order, index);
    if (const auto since = leaves_after(order, order.closed_at)) leaving_.erase({*since, index});
    change_sums(order, false);
}

void SalesLedger::event_was_cancelled(const Order& order, OrderIndex index) {
    remove_stuck(order, index);
    add_to_refund(order, index);
}

void SalesLedger::remove_stuck(const Order& order, OrderIndex index) {
    stuck_.erase({{order.event, false}, index});
    stuck_.erase({{order.event, true}, index});
}

void SalesLedger::add_to_refund(const Order& order, OrderIndex index) {
    if (!was_paid(order)) return;
    const auto* const event = plans_.find(order.event);
    if (event == nullptr || !event->event.cancelled) return;
    const auto is_held = [&order](const Refund& refund) { return is_withheld(order, refund); };
    if (next_refund(order, event->event.refunds_asked_at))
        to_refund_.insert({order.event, index}, {});
    else if (next_refund(order, Instant::max()))
        stuck_.insert({{order.event, true}, index}, {});
    else if (std::ranges::any_of(order.refunds, is_held) ||
             (!has_open_refund(order) && !refundable(order).empty()))
        stuck_.insert({{order.event, false}, index}, {});
}

std::uint64_t SalesLedger::count_stuck(EventId event) const {
    const auto& all = stuck_.entries();
    const auto first = all.lower_bound({{event, false}, OrderIndex{0}});
    const auto end = all.upper_bound({{event, true}, std::numeric_limits<OrderIndex>::max()});
    return static_cast<std::uint64_t>(std::distance(first, end));
}

bool SalesLedger::has_refused(EventId event) const {
    const std::pair key{event, true};
    const auto first = stuck_.entries().lower_bound({key, OrderIndex{0}});
    return first != stuck_.entries().end() && first->first.first == key;
}

std::vector<OrderIndex> SalesLedger::refused(EventId event) const {
    std::vector<OrderIndex> orders;
    const std::pair key{event, true};
    const auto& all = stuck_.entries();
    for (auto i = all.lower_bound({key, OrderIndex{0}}); i != all.end() && i->first.first == key;
         ++i)
        orders.push_back(i->first.second);
    return orders;
}

void SalesLedger::change_sums(const Order& order, bool is_added) {
    if (!was_paid(order)) return;
    const auto change = [is_added]<class Sum>(Sum& sum, Sum by) {
        if (is_added)
            sum += by;
        else
            sum -= by;
    };
    change_entry(money_, order.event, [&](EventMoney& sums) {
        change(sums.paid, std::uint64_t{1});
        change(sums.refunded, std::uint64_t{is_wholly_refunded(order) ? 1U : 0U});
        change(sums.amount_refunded, BigAmount{refunded(order)});
    });
    const auto* const sale = sale_of(order);
    for (const auto& payment : order.payments) {
        if (payment.status != PaymentStatus::succeeded) continue;
        change_entry(hours_, std::pair{order.event, hour_of(payment)}, [&](HourOfSales& sums) {
            change(sums.captured, BigAmount{order.amount});
            if (&payment != sale) return;
            change(sums.orders, std::uint64_t{1});
            change(sums.tickets, std::uint64_t{ticket_count(order.lines)});
        });
    }
}

EventMoney SalesLedger::money_of(EventId event) const {
    const auto found = money_.entries().find(event);
    return found == money_.entries().end() ? EventMoney{} : found->second;
}

bool SalesLedger::has_the_same_as(const SalesLedger& other) const {
    return open_payments() == other.open_payments() && open_refunds() == other.open_refunds() &&
           to_refund() == other.to_refund() && stuck_.entries() == other.stuck_.entries() &&
           leaving() == other.leaving() && money_.entries() == other.money_.entries() &&
           hours_.entries() == other.hours_.entries();
}

}  // namespace frontrow::domain
