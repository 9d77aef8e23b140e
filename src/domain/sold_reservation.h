#pragma once

#include "base/instant.h"
#include "domain/inventory.h"
#include "domain/order.h"
#include "domain/ticket.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// A reservation for which there are tickets: it was confirmed. One that an order sold is found as
/// long as the order, even if everything was refunded and the reservation is forgotten. Valid until
/// the inventory changes.
class SoldReservation {
public:
    static std::optional<SoldReservation>
    find(const Inventory& inventory, ReservationId id, Instant now);

    const EventRow& event() const { return *event_; }
    /// The account that bought the tickets.
    const std::string& owner() const { return *owner_; }
    /// When it was paid, or confirmed without payment.
    Instant sold_at() const { return sold_at_; }
    /// The order that sold it; null if none did.
    const Order* order() const { return order_; }
    std::uint32_t ticket_count() const { return domain::ticket_count(lines()); }
    bool has(std::uint32_t number) const { return number > 0 && number <= ticket_count(); }

    // CHECKed: there must be such a ticket.

    TicketPlace place(std::uint32_t number) const;
    /// True if a refund of the ticket is open or has succeeded.
    bool is_refunded(std::uint32_t number) const {
        return !are_refunded_.empty() && are_refunded_.at(number - 1);
    }
    /// The account that has the ticket.
    const std::string& holder(const TicketNotes& notes) const {
        return notes.holder.empty() ? owner() : notes.holder;
    }
    /// What has happened to the ticket, even if that is nothing.
    TicketNotes notes(std::uint32_t number) const;
    /// The ticket as it is, or as these notes will make it.
    TicketView view(std::uint32_t number) const { return view(notes(number)); }
    TicketView view(const TicketNotes& notes) const;
    /// In the order of their numbers.
    std::vector<TicketView> views() const;

private:
    SoldReservation(const Inventory& inventory, ReservationId id)
        : inventory_{&inventory}, id_{id} {}
    const OrderLines& lines() const { return order_ == nullptr ? lines_ : order_->lines; }

    const Inventory* inventory_;
    ReservationId id_;
    const EventRow* event_ = nullptr;
    const std::string* owner_ = nullptr;
    const Order* order_ = nullptr;
    Instant sold_at_;
    /// What the reservation has, without prices. Empty if an order sold it.
    OrderLines lines_;
    /// For each ticket. Empty if no refund has begun.
    std::vector<bool> are_refunded_;
};

/// A ticket of a reservation that was sold.
struct KnownTicket {
    SoldReservation sold;
    TicketNotes notes;

    const EventRow& event() const { return sold.event(); }
    const std::string& holder() const { return sold.holder(notes); }
    bool is_refunded() const { return sold.is_refunded(notes.id.number); }
    bool is_used() const { return !notes.scans.empty(); }
    TicketView view() const { return sold.view(notes); }
};

/// Nothing if there is no such ticket.
std::optional<KnownTicket> find_ticket(const Inventory& inventory, TicketId id, Instant now);

}  // namespace frontrow::domain
