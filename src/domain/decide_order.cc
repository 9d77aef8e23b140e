#include "domain/decide_order.h"

#include <numeric>
#include <utility>

namespace frontrow::domain {

Decision OrderDraft::finish() {
    Decision decision{
        .outcome = Accepted{.entity = inventory_.order_view(std::move(order_), now_)},
    };
    decision.facts = std::move(facts_);
    return decision;
}

Decision accept_order(const Inventory& inventory, const Order& order, Instant now) {
    return accept(inventory.order_view(order, now), inventory.last_seq_of(order));
}

namespace {

/// The request that was made before under the same key, and is the same. A refusal if it was
/// another one; nothing if there was none.
std::optional<Result<Orders::Request, Refusal>>
find_same(const Inventory& inventory, const RequestMark& request, RequestKind kind, Instant now) {
    const auto before = inventory.orders().find_request(request.key, now);
    if (!before && inventory.requests().find(request.key, now) == nullptr) return std::nullopt;
    if (!before || before->kind != kind || before->mark.content != request.content)
        return std::unexpected(Refusal{.reason = Reason::idempotency_key_reused});
    return *before;
}

/// The order as it was when it was placed. One that the box office sold was paid at once.
OrderView as_placed(Order order) {
    const bool is_sold_at_once = !order.payments.empty() && !order.payments.front().request;
    order.payments.resize(is_sold_at_once ? 1 : 0);
    if (is_sold_at_once) {
        order.payments.front().is_disputed = false;
        order.payments.front().dispute_changed_at.reset();
        order.payments.front().dispute_signed_at.reset();
    }
    order.refunds.clear();
    order.closed_at.reset();
    if (order.first_asked_at && *order.first_asked_at >= order.created_at)
        order.first_asked_at.reset();
    const auto status = status_of(order);
    return {std::move(order), status};
}

std::optional<Decision>
replay_placing(const Inventory& inventory, const RequestMark& request, Instant now) {
    const auto before = find_same(inventory, request, RequestKind::order, now);
    if (!before) return std::nullopt;
    if (!*before) return refuse(before->error(), inventory.last_seq());
    const auto& order = *(*before)->order;
    auto decision = accept(as_placed(order), inventory.last_seq_of(order));
    decision.outcome->replayed = true;
    return decision;
}

Amount amount_of(const OrderLines& lines) {
    return std::transform_reduce(
        lines.begin(),
        lines.end(),
        Amount{0},
        std::plus{},
        [](const OrderLine& line) { return line.amount; }
    );
}

void give_away(OrderLines& lines) {
    for (auto& line : lines) {
        line.unit_price = 0;
        line.amount = 0;
    }
}

}  // namespace

std::optional<Decision> replay_order(
    const Inventory& inventory,
    const RequestMark* request,
    RequestKind kind,
    Instant now
) {
    if (request == nullptr) return std::nullopt;
    const auto before = find_same(inventory, *request, kind, now);
    if (!before) return std::nullopt;
    if (!*before) return refuse(before->error(), inventory.last_seq());
    auto decision = accept_order(inventory, *(*before)->order, now);
    decision.outcome->replayed = true;
    return decision;
}

OrderLines lines_of(const Inventory& inventory, const Reservation& reservation) {
    OrderLines lines;
    lines.reserve(reservation.seats.size() + reservation.items.size());
    const auto& event = *inventory.plans().find(reservation.event);
    for (const auto seat : reservation.seats) {
        const auto price = price_of(inventory, event, seat);
        lines.push_back({.seat = seat, .unit_price = price, .amount = price});
    }
    for (const auto& item : reservation.items)
        lines.push_back({
            .kind = LineKind::category,
            .category = item.category,
            .quantity = item.quantity,
            .unit_price = item.unit_price,
            .amount = item.unit_price * item.quantity,
        });
    return lines;
}

template <>
Decision decide_one(const Inventory& inventory, const PlaceOrder& command, Instant now) {
    if (auto again = replay_placing(inventory, command.request, now)) return *std::move(again);
    const auto* row = find_own_reservation(inventory, command.reservation, command.user, now);
    if (row == nullptr) return refuse(Reason::reservation_not_found, 0);
    const auto& event = inventory.event_of(*row);
    if (const auto reason = refuse_unless_held(status_of(*row, now)))
        return refuse(*reason, event.last_seq());
    const auto* const before = inventory.orders().newest_of(command.reservation, now);
    if (before != nullptr && !before->closed_at)
        return refuse(Reason::order_exists, event.last_seq());
    if (event.event.cancelled) return refuse(Reason::event_cancelled, event.last_seq());
    if (event.event.spec.admission.asks().has_terms() && !command.accepts_terms)
        return refuse(Reason::terms_not_accepted, event.last_seq());

    auto lines = lines_of(inventory, inventory.entity(*row, now));
    const auto amount = amount_of(lines);
    const OrderPlaced body{
        command.order, command.reservation, std::move(lines), amount, command.request
    };
    const auto asked = before == nullptr ? std::nullopt : before->first_asked_at;
    OrderDraft draft{
        inventory, placed(body, event.event.id, command.user, row->currency, asked, now), now
    };
    draft.facts().push_back({event.event.id, body});
    return draft.finish();
}

template <>
Decision decide_one(const Inventory& inventory, const SellAtBoxOffice& command, Instant now) {
    const auto& wanted = *command.claim;
    if (auto again = replay_placing(inventory, wanted.request, now)) return *std::move(again);
    if (find_own_event(inventory, wanted.event, command.by) == nullptr)
        return refuse(Reason::event_not_found, inventory.events_seq());
    auto claim = wanted;
    claim.user = command.by.sub;
    // The request's key leads to the order. Nobody can ask for the reservation by this one.
    claim.request.key = wanted.reservation.bits();
    auto held = hold(inventory, claim, now);
    if (!held.outcome) return held;
    const auto& reservation = entity_of<Reservation>(*held.outcome);

    auto lines = lines_of(inventory, reservation);
    if (command.method == PaymentMethod::free) give_away(lines);
    const auto amount = amount_of(lines);
    const OrderPlaced body{command.order, reservation.id, std::move(lines), amount, wanted.request};
    OrderDraft draft{
        inventory,
        placed(body, wanted.event, claim.user, reservation.currency, std::nullopt, now),
        now,
    };
    draft.facts() = std::move(held.facts);
    draft.facts().push_back({wanted.event, body});
    draft.add(PaymentIntended{
        .order = command.order,
        .payment = command.payment,
        .method = amount == 0 ? PaymentMethod::free : command.method,
        .pinned_until = reservation.expires_at,
        .by = command.by.sub,
    });
    draft.add(PaymentSucceeded{.order = command.order, .payment = command.payment});
    draft.confirm();
    return draft.finish();
}

}  // namespace frontrow::domain
