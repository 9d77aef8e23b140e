#pragma once

#include "domain/event.h"
#include "domain/inventory.h"
#include "domain/reservation.h"
#include "domain/seat.h"

#include <cstdint>

namespace frontrow::domain {

/// A reservation as it was made and as it is now.
struct ReservationRecord {
    Reservation now;
    Instant first_expires_at;
    RequestMark request;
};

/// Fills an empty inventory with just what a batch of commands touches, from rows that were read
/// and locked elsewhere. `decide` and `evolve` work on it as on the whole, as long as everything is
/// there that they look at: that is the caller's care. What its counts and its `seq` say is of the
/// slice alone.
///
/// In this order: events, then their seats, then reservations (finished ones before those that have
/// seats, older before newer), whose seats are all there; at last the deletions.
class SliceLoader {
public:
    explicit SliceLoader(Inventory& slice) : slice_{slice} {}

    void add_event(const Event& event);
    /// `spec` may lack what no rule looks at.
    void add_seat(EventId event, SeatId id, SeatSpec spec);
    void add_reservation(const ReservationRecord& reservation);
    /// How many seats the event has in truth.
    void set_seats_total(EventId event, std::uint32_t total);
    void set_deleted(EventId event);
    /// May lack what no rule looks at.
    void add_api_key(const ApiKey& key);

private:
    void learn(EventId event, Instant at, FactBody body);

    Inventory& slice_;
};

}  // namespace frontrow::domain
