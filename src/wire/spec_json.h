#pragma once

#include "domain/event.h"
#include "domain/seat.h"
#include "domain/writable.h"
#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/object_reader.h"

#include <chrono>
#include <optional>

namespace frontrow::wire {

/// These two functions write and read the fields of an event that its organiser sets. The fields
/// are the same in requests, facts and answers, and are written into the open object. The limits on
/// requests apply only if the reader's origin is a request.
void write_event_spec(JsonWriter& json, const domain::EventSpec& spec);
/// `hold`: the default if the field is absent. `kept`: a currency that a request may name although
/// ISO 4217 doesn't list it today.
domain::EventSpec read_event_spec(
    ObjectReader& in,
    std::chrono::seconds hold = domain::EventSpec{}.hold,
    std::optional<Currency> kept = {}
);

inline constexpr TextBounds kEventName{1, 255, TextKind::name};
inline constexpr TextBounds kSeatNumber{1, 64, TextKind::label};
inline constexpr TextBounds kSectionOrRow{0, 64, TextKind::label};
inline constexpr IntegerBounds kHoldSeconds{1, 3'600};
inline constexpr IntegerBounds kExtensionSeconds{1, 10'800};
inline constexpr IntegerBounds kPrice{0, kPriceMax};
inline constexpr NumberLimits kPriceLimits{kPrice, {0, domain::kWrittenPriceMax}};

/// These two do the same for the fields of a seat that its organiser sets.
void write_seat_spec(JsonWriter& json, const domain::SeatSpec& spec);
domain::SeatSpec read_seat_spec(ObjectReader& in);

}  // namespace frontrow::wire
