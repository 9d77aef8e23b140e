#pragma once

#include "domain/allocation.h"
#include "domain/seat_plans.h"

#include <span>
#include <string_view>

namespace frontrow::domain {

// The allocations of an event.

/// The allocation in which the seat is; kNobody if it is in none. Whether the allocation's `until`
/// has come makes no difference.
inline AllocationIndex allocation_of(const EventRow& event, SeatIndex seat) {
    const auto& of_seats = event.allocations.of_seats;
    return seat < of_seats.size() ? of_seats[seat] : kNobody;
}

/// The status that a seat has if no reservation holds or owns it.
SeatStatus free_status(const EventRow& event, SeatIndex seat, Instant now);
/// The same as far as facts tell, whether or not an allocation's `until` has come.
SeatStatus free_status(const EventRow& event, SeatIndex seat);

/// Whether a seat of this status is free for buyers to whom the allocation `opened` is open; it is
/// kNobody for all others.
inline bool
is_free_for(const EventRow& event, AllocationIndex opened, SeatIndex seat, SeatStatus status) {
    return status == SeatStatus::available ||
           (status == SeatStatus::held_back && opened != kNobody &&
            allocation_of(event, seat) == opened);
}

/// kNobody if no fact has added an allocation with this name, or one has ended it.
AllocationIndex find_allocation(const EventRow& event, std::string_view name);
/// The same, but kNobody also if the allocation's `until` has come.
AllocationIndex find_allocation(const EventRow& event, std::string_view name, Instant now);
/// The allocation in force that this code opens, or kNobody.
AllocationIndex find_by_code(const EventRow& event, Bits128 code, Instant now);

/// How many tickets of the claim come from the allocation, and how many of these are units. An
/// ended allocation gives none.
struct FromAllocation {
    std::uint32_t tickets = 0;
    std::uint32_t units = 0;
};
FromAllocation
taken_from(const EventRow& event, AllocationIndex allocation, const SeatPlans::Claim& claim);

/// Checks the event's own list of allocations; Reservations::verify() checks what is used.
void verify_allocations(const SeatPlans& plans, const EventRow& event);

}  // namespace frontrow::domain
