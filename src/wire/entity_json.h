#pragma once

#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/reservation.h"
#include "domain/seat.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// Entities as clients see them, appended to `out`. A public view names no person and no
// reservation.

void append_event(std::string& out, const domain::Event& event, Instant now);
void append_seat(std::string& out, const domain::SeatView& seat);
/// `now` gives a pending reservation its expires_in_ms.
void append_reservation(std::string& out, const domain::Reservation& reservation, Instant now);
/// As it was once: without expires_in_ms, which a client would count from now.
void append_past_reservation(std::string& out, const domain::Reservation& reservation);

void append_member(std::string& out, const domain::Member& member);

void append_api_key(std::string& out, const domain::ApiKey& key);
/// With the key itself, which is told once.
void append_new_api_key(std::string& out, const domain::ApiKey& key, std::string_view text);

/// What a seat takes as JSON, about, so that a long list is allocated once.
inline constexpr std::size_t kSeatBytes = 224;
void append_seats(std::string& out, const domain::SeatList& list);
/// A block as it was just made: all available.
void append_new_seats(std::string& out, EventId event, const domain::SeatBlock& block);
/// Seats that would be added, which have no ids yet.
void append_checked_seats(std::string& out, const std::vector<domain::SeatSpec>& seats);

}  // namespace frontrow::wire
