#include "domain/orders.h"

#include "base/check.h"
#include "domain/digest_fields.h"
#include "domain/order_notes.h"
#include "domain/reservation.h"
#include "domain/user_digest.h"

#include <algorithm>
#include <concepts>
#include <iterator>

namespace frontrow::domain {

Orders::Orders(StateLog& log, const SeatPlans& plans, const Reservations& reservations)
    : log_{log},
      plans_{plans},
      reservations_{reservations},
      rows_{log, "orders"},
      by_id_{log},
      by_payment_{log},
      by_refund_{log},
      by_reservation_{log},
      by_request_{log},
      by_user_{log},
      by_event_{log},
      ledger_{log, plans} {
}

Orders::~Orders() = default;

OrderIndex Orders::index_of(OrderId id) const {
    return by_id_.find(id, [&](auto index) { return rows_[index].id == id; });
}

OrderIndex Orders::index_of(PaymentId id) const {
    return by_payment_.find(id, [&](auto index) {
        return std::ranges::count(rows_[index].payments, id, &Payment::id) > 0;
    });
}

OrderIndex Orders::index_of(RefundId id) const {
    return by_refund_.find(id, [&](auto index) {
        return std::ranges::count(rows_[index].refunds, id, &Refund::id) > 0;
    });
}

OrderIndex Orders::index_of(ReservationId id) const {
    if (rows_.size() == 0) return kNobody;
    return by_reservation_.find(id, [&](auto index) { return rows_[index].reservation == id; });
}

namespace {

/// Calls `take(kind, mark)` with each request that made the order or something in it.
template <class Take>
void visit_requests(const Order& order, Take take) {
    take(RequestKind::order, order.request);
    for (const auto& payment : order.payments)
        if (payment.request) take(RequestKind::payment, *payment.request);
    for (const auto& refund : order.refunds)
        if (refund.request) take(RequestKind::refund, *refund.request);
}

std::optional<Orders::Request> request_under(Bits128 key, const Order& order) {
    std::optional<Orders::Request> found;
    visit_requests(order, [&](RequestKind kind, const RequestMark& mark) {
        if (mark.key == key) found = Orders::Request{&order, kind, mark};
    });
    return found;
}

}  // namespace

OrderIndex Orders::index_of_request(Bits128 key) const {
    return by_request_.find(key, [&](auto index) {
        return request_under(key, rows_[index]).has_value();
    });
}

std::optional<Instant> Orders::closed_at(const Order& order, Instant now) const {
    if (order.closed_at || sale_of(order) != nullptr) return order.closed_at;
    const auto index = reservations_.index_of(order.reservation);
    const bool has_run_out =
        index != kNobody && status_of(reservations_[index], now) == ReservationStatus::expired;
    return has_run_out ? std::optional{reservations_[index].expires_at} : std::nullopt;
}

std::optional<Instant> Orders::leaves_at_last(const Order& order) const {
    return leaves_after(order, closed_at(order, Instant::max()));
}

const Order* Orders::shown(OrderIndex index, Instant now) const {
    if (index == kNobody) return nullptr;
    const auto& order = rows_[index];
    const auto since = leaves_after(order, closed_at(order, now));
    return since && *since + kEndedMemory <= now ? nullptr : &order;
}

const Order* Orders::find(OrderId id, Instant now) const {
    return shown(index_of(id), now);
}
const Order* Orders::find(PaymentId id, Instant now) const {
    return shown(index_of(id), now);
}
const Order* Orders::find(RefundId id, Instant now) const {
    return shown(index_of(id), now);
}
const Order* Orders::newest_of(ReservationId id, Instant now) const {
    return shown(index_of(id), now);
}

std::optional<Orders::Request> Orders::find_request(Bits128 key, Instant now) const {
    const auto* const order = shown(index_of_request(key), now);
    return order == nullptr ? std::nullopt : request_under(key, *order);
}

bool Orders::is_being_paid(ReservationId id) const {
    const auto index = index_of(id);
    return index != kNobody && open_payment(rows_[index]) != nullptr;
}

bool Orders::has_payments(EventId event, Instant now) const {
    bool has_some = false;
    visit_event(event, std::nullopt, now, [&](const Order& order) {
        has_some = !order.payments.empty();
        return !has_some;
    });
    return has_some;
}

std::vector<OrderIndex> Orders::list_of(std::string_view user, const Page& page, Instant now)
    const {
    std::vector<OrderIndex> list;
    const auto digest = digest_of_user(user);
    const auto& all = by_user_.entries();
    const auto known = page.after ? index_of(OrderId{page.after->id}) : kNobody;
    const auto begin = all.lower_bound({digest, 0});
    auto end = all.lower_bound({digest, known});
    if (known == kNobody) {
        end = all.upper_bound({digest, kNobody});
        // The place of an erased order is found by its id, as in visit_event().
        while (page.after && end != begin &&
               rows_[std::prev(end)->first.second].id >= OrderId{page.after->id})
            --end;
    }
    std::size_t passed = 0;
    while (end != begin && list.size() < page.limit) {
        --end;
        const auto index = end->first.second;
        if (shown(index, now) == nullptr || rows_[index].user != user) continue;
        if (passed++ >= page.offset) list.push_back(index);
    }
    return list;
}

OrderIndex Orders::place(Order order) {
    CHECK(!order.lines.empty());
    const auto before = index_of(order.reservation);
    CHECK(before == kNobody || rows_[before].closed_at);
    const auto index = rows_.add(std::move(order));
    enter(index);
    ledger_.add(rows_[index], index);
    return index;
}

template <class Change>
void Orders::change(OrderIndex index, Change change) {
    ledger_.remove(rows_[index], index);
    change(rows_.change(index));
    ledger_.add(rows_[index], index);
}

template <class Body>
OrderIndex Orders::apply(const Body& body, Instant at) {
    const auto index = index_of(body.order);
    CHECK(index != kNobody);
    if constexpr (std::same_as<Body, PaymentIntended>) CHECK(index_of(body.payment) == kNobody);
    if constexpr (std::same_as<Body, RefundIntended>) CHECK(index_of(body.refund) == kNobody);
    change(index, [&](Order& order) { note(order, body, at); });
    if constexpr (std::same_as<Body, PaymentIntended>) by_payment_.insert(body.payment, index);
    if constexpr (std::same_as<Body, RefundIntended>) by_refund_.insert(body.refund, index);
    if constexpr (requires { body.request; })
        if (body.request) enter_request(*body.request, index);
    return index;
}

template OrderIndex Orders::apply(const PaymentIntended& body, Instant at);
template OrderIndex Orders::apply(const PaymentPending& body, Instant at);
template OrderIndex Orders::apply(const PaymentSucceeded& body, Instant at);
template OrderIndex Orders::apply(const PaymentDeclined& body, Instant at);
template OrderIndex Orders::apply(const PaymentDisputed& body, Instant at);
template OrderIndex Orders::apply(const RefundIntended& body, Instant at);
template OrderIndex Orders::apply(const RefundSucceeded& body, Instant at);
template OrderIndex Orders::apply(const RefundFailed& body, Instant at);

void Orders::close(ReservationId id, Instant at) {
    const auto index = index_of(id);
    if (index == kNobody || rows_[index].closed_at || sale_of(rows_[index]) != nullptr) return;
    change(index, [&](Order& order) { order.closed_at = at; });
}

void Orders::reopen(const ReservationRestored& body, Instant at) {
    const auto index = index_of(body.reservation);
    CHECK(index != kNobody);
    change(index, [&](Order& order) { note(order, body, at); });
}

void Orders::event_was_cancelled(EventId event) {
    const auto& all = by_event_.entries();
    for (auto i = all.lower_bound({event, 0}); i != all.end() && i->first.first == event; ++i)
        ledger_.event_was_cancelled(rows_[i->first.second], i->first.second);
}

void Orders::event_was_cancelled_again(EventId event) {
    for (const auto index : ledger_.refused(event))
        ledger_.event_was_cancelled(rows_[index], index);
}

bool Orders::has_forgettable(Instant now) const {
    const auto& leaving = ledger_.leaving();
    return !leaving.empty() && leaving.begin()->first.first + kEndedMemory <= now;
}

void Orders::forget(Instant now, std::size_t at_most) {
    for (; at_most > 0 && has_forgettable(now); --at_most) {
        const auto index = ledger_.leaving().begin()->first.second;
        const auto& order = rows_[index];
        ledger_.remove(order, index);
        by_id_.erase(order.id, index);
        for (const auto& payment : order.payments)
            by_payment_.erase(payment.id, index);
        visit_requests(order, [&](RequestKind, const RequestMark& mark) {
            leave_request(mark, index);
        });
        if (index_of(order.reservation) == index) by_reservation_.erase(order.reservation, index);
        by_user_.erase({digest_of_user(order.user), index});
        by_event_.erase({order.event, index});
        rows_.erase(index);
    }
}

void Orders::enter(OrderIndex index) {
    const auto& order = rows_[index];
    CHECK(index_of(order.id) == kNobody);
    by_id_.insert(order.id, index);
    for (const auto& payment : order.payments)
        by_payment_.insert(payment.id, index);
    for (const auto& refund : order.refunds)
        by_refund_.insert(refund.id, index);
    visit_requests(order, [&](RequestKind, const RequestMark& mark) {
        enter_request(mark, index);
    });
    if (const auto old = index_of(order.reservation); old != kNobody)
        by_reservation_.erase(order.reservation, old);
    by_reservation_.insert(order.reservation, index);
    by_user_.insert({digest_of_user(order.user), index}, {});
    by_event_.insert({order.event, index}, {});
}

void Orders::enter_request(const RequestMark& mark, OrderIndex index) {
    // An order that is no longer shown may still have a request under this key. Rows are read from
    // a snapshot in another order than the requests were made, so the order that stays longer wins.
    const auto leaves = [this](OrderIndex one) {
        return leaves_at_last(rows_[one]).value_or(Instant::max());
    };
    const auto old = by_request_.find(mark.key, [&](auto one) {
        return one != index && request_under(mark.key, rows_[one]).has_value();
    });
    if (old != kNobody && leaves(old) > leaves(index)) return;
    if (old != kNobody) by_request_.erase(mark.key, old);
    by_request_.insert(mark.key, index);
}

void Orders::leave_request(const RequestMark& mark, OrderIndex index) {
    // The key may have been used again since.
    if (index_of_request(mark.key) == index) by_request_.erase(mark.key, index);
}

void Orders::derive() {
    by_id_.reserve(rows_.size());
    by_reservation_.reserve(rows_.size());
    rows_.visit([this](OrderIndex index, const Order&) {
        enter(index);
        ledger_.add(rows_[index], index);
    });
}

void Orders::verify() const {
    StateLog log{StateLog::Digests::off};
    SalesLedger ledger{log, plans_};
    rows_.visit([&](OrderIndex index, const Order& order) {
        verify_order(index, order);
        ledger.add(order, index);
    });
    CHECK(ledger_.has_the_same_as(ledger));
    CHECK(by_user_.entries().size() == rows_.size());
    CHECK(by_event_.entries().size() == rows_.size());
}

void Orders::verify_order(OrderIndex index, const Order& order) const {
    CHECK(index_of(order.id) == index);
    for (const auto& payment : order.payments)
        CHECK(index_of(payment.id) == index);
    for (const auto& refund : order.refunds)
        CHECK(index_of(refund.id) == index);
    CHECK(order.closed_at || index_of(order.reservation) == index);
    CHECK(by_user_.entries().contains({digest_of_user(order.user), index}));
    CHECK(by_event_.entries().contains({order.event, index}));
    CHECK(std::ranges::count(order.payments, PaymentStatus::open, &Payment::status) <= 1);
    CHECK(order.payments.size() <= kPaymentsMax && refunded(order) <= captured(order));
    visit_requests(order, [&](RequestKind, const RequestMark& mark) {
        const auto found = index_of_request(mark.key);
        // Once the order is no longer shown, its keys may have been used again.
        CHECK(found == index || (found != kNobody && leaves_at_last(order)));
    });
}

}  // namespace frontrow::domain
