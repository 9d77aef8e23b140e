#include "domain/audit.h"

#include <algorithm>

// What the audit demands of orders and payments.

namespace frontrow::domain {
namespace {

std::int64_t count_succeeded(const Order& order) {
    return std::ranges::count(order.payments, PaymentStatus::succeeded, &Payment::status);
}

bool has_open_payment(const Order& order) {
    return std::ranges::count(order.payments, PaymentStatus::open, &Payment::status) > 0;
}

/// Multiplies without a sign, because a signed product of arbitrary numbers could overflow, which
/// is undefined.
Amount price_of(const Item& item) {
    return static_cast<Amount>(item.quantity * static_cast<std::uint64_t>(item.unit_price));
}

OrderLines given_away(OrderLines lines) {
    for (auto& line : lines)
        line.unit_price = line.amount = 0;
    return lines;
}

}  // namespace

template <>
void Audit::judge(const Fact& fact, const OrderPlaced& body) {
    auto* hold = pending(fact, body.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "an order was placed for a hold that had run out");
    const auto lines = lines_of(*hold);
    const bool is_at_price = body.lines == lines && body.amount == hold->total_amount;
    const bool is_given_away = !is_at_price && body.lines == given_away(lines) && body.amount == 0;
    expect(fact, is_at_price || is_given_away, "an order isn't about what its reservation holds");
    expect(fact, unclosed_order(body.reservation) == nullptr, "a reservation has two orders");
    auto& payments = payments_by_reservation_[body.reservation];
    payments.order = body.order;
    OrderTruth truth{
        .order =
            {
                .id = body.order,
                .reservation = body.reservation,
                .event = fact.event,
                .user = users_[hold->user],
                .lines = body.lines,
                .amount = body.amount,
                .currency = hold->currency,
                .created_at = fact.at,
                .request = body.request,
                .first_asked_at = payments.first_asked_at,
            },
        .event = hold->event,
        .is_given_away = is_given_away,
    };
    const bool is_new = orders_.emplace(body.order, std::move(truth)).second;
    expect(fact, is_new, "an order was placed twice");
    if (is_new) ++totals_.orders;
}

OrderLines Audit::lines_of(const HoldTruth& hold) const {
    OrderLines lines;
    for (const auto id : hold.seats) {
        const auto seat = seats_.find(id);
        const auto price = seat == seats_.end() ? 0 : seat->second.price;
        lines.push_back({.kind = LineKind::seat, .seat = id, .unit_price = price, .amount = price});
    }
    for (const auto& item : hold.items)
        lines.push_back({
            .kind = LineKind::category,
            .category = item.category,
            .quantity = item.quantity,
            .unit_price = item.unit_price,
            .amount = price_of(item),
        });
    return lines;
}

template <>
void Audit::judge(const Fact& fact, const PaymentIntended& body) {
    auto* truth = order(fact, body.order);
    if (truth == nullptr) return;
    auto& order = truth->order;
    const bool is_provider = body.method == PaymentMethod::provider;
    const bool is_free = body.method == PaymentMethod::free;
    expect(fact, is_provider != body.provider.empty(), "a payment has the wrong provider");
    expect(fact, !is_free || order.amount == 0, "an order was free that costs something");
    expect(
        fact,
        !truth->is_given_away || (is_free && fact.at == order.created_at),
        "tickets were given away, but not by the box office"
    );
    expect(fact, !order.closed_at, "a closed order was to be paid");
    expect(fact, count_succeeded(order) == 0, "a paid order was to be paid again");
    expect(fact, !has_open_payment(order), "an order has two payments at once");
    expect(fact, order.payments.size() < kPaymentsMax, "an order had too many payments");
    const bool is_new = payments_.insert(body.payment).second;
    expect(fact, is_new, "a payment was intended twice");
    order.payments.push_back({
        .id = body.payment,
        .method = body.method,
        .provider = body.provider,
        .token = body.token,
        .return_url = body.return_url,
        .started_at = fact.at,
        .pinned_until = body.pinned_until,
        .request = body.request,
    });
    ++events_[truth->event].unsettled;
    pin_hold(fact, order, body);
}

void Audit::pin_hold(const Fact& fact, Order& order, const PaymentIntended& body) {
    const bool is_provider = body.method == PaymentMethod::provider;
    auto* hold = pending(fact, order.reservation);
    if (hold == nullptr) return;
    expect(fact, fact.at < hold->expires_at, "a payment began after its hold had run out");
    auto& first = payments_by_reservation_[order.reservation].first_asked_at;
    if (is_provider && !first) first = fact.at;
    order.first_asked_at = first;
    expect(fact, body.pinned_until >= hold->expires_at, "a payment made a hold shorter");
    expect(
        fact,
        body.pinned_until == hold->expires_at ||
            (is_provider && body.pinned_until <= *first + kPinnedMax),
        "payments pinned a hold for longer than allowed"
    );
    move_end(*hold, order.reservation, body.pinned_until);
}

template <>
void Audit::judge(const Fact& fact, const PaymentPending& body) {
    auto* known = payment(fact, body.order, body.payment);
    if (known == nullptr) return;
    expect(fact, known->status == PaymentStatus::open, "a payment was open again after its end");
    known->reference = body.reference;
    known->redirect_url = body.redirect_url;
    ++known->times_pending;
}

template <>
void Audit::judge(const Fact& fact, const PaymentSucceeded& body) {
    auto* known = payment(fact, body.order, body.payment);
    if (known == nullptr) return;
    expect(fact, known->status != PaymentStatus::succeeded, "a payment succeeded twice");
    expect(fact, !due_, "a payment succeeded before the consequence of another one");
    auto& truth = orders_.find(body.order)->second;
    if (known->status == PaymentStatus::open) --events_[truth.event].unsettled;
    known->status = PaymentStatus::succeeded;
    known->settled_at = fact.at;
    known->reference = body.reference;
    known->decline_code.clear();
    due_ = {.order = body.order, .reservation = truth.order.reservation, .payment = body.payment};
}

template <>
void Audit::judge(const Fact& fact, const PaymentDeclined& body) {
    auto* known = payment(fact, body.order, body.payment);
    if (known == nullptr) return;
    expect(fact, known->status == PaymentStatus::open, "a payment was declined after its end");
    if (known->status != PaymentStatus::open) return;
    --events_[number_of(fact.event)].unsettled;
    known->status = PaymentStatus::declined;
    known->settled_at = fact.at;
    known->decline_code = body.code;
}

template <>
void Audit::judge(const Fact& fact, const PaymentDisputed& body) {
    auto* known = payment(fact, body.order, body.payment);
    if (known == nullptr) return;
    expect(fact, known->is_disputed != body.is_disputed, "a dispute became what it was");
    if (body.signed_at && known->dispute_signed_at) {
        const bool is_newer = body.is_disputed ? *body.signed_at > *known->dispute_signed_at
                                               : *body.signed_at >= *known->dispute_signed_at;
        expect(fact, is_newer, "an older notice changed a dispute");
    }
    known->is_disputed = body.is_disputed;
    known->dispute_changed_at = fact.at;
    known->dispute_signed_at = body.signed_at;
}

template <>
void Audit::judge(const Fact& fact, const ReservationRestored& body) {
    auto* paid = just_paid(body.reservation);
    expect(fact, paid != nullptr, "a reservation was restored that nobody had paid for");
    if (paid == nullptr) return;
    auto& hold = holds_.find(body.reservation)->second;
    if (hold.status == ReservationStatus::pending && hold.expires_at <= fact.at) {
        // The hold has run out, and no fact has said so.
        hold.status = ReservationStatus::expired;
        free_seats(fact, body.reservation, hold);
        close_order(body.reservation, hold.expires_at);
    }
    expect(fact, hold.status == ReservationStatus::expired, "a hold was restored before its end");
    if (hold.status != ReservationStatus::expired) return;
    take_again(fact, body.reservation, hold);
    // It is the newest order of the reservation, so no other one was placed since it closed.
    expect(
        fact,
        payments_by_reservation_[body.reservation].order == paid->order.id &&
            paid->order.closed_at == hold.expires_at,
        "a reservation was restored for an order that had closed before"
    );
    paid->order.closed_at.reset();
    sell_by(fact, *paid);
}

void Audit::take_again(const Fact& fact, ReservationId id, HoldTruth& hold) {
    auto& event = events_[hold.event];
    lapse_units(event, fact.at);
    const SeatIds seats{hold.seats.begin(), hold.seats.end()};
    judge_held_back(fact, hold, seats);
    hold.allocated = allocated_of(hold, seats, hold.items);
    use_allocation(hold, true);
    if (hold.allocated > 0) judge_allocation(fact, hold);
    take_seats(fact, id, seats, {});
    for (const auto seat : seats)
        seats_[seat].is_sold = true;
    for (const auto& item : hold.items) {
        auto* stock = stock_of(event, item.category);
        if (stock == nullptr) continue;
        stock->sold += item.quantity;
        const bool fits = stock->held + stock->sold + held_back(event, item.category, fact.at) <=
                          stock->category.total_stock;
        expect(fact, fits, "more units were restored than the category has");
    }
    const auto tickets = seats.size() + units_of(hold.items);
    count_tickets(hold.event, hold.user, static_cast<std::int64_t>(tickets));
    hold.status = ReservationStatus::confirmed;
    hold.confirmed_at = fact.at;
    totals_.seats_sold += seats.size();
    ++totals_.confirmed;
}

void Audit::sell_by(const Fact& fact, OrderTruth& truth) {
    expect(fact, count_succeeded(truth.order) == 1, "an order was carried out twice");
    truth.sold_by = due_->payment;
    due_.reset();
}

void Audit::judge_confirmation(const Fact& fact, ReservationId id, const HoldTruth& hold) {
    if (auto* paid = just_paid(id)) {
        expect(fact, !paid->order.closed_at, "a closed order was carried out");
        return sell_by(fact, *paid);
    }
    judge_no_open_payment(fact, id);
    const auto rule = events_[hold.event].event.spec.payment;
    expect(fact, rule == PaymentRule::none, "a reservation was confirmed that nobody had paid for");
    close_order(id, fact.at);
}

void Audit::judge_no_open_payment(const Fact& fact, ReservationId id) {
    const auto* order = unclosed_order(id);
    const bool is_open = order != nullptr && has_open_payment(order->order);
    expect(fact, !is_open, "a reservation changed while a payment was open");
}

void Audit::close_order(ReservationId id, Instant at) {
    if (auto* order = unclosed_order(id)) order->order.closed_at = at;
}

Audit::OrderTruth* Audit::unclosed_order(ReservationId id) {
    const auto payments = payments_by_reservation_.find(id);
    if (payments == payments_by_reservation_.end()) return nullptr;
    auto& truth = orders_.find(payments->second.order)->second;
    return truth.order.closed_at ? nullptr : &truth;
}

Audit::OrderTruth* Audit::just_paid(ReservationId id) {
    if (!due_ || !due_->payment || due_->reservation != id) return nullptr;
    return &orders_.find(due_->order)->second;
}

Audit::OrderTruth* Audit::order(const Fact& fact, OrderId id) {
    const auto found = orders_.find(id);
    const bool is_here = found != orders_.end() && found->second.order.event == fact.event;
    expect(fact, is_here, "the order doesn't exist in this event");
    return is_here ? &found->second : nullptr;
}

Payment* Audit::payment(const Fact& fact, OrderId of, PaymentId id) {
    auto* truth = order(fact, of);
    if (truth == nullptr) return nullptr;
    const auto found = std::ranges::find(truth->order.payments, id, &Payment::id);
    const bool is_here = found != truth->order.payments.end();
    expect(fact, is_here, "the order has no such payment");
    return is_here ? &*found : nullptr;
}

}  // namespace frontrow::domain
