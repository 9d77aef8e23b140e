#pragma once

#include "base/id.h"
#include "domain/commands.h"
#include "domain/inventory.h"
#include "domain/order.h"
#include "domain/page.h"
#include "domain/sections.h"
#include "domain/ticket.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

/// A value that was read, and the newest fact on which it depends. Don't return the value to a
/// client before that fact is durable.
template <class Value>
struct Read {
    Value value;
    std::uint64_t rests_on = 0;
};

// What clients can ask for, each as of one instant. Store::read() runs these functions. Missing
// entities are an empty optional. Pure.

Read<std::optional<Event>> read_event(const Inventory& state, Instant now, EventId id);
/// Latest start first.
Read<std::vector<Event>> read_events(const Inventory& state, Instant now, Page page);
/// In the order in which they were added. Nothing unless `by` may change the event.
Read<std::optional<std::vector<Member>>>
read_members(const Inventory& state, Instant now, EventId event, Organizer by);
/// The numbers of the facts that are acts of the event's organisers and of admins (domain/acts.h),
/// newest first. The page's place has such a number in its id. Nothing unless `by` may change the
/// event.
Read<std::optional<std::vector<std::uint64_t>>>
read_acts(const Inventory& state, Instant now, EventId event, Organizer by, Page page);
Read<std::optional<SeatView>> read_seat(const Inventory& state, Instant now, SeatId id);
/// In the order of creation.
Read<std::optional<SeatList>>
read_seats(const Inventory& state, Instant now, EventId event, bool only_available, Page page);
/// In the order in which they were added.
Read<std::optional<std::vector<CategoryView>>>
read_categories(const Inventory& state, Instant now, EventId event);
/// The allocations in force, in the order in which they were added. Nothing unless `by` may change
/// the event.
Read<std::optional<std::vector<AllocationView>>>
read_allocations(const Inventory& state, Instant now, EventId event, Organizer by);
Read<std::optional<Availability>>
read_availability(const Inventory& state, Instant now, EventId event);
Read<std::optional<SeatCounts>> read_counts(const Inventory& state, Instant now, EventId event);
/// `plan`: a plan of this event, even an outdated one (list_sections()).
Read<std::optional<SectionList>> read_sections(
    const Inventory& state,
    Instant now,
    EventId event,
    std::shared_ptr<const SectionPlan> plan
);
/// Nothing unless the reservation belongs to this user.
Read<std::optional<Reservation>>
read_reservation(const Inventory& state, Instant now, ReservationId id, std::string user);
/// Whether a request with this idempotency key was carried out.
Read<bool> read_is_known(const Inventory& state, Instant now, Bits128 key);
/// The user's reservation that holds this seat of the event, or has confirmed it.
Read<std::optional<Reservation>> read_reservation_of_seat(
    const Inventory& state,
    Instant now,
    EventId event,
    SeatId seat,
    std::string user
);
/// Newest first.
Read<std::vector<Reservation>>
read_reservations(const Inventory& state, Instant now, std::string user, Page page);
/// Newest first, revoked keys included.
Read<std::vector<ApiKey>> read_api_keys(const Inventory& state, Instant now, Page page);

/// Nothing unless the order belongs to this user.
Read<std::optional<OrderView>>
read_order(const Inventory& state, Instant now, OrderId id, std::string user);
/// Those of the ids, sorted, that belong to no order.
Read<std::vector<OrderId>>
read_missing_orders(const Inventory& state, Instant now, std::vector<OrderId> ids);
/// Newest first.
Read<std::vector<OrderView>>
read_orders(const Inventory& state, Instant now, std::string user, Page page);
/// Orders of an event.
struct EventOrders {
    std::vector<OrderView> some;
    /// The rest of the page, to be read next; absent if the page is complete.
    std::optional<Page> rest;

    friend bool operator==(const EventOrders&, const EventOrders&) = default;
};
/// Oldest first. Limit and offset count only orders with the status `only`, if it is given. Looks
/// at so many orders at most, because few of very many may have that status. Nothing unless `by`
/// may change the event.
Read<std::optional<EventOrders>> read_event_orders(
    const Inventory& state,
    Instant now,
    EventId event,
    Organizer by,
    std::optional<OrderStatus> only,
    Page page,
    std::uint32_t looks_at
);
/// Nothing unless `by` may change the order's event.
Read<std::optional<OrderView>>
read_event_order(const Inventory& state, Instant now, OrderId id, Organizer by);
Read<std::optional<Payment>> read_payment(const Inventory& state, Instant now, PaymentId id);

/// What was sold in the hour from `from` on.
struct SalesPoint {
    Instant from;
    std::uint64_t orders = 0;
    std::uint64_t tickets = 0;
    Amount captured = 0;

    friend bool operator==(const SalesPoint&, const SalesPoint&) = default;
};

/// How far the refunds of a cancelled event are.
struct RefundProgress {
    /// Paid orders that aren't wholly refunded yet.
    std::uint64_t to_refund = 0;
    std::uint64_t refunded = 0;
    /// Those of `to_refund` of which nothing is refunded any more by itself: the provider has
    /// refused, or the buyer disputes the payment.
    std::uint64_t stuck = 0;

    friend bool operator==(const RefundProgress&, const RefundProgress&) = default;
};

/// What an event's orders have sold and taken, refunded ones included. An amount that is too large
/// to be represented is given as the largest one.
struct SalesReport {
    /// Orders that were paid, and the tickets that they sold. Payments that came too late or twice
    /// sold nothing.
    std::uint64_t orders = 0;
    std::uint64_t tickets = 0;
    /// The money that was taken, and the part that has gone back.
    Amount captured = 0;
    Amount refunded = 0;
    Currency currency;
    /// Only hours in which a payment succeeded, in order.
    std::vector<SalesPoint> curve;
    /// Only if the event is cancelled.
    std::optional<RefundProgress> cancelled;

