#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "domain/order.h"
#include "domain/seat_plans.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

using OrderIndex = std::uint32_t;

/// Sums of money over many orders. An Amount could overflow: an event may sell millions of tickets
/// at the highest price.
__extension__ using BigAmount = __int128;

/// What orders of one event have sold and taken in one hour.
struct HourOfSales {
    std::uint64_t orders = 0;
    std::uint64_t tickets = 0;
    BigAmount captured = 0;

    friend bool operator==(const HourOfSales&, const HourOfSales&) = default;
};

/// The sums of an event's orders that aren't kept by the hour.
struct EventMoney {
    /// Orders for which some payment succeeded.
    std::uint64_t paid = 0;
    /// Those of them that are wholly refunded.
    std::uint64_t refunded = 0;
    BigAmount amount_refunded = 0;

    friend bool operator==(const EventMoney&, const EventMoney&) = default;
};

/// From when on kEndedMemory counts until an order that closed at `closed_at` is no longer shown:
/// it took no money, and its last attempt to pay has ended. Nothing if the order stays.
std::optional<Instant> leaves_after(const Order& order, std::optional<Instant> closed_at);

/// What follows from how far each order is: the unfinished work, the orders that are to be
/// forgotten, and the events' sums. Whenever an order changes, it is taken out before and added
/// after. Changed by Orders only. One thread.
class SalesLedger {
public:
    template <class First>
    using Entries = StateMap<std::pair<First, OrderIndex>, std::monostate>;

    SalesLedger(StateLog& log, const SeatPlans& plans);

    void add(const Order& order, OrderIndex index);
    void remove(const Order& order, OrderIndex index);
    /// Call it for each order of an event that has just been cancelled.
    void event_was_cancelled(const Order& order, OrderIndex index);
    /// The orders of a cancelled event of which a refund starts if the event is cancelled again.
    /// Call event_was_cancelled() for each of them after it was.
    std::vector<OrderIndex> refused(EventId event) const;

    /// By the start of the attempt.
    const auto& open_payments() const { return open_payments_.entries(); }
    /// By the start of the refund, without those that are withheld (is_withheld()). An order has
    /// one entry for all that started at the same time.
    const auto& open_refunds() const { return open_refunds_.entries(); }
    /// Orders of cancelled events for which a refund is to be started.
    const auto& to_refund() const { return to_refund_.entries(); }
    /// How many orders of this cancelled event have something left to refund that isn't refunded by
    /// itself: no refund of it is started (next_refund()), or the refund is withheld.
    std::uint64_t count_stuck(EventId event) const;
    /// Whether a refund of some of them would start if the event were cancelled again.
    bool has_refused(EventId event) const;
    /// By leaves_after().
    const auto& leaving() const { return leaving_.entries(); }

    EventMoney money_of(EventId event) const;
    /// Calls `take(hour, sums)` for each hour in which a payment for the event succeeded, in order.
    template <class Take>
    void visit_hours(EventId event, Take take) const {
        const auto& all = hours_.entries();
        for (auto i = all.lower_bound({event, Instant::min()});
             i != all.end() && i->first.first == event;
             ++i)
            take(i->first.second, i->second);
    }

    bool has_the_same_as(const SalesLedger& other) const;

private:
    /// Enters the order among those to refund, or among those that are stuck, if it belongs there.
    void add_to_refund(const Order& order, OrderIndex index);
    void remove_stuck(const Order& order, OrderIndex index);
    void change_sums(const Order& order, bool is_added);

    const SeatPlans& plans_;
    Entries<Instant> open_payments_;
    Entries<Instant> open_refunds_;
    Entries<EventId> to_refund_;
    /// By the event, and by whether a refund would start if it were cancelled again.
    Entries<std::pair<EventId, bool>> stuck_;
    Entries<Instant> leaving_;
    StateMap<EventId, EventMoney> money_;
    StateMap<std::pair<EventId, Instant>, HourOfSales> hours_;
};

}  // namespace frontrow::domain
