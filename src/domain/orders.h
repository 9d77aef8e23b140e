#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "base/state_table.h"
#include "domain/facts.h"
#include "domain/order.h"
#include "domain/page.h"
#include "domain/requests.h"
#include "domain/reservations.h"
#include "domain/sales_ledger.h"
#include "domain/seat_plans.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

/// The orders with their payments and refunds. A closed order that took no money is no longer shown
/// once kEndedMemory has passed since it closed and since its last attempt ended, and its row is
/// erased later. An order that took money stays.
///
/// Refers to reservations and events by id, because an order may outlive both. Changed by `evolve`
/// only. One thread.
class Orders {
public:
    Orders(StateLog& log, const SeatPlans& plans, const Reservations& reservations);
    Orders(const Orders&) = delete;
    Orders& operator=(const Orders&) = delete;
    ~Orders();

    std::size_t size() const { return rows_.size(); }
    OrderIndex end() const { return rows_.end(); }
    bool has(OrderIndex index) const { return rows_.has(index); }
    const Order& operator[](OrderIndex index) const { return rows_[index]; }
    /// Calls `take` with each index and its order, oldest first.
    template <class Take>
    void visit(Take take) const {
        rows_.visit(take);
    }

    /// When the order closed, as of `now`: its hold may have run out without a fact yet.
    std::optional<Instant> closed_at(const Order& order, Instant now) const;

    // These are null if there is no such order, or if it is no longer shown at `now`.

    const Order* find(OrderId id, Instant now) const;
    const Order* find(PaymentId id, Instant now) const;
    const Order* find(RefundId id, Instant now) const;
    /// The newest order for this reservation. It alone may not be closed.
    const Order* newest_of(ReservationId id, Instant now) const;

    /// A request that made an order, a payment or a refund.
    struct Request {
        const Order* order = nullptr;
        RequestKind kind = RequestKind::order;
        RequestMark mark;
    };
    /// Nothing if no order has it. It is remembered as long as its order.
    std::optional<Request> find_request(Bits128 key, Instant now) const;

    /// True while an attempt to pay for the reservation is open. Costs nothing while there are no
    /// orders.
    bool is_being_paid(ReservationId id) const;
    /// True if any payment was attempted for an order of the event that is still shown.
    bool has_payments(EventId event, Instant now) const;

    /// The user's orders, newest first.
    std::vector<OrderIndex> list_of(std::string_view user, const Page& page, Instant now) const;
    /// Calls `take` with each order of the event after `after`, oldest first, until it returns
    /// false.
    template <class Take>
    void visit_event(EventId event, std::optional<OrderId> after, Instant now, Take take) const {
        const auto known = after ? index_of(*after) : kNobody;
        const auto& all = by_event_.entries();
        for (auto i = all.lower_bound({event, known == kNobody ? 0 : known + 1});
             i != all.end() && i->first.first == event;
             ++i) {
            const auto* const order = shown(i->first.second, now);
            if (order == nullptr) continue;
            // If the cursor's order is erased, its place is found by id. Ids contain the creation
            // time, so their order is the list's order except for clock differences between nodes.
            if (after && known == kNobody && order->id <= *after) continue;
            if (!take(*order)) return;
        }
    }

    /// What follows from how far the orders are.
    const SalesLedger& ledger() const { return ledger_; }

    // Called to apply facts.

    /// CHECKs that the ids and, among the orders still shown, the reservation are new.
    OrderIndex place(Order order);
    /// Applies a fact about an order. CHECKs that it is possible. There is an instantiation for
    /// each kind that has a note() (domain/order_notes.h).
    template <class Body>
    OrderIndex apply(const Body& body, Instant at);
    /// Closes the reservation's order unless it has sold the reservation. Does nothing if there is
    /// none.
    void close(ReservationId id, Instant at);
    /// Undoes close().
    void reopen(const ReservationRestored& body, Instant at);
    /// Call it after the event has been cancelled.
    void event_was_cancelled(EventId event);
    /// Call it after the event has been cancelled again.
    void event_was_cancelled_again(EventId event);

    bool has_forgettable(Instant now) const;
    /// Erases up to `at_most` orders that are no longer shown. Call it only while no savepoint is
    /// open.
    void forget(Instant now, std::size_t at_most);

    /// Recomputes all that is derived from the rows, and CHECKs it. Reads everything.
    void verify() const;

    // For saving and loading rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& orders);
    /// Rebuilds what is derived from the rows. Call it after the plans' derive().
    void derive();

private:
    template <class Change>
    void change(OrderIndex index, Change change);
    OrderIndex index_of(OrderId id) const;
    OrderIndex index_of(PaymentId id) const;
    OrderIndex index_of(RefundId id) const;
    OrderIndex index_of(ReservationId id) const;
    OrderIndex index_of_request(Bits128 key) const;
    const Order* shown(OrderIndex index, Instant now) const;
    /// leaves_after(), if nothing more happens to the order than that its hold runs out.
    std::optional<Instant> leaves_at_last(const Order& order) const;

    /// Adds the order to the look-up tables whose keys never change.
    void enter(OrderIndex index);
    void enter_request(const RequestMark& mark, OrderIndex index);
    void leave_request(const RequestMark& mark, OrderIndex index);
    void verify_order(OrderIndex index, const Order& order) const;

    StateLog& log_;
    const SeatPlans& plans_;
    const Reservations& reservations_;
    StateTable<Order> rows_;
    StateIndex by_id_;
    StateIndex by_payment_;
    StateIndex by_refund_;
    /// Only the newest order of each reservation.
    StateIndex by_reservation_;
    StateIndex by_request_;
    /// By a digest of the user's name.
    StateMap<std::pair<Bits128, OrderIndex>, std::monostate> by_user_;
    StateMap<std::pair<EventId, OrderIndex>, std::monostate> by_event_;
    SalesLedger ledger_;
};

}  // namespace frontrow::domain
