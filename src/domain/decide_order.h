#pragma once

#include "domain/decide_claim.h"
#include "domain/order_notes.h"
#include "domain/orders.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {

// Shared by the commands about orders, payments and refunds; private to decide_*.cc files. Defined
// in decide_order.cc.

/// The facts of a decision about an order, and the order as they make it.
class OrderDraft {
public:
    OrderDraft(const Inventory& inventory, Order order, Instant now)
        : inventory_{inventory}, order_{std::move(order)}, now_{now} {}

    const Order& order() const { return order_; }
    /// The facts so far, to which others may be added that don't change the order.
    std::vector<NewFact>& facts() { return facts_; }
    /// Adds a fact that changes the order.
    template <class Body>
    void add(Body body) {
        note(order_, body, now_);
        facts_.push_back({order_.event, std::move(body)});
    }
    /// Adds the fact that the reservation is confirmed.
    void confirm() { facts_.push_back({order_.event, ReservationConfirmed{order_.reservation}}); }
    /// Accepts the command with these facts.
    Decision finish();

private:
    const Inventory& inventory_;
    Order order_;
    Instant now_;
    std::vector<NewFact> facts_;
};

/// Accepts without a new fact.
Decision accept_order(const Inventory& inventory, const Order& order, Instant now);

/// Answers a request that has changed an order before: returns the order as it is now. Refuses if
/// the earlier request under this key was another one. Returns nothing if the request is new or
/// `request` is null.
std::optional<Decision>
replay_order(const Inventory& inventory, const RequestMark* request, RequestKind kind, Instant now);

/// What an order of this reservation charges for: seats first, each with today's price, which never
/// changes, and units with those at which they were claimed.
OrderLines lines_of(const Inventory& inventory, const Reservation& reservation);

}  // namespace frontrow::domain
