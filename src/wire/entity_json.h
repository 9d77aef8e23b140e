#pragma once

#include "domain/allocation.h"
#include "domain/api_key.h"
#include "domain/category.h"
#include "domain/commands.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/reservation.h"
#include "domain/seat.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// These functions append entities to `out` as clients see them. Entities that everybody may see
// contain no user and no reservation.

void append_event(std::string& out, const domain::Event& event, Instant now);
void append_seat(std::string& out, const domain::SeatView& seat);
/// A pending reservation has expires_in_ms, counted from `now`.
void append_reservation(std::string& out, const domain::Reservation& reservation, Instant now);
/// The reservation as it was earlier. Without expires_in_ms, because a client would count that from
/// the present.
void append_past_reservation(std::string& out, const domain::Reservation& reservation);

void append_member(std::string& out, const domain::Member& member);
/// For its organiser. The codes are counted, not shown.
void append_allocation(std::string& out, const domain::AllocationView& view);
void append_category(std::string& out, const domain::CategoryView& view);

void append_api_key(std::string& out, const domain::ApiKey& key);
/// Includes the key itself, which is sent only once.
void append_new_api_key(std::string& out, const domain::ApiKey& key, std::string_view text);

/// Approximate size of a seat as JSON, so that a long list is allocated once.
inline constexpr std::size_t kSeatBytes = 224;
void append_seats(std::string& out, const domain::SeatList& list);
/// The seats of a new block: all available, but for those that are held back.
void append_new_seats(
    std::string& out,
    EventId event,
    const domain::SeatBlock& block,
    const std::vector<domain::HeldBackSeats>& held_back
);
/// The seats that a dry run would add. They have no ids.
void append_checked_seats(
    std::string& out,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<domain::HeldBackSeats>& held_back
);

}  // namespace frontrow::wire