    friend bool operator==(const SalesReport&, const SalesReport&) = default;
};
/// Nothing unless `by` may change the event.
Read<std::optional<SalesReport>>
read_sales(const Inventory& state, Instant now, EventId event, Organizer by);

struct UnfinishedPayment {
    OrderId order;
    Amount amount = 0;
    Currency currency;
    Payment payment;
    /// The money would buy what was ordered. False if the order is paid already, or has closed, or
    /// if the event is cancelled: then the provider should take nothing any more.
    bool is_wanted = true;

    friend bool operator==(const UnfinishedPayment&, const UnfinishedPayment&) = default;
};

struct UnfinishedRefund {
    OrderId order;
    Currency currency;
    Refund refund;
    /// Of the payment whose money goes back.
    std::string payment_reference;
    std::string provider;

    friend bool operator==(const UnfinishedRefund&, const UnfinishedRefund&) = default;
};

/// Where to begin reading what is unfinished: at what began at this instant or later. If it is
/// absent, nothing of the kind is read.
struct UnfinishedSince {
    std::optional<Instant> payments = Instant::min();
    /// Of refunds; without it, the orders to refund aren't read either.
    std::optional<Instant> refunds = Instant::min();
};

/// What is to be asked of payment providers, without the refunds that are withheld
/// (is_withheld()). What began first comes first.
struct Unfinished {
    std::vector<UnfinishedPayment> payments;
    std::vector<UnfinishedRefund> refunds;
    /// Paid orders of cancelled events for which no refund was started yet.
    std::vector<OrderId> orders_to_refund;
    /// When the oldest open payment or refund of all began; absent if there is none.
    std::optional<Instant> oldest_since;
    /// When the first payment began that is left out here because there are too many; absent if
    /// there is none.
    std::optional<Instant> next_payment_since;
    /// The same for refunds.
    std::optional<Instant> next_refund_since;

    friend bool operator==(const Unfinished&, const Unfinished&) = default;
};
/// Payments and refunds that began at `since` or later: `at_most` of each, and the others that
/// began at the same instant as the last of them. And at most `at_most` of the orders to refund.
Read<Unfinished>
read_unfinished(const Inventory& state, Instant now, std::uint32_t at_most, UnfinishedSince since);

/// The tickets of a reservation that belongs to this user, also those that were refunded or that
/// the user has transferred since. Empty while it isn't confirmed.
Read<std::optional<std::vector<TicketView>>>
read_reservation_tickets(const Inventory& state, Instant now, ReservationId id, std::string user);
/// Nothing unless the user has the ticket, or the reservation to which it belongs.
Read<std::optional<TicketView>>
read_ticket(const Inventory& state, Instant now, TicketId id, std::string user);
/// For a caller who was let see it, like a gate that has just scanned its code.
Read<std::optional<TicketView>> read_known_ticket(const Inventory& state, Instant now, TicketId id);
/// Nothing unless `by` may change the ticket's event.
Read<std::optional<TicketView>>
read_event_ticket(const Inventory& state, Instant now, TicketId id, Organizer by);
/// What the user has, without refunded tickets: first those transferred to them, the one to which
/// something first happened last comes first; then those of their own reservations that they
/// haven't transferred, newest reservation first.
Read<std::vector<TicketView>>
read_tickets(const Inventory& state, Instant now, std::string user, Page page);

/// A part of the list of people who have an event's tickets.
struct AttendeePart {
    /// What the event asks.
    Asks asks;
    /// Those that were sold and not refunded.
    std::vector<TicketView> tickets;
    /// For each ticket the order whose contact is its holder's. Nil if no order sold it, or if it
    /// was transferred.
    std::vector<OrderId> orders;
    /// Where the next part begins; absent if this is the last one.
    std::optional<Place> next;

    friend bool operator==(const AttendeePart&, const AttendeePart&) = default;
};
/// The part behind the place `after`, or the first one, of at most `at_most` tickets. Looks at a
/// few thousand reservations at most, of whatever event, so a part may have fewer tickets, or none,
/// although others follow. Nothing unless `by` may change the event.
Read<std::optional<AttendeePart>> read_attendees(
    const Inventory& state,
    Instant now,
    EventId event,
    Organizer by,
    std::optional<Place> after,
    std::size_t at_most
);

/// How many people are in.
struct CheckInReport {
    struct AtGate {
        std::string gate;
        std::uint64_t tickets = 0;
        /// Scans of tickets that were refunded or issued again before the gate, which was without a
        /// network, told them. Somebody may have got in with each.
        std::uint64_t late = 0;

        friend bool operator==(const AtGate&, const AtGate&) = default;
    };
    /// Seats and units that are sold and not on sale again.
    std::uint64_t sold = 0;
    /// Tickets that were scanned, also those that were refunded afterwards.
    std::uint64_t used = 0;
    /// By the gate of the tickets' first scans, in the order of the gates' names.
    std::vector<AtGate> gates;

    friend bool operator==(const CheckInReport&, const CheckInReport&) = default;
};
Read<bool> read_may_scan(const Inventory& state, Instant now, EventId event, Organizer by);
/// Nothing unless `by` may change the event or scan for it.
Read<std::optional<CheckInReport>>
read_check_ins(const Inventory& state, Instant now, EventId event, Organizer by);

/// The newest fact on which an answer about this event can depend.
std::uint64_t last_seq_of(const Inventory& state, EventId event);

}  // namespace frontrow::domain
