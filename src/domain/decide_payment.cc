#include "domain/decide_order.h"

#include <algorithm>
#include <utility>

namespace frontrow::domain {
namespace {

/// The order, if it belongs to this user. Another user's is treated as not found.
const Order*
find_own_order(const Inventory& inventory, OrderId id, const std::string& user, Instant now) {
    const auto* order = inventory.orders().find(id, now);
    return order != nullptr && order->user == user ? order : nullptr;
}

std::optional<Refusal> refuse_payment(const Inventory& inventory, const Order& order, Instant now) {
    const auto because = [](Reason reason) { return Refusal{.reason = reason}; };
    if (open_payment(order) != nullptr) return because(Reason::payment_in_progress);
    if (was_paid(order)) return because(Reason::order_paid);
    const auto* const row = inventory.reservations().find(order.reservation, now);
    if (row != nullptr && status_of(*row, now) == ReservationStatus::expired)
        return because(Reason::hold_expired);
    if (inventory.orders().closed_at(order, now)) return because(Reason::order_closed);
    if (order.payments.size() >= kPaymentsMax)
        return Refusal{.reason = Reason::too_many_payments, .limit = kPaymentsMax};
    if (inventory.event_of(*row).event.cancelled) return because(Reason::event_cancelled);
    return std::nullopt;
}

/// When the hold ends if a provider is asked now.
Instant pinned_until(const Order& order, Instant expires_at, Instant now) {
    const auto first_asked_at = order.first_asked_at.value_or(now);
    return std::max(expires_at, std::min<Instant>(first_asked_at + kPinnedMax, kLastInstant));
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const StartPayment& command, Instant now) {
    if (auto again = replay_order(inventory, &command.request, RequestKind::payment, now))
        return *std::move(again);
    const auto* order = find_own_order(inventory, command.order, command.user, now);
    if (order == nullptr) return refuse(Reason::order_not_found, 0);
    if (auto refusal = refuse_payment(inventory, *order, now))
        return refuse(*std::move(refusal), inventory.last_seq_of(*order));

    const auto expires_at = inventory.reservations().find(order->reservation, now)->expires_at;
    PaymentIntended intended{
        .order = order->id,
        .payment = command.payment,
        .method = PaymentMethod::free,
        .pinned_until = expires_at,
        .request = command.request,
    };
    OrderDraft draft{inventory, *order, now};
    if (order->amount == 0) {
        draft.add(std::move(intended));
        draft.add(PaymentSucceeded{.order = order->id, .payment = command.payment});
        draft.confirm();
        return draft.finish();
    }
    intended.method = PaymentMethod::provider;
    intended.provider = command.provider;
    intended.token = command.token;
    intended.return_url = command.return_url;
    intended.pinned_until = pinned_until(*order, expires_at, now);
    draft.add(std::move(intended));
    return draft.finish();
}

namespace {

/// The units as a request would name them: each category once.
WantedItems wanted_of(const Items& items) {
    WantedItems wanted;
    for (const auto& item : items) {
        const auto same = std::ranges::find(wanted, item.category, &WantedItem::category);
        if (same == wanted.end())
            wanted.push_back({item.category, item.quantity});
        else
            same->quantity += item.quantity;
    }
    return wanted;
}

/// What the order's reservation gets if it is restored: all that it had. Nothing if that isn't
/// free any more, or is more than the buyer may have now, or if the order closed before the hold
/// ran out.
std::optional<Granted> grant_again(
    const Inventory& inventory,
    const Order& order,
    const ReservationRow& row,
    Instant now
) {
    const auto& event = inventory.event_of(row);
    const auto* const newest = inventory.orders().newest_of(order.reservation, now);
    const bool has_run_out = order.closed_at.value_or(row.expires_at) == row.expires_at;
    const bool is_of_use = newest != nullptr && newest->id == order.id && has_run_out &&
                           !event.deleted && event.event.spec.currency == order.currency;
    if (!is_of_use) return std::nullopt;
    const auto reservation = inventory.entity(row, now);
    const auto wanted = wanted_of(reservation.items);
    const SeatIds no_seats;
    const Items no_items;
    const Wish wish{
        .user = order.user,
        .seats = reservation.seats,
        .items = wanted,
        .seats_given_back = no_seats,
        .items_given_back = no_items,
        .opened = open_to(event, row, now),
    };
    auto granted = grant(inventory, event, wish, now);
    return granted ? std::optional{*std::move(granted)} : std::nullopt;
}

/// Adds the facts by which the buyer gets everything after the hold has ended. Returns false, and
/// adds nothing, if that isn't possible.
bool restore(
    const Inventory& inventory,
    OrderDraft& draft,
    const ReservationRow& row,
    Instant now
) {
    auto granted = grant_again(inventory, draft.order(), row, now);
    if (!granted) return false;
    const auto& event = inventory.event_of(row);
    if (row.status == ReservationStatus::pending) {
        draft.facts().push_back({event.event.id, ReservationExpired{row.id}});
        std::erase(granted->lapsed, inventory.reservations().index_of(row.id));
    }
    end_due(inventory, event, *granted, now, draft.facts());
    draft.add(ReservationRestored{row.id});
    return true;
}

void refund_at_once(OrderDraft& draft, PaymentId payment, RefundReason reason) {
    // Whoever notes the success makes the same id, and so the same refund.
    draft.add(RefundIntended{
        .order = draft.order().id,
        .refund = RefundId{payment.bits()},
        .payment = payment,
        .reason = reason,
        .amount = draft.order().amount,
    });
}

/// What is known now, if it isn't empty.
const std::string& newer(const std::string& now_known, const std::string& before) {
    return now_known.empty() ? before : now_known;
}

/// The money was taken: the buyer gets what they have paid for, or the money back.
void take_money(
    const Inventory& inventory,
    OrderDraft& draft,
    const Payment& payment,
    const NotePayment& command,
    Instant now
) {
    const auto& order = draft.order();
    const bool was_paid_before = was_paid(order);
    draft.add(PaymentSucceeded{
        order.id, payment.id, newer(command.reference, payment.reference), command.by
    });
    if (was_paid_before) return refund_at_once(draft, command.payment, RefundReason::paid_twice);
    const auto* const row = inventory.reservations().find(order.reservation, now);
    if (row != nullptr) {
        const auto status = status_of(*row, now);
        if (status == ReservationStatus::pending && !order.closed_at) return draft.confirm();
        if (status == ReservationStatus::expired && restore(inventory, draft, *row, now)) return;
    }
    refund_at_once(draft, command.payment, RefundReason::too_late);
}

/// Whether the notice was signed before the one by which the payment's dispute became what it is.
/// It may be an old one that somebody repeats. Both times are by the provider's clock. A dispute
/// begins before it ends, so of two notices of the same second, the one about its end is the later
/// one.
bool is_outdated(const Payment& payment, const NotePayment& command) {
    if (!command.signed_at || !payment.dispute_signed_at) return false;
    if (*command.signed_at != *payment.dispute_signed_at)
        return *command.signed_at < *payment.dispute_signed_at;
    return command.news == PaymentNews::disputed;
}

/// Adds the facts that the news makes; none if it is known already or is too late to matter.
void note_news(
    const Inventory& inventory,
    OrderDraft& draft,
    const Payment& payment,
    const NotePayment& command,
    Instant now
) {
    const auto order = draft.order().id;
    const auto is_open = payment.status == PaymentStatus::open;
    switch (command.news) {
        case PaymentNews::pending: {
            PaymentPending body{
                order,
                payment.id,
                newer(command.reference, payment.reference),
                newer(command.redirect_url, payment.redirect_url),
            };
            const bool is_known =
                body.reference == payment.reference && body.redirect_url == payment.redirect_url;
            // A provider may make an id for each answer. The journal must not grow with each.
            const bool is_one_of_too_many = payment.times_pending >= kTimesPendingMax;
            if (is_open && !is_known && !is_one_of_too_many) draft.add(std::move(body));
            return;
        }
        case PaymentNews::succeeded:
            if (payment.status != PaymentStatus::succeeded)
                take_money(inventory, draft, payment, command, now);
            return;
        case PaymentNews::declined:
            if (is_open) draft.add(PaymentDeclined{order, payment.id, command.code, command.by});
            return;
        case PaymentNews::disputed:
        case PaymentNews::undisputed: {
            const bool is_disputed = command.news == PaymentNews::disputed;
            if (payment.is_disputed != is_disputed && !is_outdated(payment, command))
                draft.add(PaymentDisputed{order, payment.id, is_disputed, command.signed_at});
            return;
        }
    }
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const NotePayment& command, Instant now) {
    const auto* order = inventory.orders().find(command.payment, now);
    if (order == nullptr) return refuse(Reason::payment_not_found, 0);
    const auto payment = *std::ranges::find(order->payments, command.payment, &Payment::id);
    if (payment.provider != command.provider)
        return refuse(Reason::payment_not_found, inventory.last_seq_of(*order));
    const bool is_other_sum =
        command.amount != order->amount || command.currency != order->currency;
    if (command.news == PaymentNews::succeeded && is_other_sum)
        return refuse_limit(Reason::amount_differs, order->amount, inventory.last_seq_of(*order));
    // A provider's decline may be older than its success. A person's would be a mistake.
    const bool is_undone_by_hand = !command.by.empty() && command.news == PaymentNews::declined &&
                                   payment.status == PaymentStatus::succeeded;
    if (is_undone_by_hand) return refuse(Reason::order_paid, inventory.last_seq_of(*order));
    OrderDraft draft{inventory, *order, now};
    note_news(inventory, draft, payment, command, now);
    return draft.facts().empty() ? accept_order(inventory, *order, now) : draft.finish();
}

}  // namespace frontrow::domain
