#include "domain/decide_order.h"
#include "domain/members.h"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

/// The order, if `by` may change its event. Any other order is treated as not found.
const Order*
find_managed_order(const Inventory& inventory, OrderId id, const Organizer& by, Instant now) {
    const auto* order = inventory.orders().find(id, now);
    if (order == nullptr || find_own_event(inventory, order->event, by) == nullptr) return nullptr;
    return order;
}

/// Picks what a command names out of what can be refunded, ticket by ticket.
class Picking {
public:
    Picking(const Inventory& inventory, const Order& order, Refundable left)
        : inventory_{inventory},
          order_{order},
          lines_{ticket_lines(order.lines)},
          left_{std::move(left)},
          picked_{.payment = left_.payment, .method = left_.method} {}

    /// Refuses if some of it isn't left.
    std::expected<Refundable, Refusal> run(const RefundOrder& command) {
        for (const auto id : command.seats)
            if (!take(number_of(id))) return not_in_order(id.to_string());
        for (const auto& [reservation, number] : command.tickets)
            if (reservation != order_.reservation || !take(number))
                return not_in_order(reservation.to_string() + "." + std::to_string(number));
        for (const auto& wanted : command.items) {
            const auto numbers = units_of(wanted.category);
            if (numbers.size() < wanted.quantity) return not_in_order(wanted.category);
            auto missing = wanted.quantity;
            for (const auto number : numbers)
                if (missing > 0 && !is_in_use(number) && take(number)) --missing;
            if (missing > 0) {
                const std::int64_t unused = wanted.quantity - missing;
                return std::unexpected(
                    Refusal{Reason::tickets_in_use, unused, std::string{wanted.category}}
                );
            }
        }
        std::ranges::sort(picked_.tickets);
        return std::move(picked_);
    }

private:
    static std::expected<Refundable, Refusal> not_in_order(std::string subject) {
        return std::unexpected(
            Refusal{.reason = Reason::not_in_order, .subject = std::move(subject)}
        );
    }
    /// Zero if the order hasn't sold it.
    std::uint32_t number_of(SeatId id) const {
        const auto found = std::ranges::find(lines_, id, &OrderLine::seat);
        return found == lines_.end() ? 0 : static_cast<std::uint32_t>(found - lines_.begin() + 1);
    }
    /// The tickets that are left of the category, the highest number first.
    TicketNumbers units_of(const std::string& category) const {
        TicketNumbers numbers;
        for (const auto number : left_.tickets | std::views::reverse)
            if (const auto& line = *lines_[number - 1];
                line.kind == LineKind::category && line.category == category)
                numbers.push_back(number);
        return numbers;
    }
    /// Somebody got in with the ticket, or may have, or has it from the buyer.
    bool is_in_use(std::uint32_t number) const {
        const auto* const notes = inventory_.tickets().find({order_.reservation, number});
        return notes != nullptr && (notes->is_scanned() || !notes->holder.empty());
    }
    /// Returns false if the ticket isn't left.
    bool take(std::uint32_t number) {
        const auto found = std::ranges::find(left_.tickets, number);
        if (found == left_.tickets.end()) return false;
        left_.tickets.erase(found);
        picked_.tickets.push_back(number);
        const auto& line = *lines_[number - 1];
        picked_.amount += line.unit_price;
        switch (line.kind) {
            case LineKind::seat:
                picked_.seats.push_back(line.seat);
                break;
            case LineKind::category:
                add_units(picked_.items, {line.category, 1, line.unit_price});
                break;
        }
        return true;
    }

    const Inventory& inventory_;
    const Order& order_;
    std::vector<const OrderLine*> lines_;
    Refundable left_;
    Refundable picked_;
};

