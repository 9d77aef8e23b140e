#include "domain/decide_order.h"
#include "domain/members.h"

#include <algorithm>
#include <expected>
#include <utility>

namespace frontrow::domain {
namespace {

/// The order, if `by` may change its event. Any other order is treated as not found.
const Order*
find_managed_order(const Inventory& inventory, OrderId id, const Organizer& by, Instant now) {
    const auto* order = inventory.orders().find(id, now);
    if (order == nullptr || find_own_event(inventory, order->event, by) == nullptr) return nullptr;
    return order;
}

/// The seats and units that the command names, with what they cost, out of those that can be
/// refunded; or the first seat or category of which there are fewer.
std::expected<Refundable, std::string>
pick(const Order& order, Refundable left, const RefundOrder& command) {
    Refundable picked{.payment = left.payment, .method = left.method};
    for (const auto id : command.seats) {
        const auto seat = std::ranges::find(left.seats, id);
        if (seat == left.seats.end()) return std::unexpected(id.to_string());
        left.seats.erase(seat);
        picked.seats.push_back(id);
        picked.amount += std::ranges::find(order.lines, id, &OrderLine::seat)->unit_price;
    }
    for (const auto& wanted : command.items)
        if (!take_back(left.items, wanted, picked.items)) return std::unexpected(wanted.category);
    picked.amount += amount_of({}, picked.items);
    return picked;
}

/// Adds the fact that takes the refunded seats and units out of the order's reservation.
void return_to_sale(
    const Inventory& inventory,
    OrderDraft& draft,
    const Refund& refund,
    Instant now
) {
    const auto& order = draft.order();
    const auto& row = *inventory.reservations().find(order.reservation, now);
    auto rest = inventory.entity(row, now);
    ReservationChanged change{.reservation = row.id, .removed_seats = refund.seats};
    for (const auto id : refund.seats) {
        rest.seats.erase(std::ranges::find(rest.seats, id));
        rest.total_amount -= price_of(inventory, inventory.event_of(row), id);
    }
    for (const auto& item : refund.items) {
        // What the box office gave away has its price in the reservation, but none in the order.
        if (take_units(rest.items, item))
            change.removed_items.push_back(item);
        else
            CHECK(take_back(rest.items, {item.category, item.quantity}, change.removed_items));
    }
    rest.total_amount -= amount_of({}, change.removed_items);
    change.total_amount = rest.total_amount;
    const bool is_all = rest.seats.empty() && rest.items.empty();
    if (is_all)
        draft.facts().push_back({order.event, ReservationCancelled{row.id}});
    else
        draft.facts().push_back({order.event, std::move(change)});
}

/// The money has gone back.
void settle(
    const Inventory& inventory,
    OrderDraft& draft,
    RefundId id,
    const std::string& reference,
    Instant now
) {
    draft.add(RefundSucceeded{draft.order().id, id, reference});
    const auto refund = *std::ranges::find(draft.order().refunds, id, &Refund::id);
    if (refund.returns_to_sale) return_to_sale(inventory, draft, refund, now);
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const RefundOrder& command, Instant now) {
    if (auto again = replay_order(inventory, given(command.request), RequestKind::refund, now))
        return *std::move(again);
    const auto* order = find_managed_order(inventory, command.order, command.by, now);
    if (order == nullptr) return refuse(Reason::order_not_found, 0);
    // Another runner has started the same refund.
    if (const auto* known = inventory.orders().find(command.refund, now))
        return accept_order(inventory, *known, now);
    const auto rests_on = inventory.last_seq_of(*order);
    const auto left = refundable(*order);
    if (!left) return refuse(Reason::nothing_to_refund, rests_on);
    const bool is_whole = command.seats.empty() && command.items.empty();
    auto picked = is_whole ? *left : pick(*order, *left, command);
    if (!picked) return refuse_subject(Reason::not_in_order, std::move(picked.error()), rests_on);

    const bool has_goods = !picked->seats.empty() || !picked->items.empty();
    // Only a provider has to be asked, and no provider gives back nothing.
    const bool is_done = picked->amount == 0 || picked->method != PaymentMethod::provider;
    OrderDraft draft{inventory, *order, now};
    draft.add(RefundIntended{
        .order = order->id,
        .refund = command.refund,
        .payment = picked->payment,
        .reason = command.reason,
        .amount = picked->amount,
        .seats = std::move(picked->seats),
        .items = std::move(picked->items),
        .returns_to_sale = command.returns_to_sale && has_goods,
        .by = command.by.sub,
        .request = command.request,
    });
    if (is_done) settle(inventory, draft, command.refund, {}, now);
    return draft.finish();
}

template <>
Decision decide_one(const Inventory& inventory, const NoteRefund& command, Instant now) {
    const auto* order = inventory.orders().find(command.refund, now);
    if (order == nullptr) return refuse(Reason::refund_not_found, 0);
    const auto& refund = *std::ranges::find(order->refunds, command.refund, &Refund::id);
    const auto& payment = *std::ranges::find(order->payments, refund.payment, &Payment::id);
    if (payment.provider != command.provider)
        return refuse(Reason::refund_not_found, inventory.last_seq_of(*order));
    if (refund.status != RefundStatus::open) return accept_order(inventory, *order, now);
    OrderDraft draft{inventory, *order, now};
    if (command.is_done)
        settle(inventory, draft, refund.id, command.reference, now);
    else
        draft.add(RefundFailed{order->id, refund.id, command.code});
    return draft.finish();
}

}  // namespace frontrow::domain
