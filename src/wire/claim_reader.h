#pragma once

#include "domain/category.h"
#include "domain/seat.h"
#include "wire/object_reader.h"
#include "wire/requests.h"

#include <cstddef>

namespace frontrow::wire {

// The parts of requests that name seats and units of categories. For the files that parse requests.

/// The most seats that a request may name at all. The event's rules say how many it may get.
inline constexpr std::size_t kSeatIdsMax = 1'000;

/// Reads `seat_ids`, which must be present.
domain::SeatIds read_seat_ids(ObjectReader& in, std::size_t most = kSeatIdsMax);
/// Reads `items`, which must be present.
domain::WantedItems read_items(ObjectReader& in, Complaints& complaints);
/// Reads `seat_ids` and `items`, both of which may be absent.
ClaimRequest read_seats_and_items(ObjectReader& in, Complaints& complaints);
/// Reads what is to be reserved: seats that are named or left to us to choose, and units of
/// categories.
void read_claim(ObjectReader& in, Complaints& complaints, ReservationRequest& request);
bool are_within_bounds(const domain::WantedItems& items);

}  // namespace frontrow::wire
