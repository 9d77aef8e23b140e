#pragma once

#include "base/id.h"
#include "domain/commands.h"
#include "domain/inventory.h"
#include "domain/page.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace frontrow::store::engine {

/// A value that was read, and the newest fact on which it depends. Don't return the value to a
/// client before that fact is durable.
template <class Value>
struct Read {
    Value value;
    std::uint64_t rests_on = 0;
};

// All reads of Store (store/store.h), each as of one instant. Missing entities are an empty
// optional. Pure.

Read<std::optional<domain::Event>> read_event(const domain::Inventory& state, EventId id);
Read<std::vector<domain::Event>> read_events(const domain::Inventory& state, const domain::Page&);
/// Nothing unless `by` may change the event.
Read<std::optional<std::vector<domain::Member>>>
read_members(const domain::Inventory& state, EventId event, const domain::Organizer& by);
Read<std::optional<domain::SeatView>>
read_seat(const domain::Inventory& state, SeatId id, Instant now);
Read<std::optional<domain::SeatList>> read_seats(
    const domain::Inventory& state,
    EventId event,
    bool only_available,
    const domain::Page& page,
    Instant now
);
Read<std::optional<domain::SeatCounts>>
read_counts(const domain::Inventory& state, EventId event, Instant now);
/// Nothing unless the reservation belongs to this user.
Read<std::optional<domain::Reservation>> read_reservation(
    const domain::Inventory& state,
    ReservationId id,
    std::string_view user,
    Instant now
);
Read<std::vector<domain::Reservation>> read_reservations(
    const domain::Inventory& state,
    std::string_view user,
    const domain::Page& page,
    Instant now
);
Read<std::vector<domain::ApiKey>>
read_api_keys(const domain::Inventory& state, const domain::Page& page);

/// The newest fact on which an answer about this event can depend.
std::uint64_t last_seq_of(const domain::Inventory& state, EventId event);

}  // namespace frontrow::store::engine