/// The first that may go. If none may, the first.
template <class MayGo>
Refundable pick_whole(const std::vector<Refundable>& left, MayGo may_go) {
    const auto first = std::ranges::find_if(left, may_go);
    return first == left.end() ? left.front() : *first;
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
void settle(const Inventory& inventory, OrderDraft& draft, const NoteRefund& news, Instant now) {
    draft.add(RefundSucceeded{draft.order().id, news.refund, news.reference, news.by});
    const auto refund = *std::ranges::find(draft.order().refunds, news.refund, &Refund::id);
    if (refund.returns_to_sale && !has_returned(refund))
        return_to_sale(inventory, draft, refund, now);
}

/// Starts the refund that the command asks for.
Decision begin(
    const Inventory& inventory,
    const Order& order,
    const RefundOrder& command,
    Refundable what,
    Instant now
) {
    // Only a provider has to be asked, and no provider gives back nothing.
    const bool is_done = what.amount == 0 || what.method != PaymentMethod::provider;
    const bool returns_to_sale = command.returns_to_sale && what.has_tickets();
    OrderDraft draft{inventory, order, now};
    draft.add(RefundIntended{
        .order = order.id,
        .refund = command.refund,
        .payment = what.payment,
        .reason = command.reason,
        .amount = what.amount,
        .seats = std::move(what.seats),
        .items = std::move(what.items),
        .returns_to_sale = returns_to_sale,
        .by = command.by.sub,
        .request = command.request,
        .tickets = std::move(what.tickets),
    });
    if (is_done) settle(inventory, draft, {.refund = command.refund}, now);
    return draft.finish();
}

/// An id that every runner makes for the order's next refund, so that two of them start the same
/// one. The first is the order's own; an order has another one for a refund after one that failed.
RefundId next_refund_id(const Order& order) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    // The highest two bits of this half say what kind of id it is.
    constexpr auto kKept = ~std::uint64_t{0} >> 2;
    auto bits = order.id.bits();
    bits.lo ^= order.refunds.size() * kOdd & kKept;
    return RefundId{bits};
}

/// Starts the next refund of an order of a cancelled event. Changes nothing if none is to start.
Decision
begin_next(const Inventory& inventory, const Order& order, RefundOrder command, Instant now) {
    const auto& event = inventory.plans().find(order.event)->event;
    auto next = event.cancelled ? next_refund(order, event.refunds_asked_at) : std::nullopt;
    if (!next) return accept_order(inventory, order, now);
    command.refund = next_refund_id(order);
    return begin(inventory, order, command, *std::move(next), now);
}

bool is_disputed(const Order& order, PaymentId payment) {
    return std::ranges::find(order.payments, payment, &Payment::id)->is_disputed;
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const RefundOrder& command, Instant now) {
    if (auto again = replay_order(inventory, given(command.request), RequestKind::refund, now))
        return *std::move(again);
    const auto* order = find_managed_order(inventory, command.order, command.by, now);
    if (order == nullptr) return refuse(Reason::order_not_found, 0);
    if (command.reason == RefundReason::event_cancelled)
        return begin_next(inventory, *order, command, now);
    // The same command was carried out before.
    if (const auto* known = inventory.orders().find(command.refund, now))
        return accept_order(inventory, *known, now);
    const auto rests_on = inventory.last_seq_of(*order);
    const auto left = refundable(*order);
    if (left.empty()) return refuse(Reason::nothing_to_refund, rests_on);
    const auto may_go = [&](const Refundable& one) {
        return command.despite_dispute || !is_disputed(*order, one.payment);
    };
    std::expected<Refundable, Refusal> picked = pick_whole(left, may_go);
    if (!command.is_whole()) picked = Picking{inventory, *order, left.back()}.run(command);
    if (!picked) return refuse(std::move(picked.error()), rests_on);
    if (!may_go(*picked)) return refuse(Reason::payment_disputed, rests_on);
    return begin(inventory, *order, command, *std::move(picked), now);
}

template <>
Decision decide_one(const Inventory& inventory, const NoteRefund& command, Instant now) {
    const auto* order = inventory.orders().find(command.refund, now);
    if (order == nullptr) return refuse(Reason::refund_not_found, 0);
    const auto& refund = *std::ranges::find(order->refunds, command.refund, &Refund::id);
    const auto& payment = *std::ranges::find(order->payments, refund.payment, &Payment::id);
    const auto rests_on = inventory.last_seq_of(*order);
    // No provider has a say in what the box office has taken.
    if (payment.method != PaymentMethod::provider || payment.provider != command.provider)
        return refuse(Reason::refund_not_found, rests_on);
    const bool is_known =
        refund.status == (command.is_done ? RefundStatus::succeeded : RefundStatus::failed);
    const bool is_old = command.is_done
                            ? refund.came_back && command.by.empty()
                            : refund.status == RefundStatus::succeeded && command.is_answer;
    const bool is_undone_by_hand_alone = refund.is_by_hand && command.by.empty();
    if (is_known || is_old || is_undone_by_hand_alone) return accept_order(inventory, *order, now);
    const bool has_failed = refund.status == RefundStatus::failed;
    if (has_failed && !is_still_due(*order, refund))
        return refuse(Reason::refunded_otherwise, rests_on);
    OrderDraft draft{inventory, *order, now};
    if (command.is_done)
        settle(inventory, draft, command, now);
    else
        draft.add(RefundFailed{order->id, refund.id, command.code, command.by});
    return draft.finish();
}

}  // namespace frontrow::domain
