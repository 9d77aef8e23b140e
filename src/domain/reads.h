#pragma once

#include "base/id.h"
#include "domain/commands.h"
#include "domain/inventory.h"
#include "domain/page.h"
#include "domain/sections.h"

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
/// Newest first.
Read<std::vector<Reservation>>
read_reservations(const Inventory& state, Instant now, std::string user, Page page);
/// Newest first, revoked keys included.
Read<std::vector<ApiKey>> read_api_keys(const Inventory& state, Instant now, Page page);

/// The newest fact on which an answer about this event can depend.
std::uint64_t last_seq_of(const Inventory& state, EventId event);

}  // namespace frontrow::domain
