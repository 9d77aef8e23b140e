#pragma once

#include "domain/event.h"
#include "domain/seat.h"
#include "wire/json_writer.h"
#include "wire/object_reader.h"

#include <chrono>

namespace frontrow::wire {

/// The fields of an event that its organiser sets; the same in a request, a fact and an answer.
/// Written into an object that is open. Today's limits hold where the reader's origin is a request.
void write_event_spec(JsonWriter& json, const domain::EventSpec& spec);
/// `hold`: where it isn't said.
domain::EventSpec
read_event_spec(ObjectReader& in, std::chrono::seconds hold = domain::EventSpec{}.hold);

inline constexpr TextBounds kEventName{1, 255, TextKind::name};
inline constexpr TextBounds kSeatNumber{1, 64, TextKind::label};
inline constexpr IntegerBounds kHoldSeconds{1, 3'600};
inline constexpr IntegerBounds kPrice{0, kPriceMax};

/// The fields of a seat that its organiser sets, likewise.
void write_seat_spec(JsonWriter& json, const domain::SeatSpec& spec);
domain::SeatSpec read_seat_spec(ObjectReader& in);

}  // namespace frontrow::wire
