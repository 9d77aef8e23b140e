#include "domain/audit.h"

#include <algorithm>

// What the audit demands of refunds, and of tickets that come back from a confirmed reservation.

namespace frontrow::domain {
namespace {

/// Calls `take` with the refunds of the order that haven't failed, or have put their tickets on
/// sale before they failed: their tickets can't be refunded again.
template <class Take>
void visit_refunds(const Order& order, Take take) {
    for (const auto& refund : order.refunds)
        if (refund.status != RefundStatus::failed || (refund.came_back && refund.returns_to_sale))
            take(refund);
}

/// How many units like these the order has refunded or is refunding.
std::uint64_t units_refunded(const Order& order, const Item& like) {
    std::uint64_t units = 0;
    visit_refunds(order, [&](const Refund& refund) {
        for (const auto& item : refund.items)
            if (item.category == like.category && item.unit_price == like.unit_price)
                units += item.quantity;
    });
    return units;
}

bool has_refunded(const Order& order, SeatId seat) {
    bool has = false;
    visit_refunds(order, [&](const Refund& refund) {
        has = has || std::ranges::count(refund.seats, seat) > 0;
    });
    return has;
}

/// The price of the tickets that are back on sale although their money has come back to us, less
/// what has been given back of it since, or is about to be.
std::uint64_t price_of_returned(const Order& order, PaymentId payment) {
    std::uint64_t price = 0;
    for (const auto& refund : order.refunds) {
        if (refund.payment != payment) continue;
        const bool has_failed = refund.status == RefundStatus::failed;
        const auto amount = static_cast<std::uint64_t>(refund.amount);
        if (has_failed && refund.came_back && refund.returns_to_sale) price += amount;
        if (!has_failed && refund.seats.empty() && refund.items.empty()) price -= amount;
    }
    return price;
}

std::uint64_t units_bought(const Order& order, const Item& like) {
    std::uint64_t units = 0;
    for (const auto& line : order.lines)
        if (line.category == like.category && line.unit_price == like.unit_price)
            units += line.quantity;
    return units;
}

}  // namespace

template <>
void Audit::judge(const Fact& fact, const RefundIntended& body) {
    const auto* paid = payment(fact, body.order, body.payment);
    if (paid == nullptr) return;
    const bool is_captured = paid->status == PaymentStatus::succeeded;
    expect(fact, is_captured, "money was to go back that wasn't captured");
    const bool is_new = refunds_.insert(body.refund).second;
    expect(fact, is_new, "a refund was intended twice");
    auto& truth = orders_.find(body.order)->second;
    switch (body.reason) {
        case RefundReason::requested:
            expect(fact, !body.by.empty(), "a refund was requested by nobody");
            judge_refund_of_tickets(fact, truth, body);
            break;
        case RefundReason::event_cancelled:
            expect(
                fact,
                events_[truth.event].event.cancelled,
                "an order was refunded because its event was cancelled, but it wasn't"
            );
            judge_refund_of_tickets(fact, truth, body);
            break;
        case RefundReason::too_late:
        case RefundReason::paid_twice:
            judge_refund_at_once(fact, truth, body);
            break;
    }
    truth.order.refunds.push_back({
        .id = body.refund,
        .payment = body.payment,
        .reason = body.reason,
        .amount = body.amount,
        .seats = body.seats,
        .items = body.items,
        .returns_to_sale = body.returns_to_sale,
        .by = body.by,
        .started_at = fact.at,
        .request = body.request,
        .tickets = body.tickets,
    });
    ++events_[truth.event].unsettled;
}

void Audit::judge_refund_of_tickets(
    const Fact& fact,
    const OrderTruth& truth,
    const RefundIntended& body
) {
    const auto& order = truth.order;
    if (truth.sold_by != body.payment) return judge_refund_of_nothing(fact, truth, body);
    // Unsigned, because a signed sum of arbitrary prices could overflow, which is undefined.
    std::uint64_t price = 0;
    for (auto seat = body.seats.begin(); seat != body.seats.end(); ++seat) {
        const auto line = std::ranges::find(order.lines, *seat, &OrderLine::seat);
        expect(fact, line != order.lines.end(), "a seat was refunded that the order hadn't bought");
        if (line != order.lines.end()) price += static_cast<std::uint64_t>(line->unit_price);
        const bool is_first = std::find(body.seats.begin(), seat, *seat) == seat;
        expect(fact, is_first && !has_refunded(order, *seat), "a seat was refunded twice");
    }
    for (const auto& item : body.items) {
        const auto units = units_refunded(order, item) + item.quantity;
        expect(fact, units <= units_bought(order, item), "more units were refunded than bought");
        price += item.quantity * static_cast<std::uint64_t>(item.unit_price);
    }
    judge_numbers(fact, order, body);
    const bool has_tickets = !body.seats.empty() || !body.items.empty();
    if (!has_tickets) price = price_of_returned(order, body.payment);
    expect(fact, has_tickets || price > 0, "nothing was refunded");
    expect(
        fact,
        price == static_cast<std::uint64_t>(body.amount),
        "a refund isn't the price of its tickets"
    );
}

void Audit::judge_numbers(const Fact& fact, const Order& order, const RefundIntended& body) {
    // Older programs named none.
    if (body.tickets.empty()) return;
    const auto lost = lost_tickets(order);
    const auto lines = ticket_lines(order.lines);
    auto seats = body.seats;
    auto items = body.items;
    bool are_theirs = true;
    std::uint32_t last = 0;
    for (const auto number : body.tickets) {
        const bool is_sold = number > last && number <= lines.size();
        are_theirs = are_theirs && is_sold;
        if (!is_sold) break;
        last = number;
        expect(fact, !lost[number - 1], "a ticket was refunded twice");
        const auto& line = *lines[number - 1];
        const auto seat = std::ranges::find(seats, line.seat);
        if (line.kind == LineKind::category)
            are_theirs =
                domain::take_units(items, {line.category, 1, line.unit_price}) && are_theirs;
        else if (seat == seats.end())
            are_theirs = false;
        else
            seats.erase(seat);
    }
    expect(
        fact,
        are_theirs && seats.empty() && items.empty(),
        "a refund names other tickets than those of its seats and units"
    );
}

void Audit::judge_refund_of_nothing(
    const Fact& fact,
    const OrderTruth& truth,
    const RefundIntended& body
) {
    bool is_first = true;
    visit_refunds(truth.order, [&](const Refund& refund) {
        is_first = is_first && refund.payment != body.payment;
    });
    expect(fact, is_first, "a payment was refunded twice");
    expect(fact, body.amount == truth.order.amount, "a refund isn't what was paid");
    expect(
        fact,
        body.seats.empty() && body.items.empty() && body.tickets.empty() && !body.returns_to_sale,
        "tickets were refunded that the buyer never had"
    );
}

void Audit::judge_refund_at_once(
    const Fact& fact,
    const OrderTruth& truth,
    const RefundIntended& body
) {
    const bool is_due = due_ && due_->payment == body.payment;
    expect(fact, is_due, "a payment was refunded at another time than that of its success");
    due_.reset();
    judge_refund_of_nothing(fact, truth, body);
    const auto succeeded =
        std::ranges::count(truth.order.payments, PaymentStatus::succeeded, &Payment::status);
    const bool is_second = succeeded > 1;
    expect(
        fact, is_second == (body.reason == RefundReason::paid_twice), "a refund has another reason"
    );
    const auto& hold = holds_.find(truth.order.reservation)->second;
    const bool was_in_time = !is_second && !truth.order.closed_at &&
                             hold.status == ReservationStatus::pending && fact.at < hold.expires_at;
    expect(fact, !was_in_time, "a payment in time was refunded");
}

template <>
void Audit::judge(const Fact& fact, const RefundSucceeded& body) {
    auto* refund = unlike(fact, RefundStatus::succeeded, body.order, body.refund);
    if (refund == nullptr) return;
    auto& truth = orders_.find(body.order)->second;
    if (refund->status == RefundStatus::failed) judge_late_success(fact, truth, *refund);
    const bool returns = refund->returns_to_sale && !refund->came_back;
    refund->status = RefundStatus::succeeded;
    refund->is_by_hand = !body.by.empty();
    refund->settled_at = fact.at;
    refund->reference = body.reference;
    refund->failure_code.clear();
    if (!returns) return;
    expect(fact, !due_, "a refund succeeded before the consequence of something else");
    due_ = {
        .order = body.order,
        .reservation = truth.order.reservation,
        .refund = body.refund,
    };
}

void Audit::judge_late_success(const Fact& fact, const OrderTruth& truth, const Refund& refund) {
    const auto& order = truth.order;
    constexpr auto kTwice = "a refund succeeded whose money had gone back by another one";
    if (truth.sold_by != refund.payment) {
        const bool is_first = std::ranges::none_of(order.refunds, [&](const Refund& other) {
            return other.payment == refund.payment && other.status != RefundStatus::failed;
        });
        return expect(fact, is_first, kTwice);
    }
    const bool has_tickets = !refund.seats.empty() || !refund.items.empty();
    if (!has_tickets || (refund.came_back && refund.returns_to_sale)) {
        const auto left = price_of_returned(order, refund.payment);
        return expect(fact, left >= static_cast<std::uint64_t>(refund.amount), kTwice);
    }
    const auto lost = lost_tickets(order);
    for (const auto number : refund.tickets)
        expect(fact, number > lost.size() || !lost[number - 1], kTwice);
    for (const auto seat : refund.seats)
        expect(fact, !has_refunded(order, seat), kTwice);
    for (const auto& item : refund.items) {
        const auto units = units_refunded(order, item) + item.quantity;
        expect(fact, units <= units_bought(order, item), kTwice);
    }
}

template <>
void Audit::judge(const Fact& fact, const RefundFailed& body) {
    auto* refund = unlike(fact, RefundStatus::failed, body.order, body.refund);
    if (refund == nullptr) return;
    if (refund->status == RefundStatus::succeeded) refund->came_back = true;
    refund->status = RefundStatus::failed;
    refund->is_by_hand = false;
    refund->settled_at = fact.at;
    refund->failure_code = body.code;
}

Refund* Audit::unlike(const Fact& fact, RefundStatus status, OrderId of, RefundId id) {
    auto* truth = order(fact, of);
    if (truth == nullptr) return nullptr;
    auto& refunds = truth->order.refunds;
    const auto found = std::ranges::find(refunds, id, &Refund::id);
    const bool is_news = found != refunds.end() && found->status != status;
    expect(fact, is_news, "a refund ended that there wasn't, or as it had ended before");
    if (!is_news) return nullptr;
    if (found->status == RefundStatus::open) --events_[truth->event].unsettled;
    return &*found;
}

const Refund* Audit::just_returned(const Fact& fact, ReservationId id) {
    const bool is_due = due_ && due_->refund && due_->reservation == id;
    expect(fact, is_due, "sold tickets were taken back without a refund");
    if (!is_due) return nullptr;
    const auto& refunds = orders_.find(due_->order)->second.order.refunds;
    const auto refund = std::ranges::find(refunds, *due_->refund, &Refund::id);
    due_.reset();
    return &*refund;
}

void Audit::take_back(const Fact& fact, const ReservationCancelled& body, HoldTruth& hold) {
    const auto* refund = just_returned(fact, body.reservation);
    if (refund == nullptr) return;
    const bool is_all = refund->seats.size() == hold.seats.size() &&
                        std::ranges::is_permutation(refund->seats, hold.seats) &&
                        units_of(refund->items) == units_of(hold.items);
    expect(fact, is_all, "other tickets were taken back than refunded");
    unsell(hold, refund->seats, refund->items);
    hold.status = ReservationStatus::cancelled;
    hold.confirmed_at = {};
    hold.ended_at = fact.at;
    --totals_.confirmed;
}

void Audit::take_back(const Fact& fact, const ReservationChanged& body, HoldTruth& hold) {
    const auto* refund = just_returned(fact, body.reservation);
    if (refund == nullptr) return;
    const auto is_same = [](const Item& a, const Item& b) {
        return a.category == b.category && a.quantity == b.quantity;
    };
    const bool is_it = body.added_seats.empty() && body.added_items.empty() &&
                       body.removed_seats == refund->seats &&
                       std::ranges::equal(body.removed_items, refund->items, is_same);
    expect(fact, is_it, "other tickets were taken back than refunded");
    keep_first_claim(hold);
    unsell(hold, body.removed_seats, body.removed_items);
    auto amount = static_cast<std::uint64_t>(hold.total_amount);
    for (const auto id : body.removed_seats) {
        const auto place = std::ranges::find(hold.seats, id);
        if (place == hold.seats.end()) continue;
        hold.seats.erase(place);
        amount -= static_cast<std::uint64_t>(seats_[id].price);
    }
    for (const auto& item : body.removed_items) {
        const bool has_them = take_entry(hold.items, item);
        expect(fact, has_them, "units were given back that the reservation didn't have");
        amount -= item.quantity * static_cast<std::uint64_t>(item.unit_price);
    }
    expect(
        fact,
        amount == static_cast<std::uint64_t>(body.total_amount),
        "the amount isn't the sum of the prices"
    );
    hold.total_amount = body.total_amount;
    hold.allocated = allocated_of(hold, hold.seats, hold.items);
    use_allocation(hold, true);
}

void Audit::unsell(HoldTruth& hold, std::span<const SeatId> seats, const Items& items) {
    for (const auto id : seats) {
        auto& seat = seats_[id];
        seat.is_sold = false;
        seat.is_held = false;
    }
    for (const auto& item : items)
        if (auto* stock = stock_of(events_[hold.event], item.category))
            stock->sold -= item.quantity;
    use_allocation(hold, false);
    const auto tickets = static_cast<std::int64_t>(seats.size() + units_of(items));
    count_tickets(hold.event, hold.user, -tickets);
    totals_.seats_sold -= seats.size();
}

template <>
void Audit::judge(const Fact& fact, const EventCancelled&) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    if (truth->event.cancelled) {
        truth->event.refunds_asked_at = fact.at;
        return;
    }
    truth->event.cancelled = true;
    truth->event.updated_at = fact.at;
    ++truth->event.version;
}

}  // namespace frontrow::domain
