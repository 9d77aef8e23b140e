#pragma once

#include "domain/event.h"
#include "domain/slice.h"
#include "io/postgres/pg_params.h"
#include "io/postgres/pg_result.h"

#include <optional>
#include <string_view>

namespace frontrow::store::postgres {

// Rows of statements.h as entities, and back.

struct EventRecord {
    domain::Event event;
    std::uint32_t seats_total = 0;
    bool is_deleted = false;
};

/// A row of kReadEvents.
EventRecord read_event(const io::postgres::PgResult& result, int row);
/// The parameters of kInsertEvent and kUpdateEvent.
io::postgres::PgParams event_params(const domain::Event& event);

/// A row of kReadReservations and its like.
domain::ReservationRecord read_reservation(const io::postgres::PgResult& result, int row);

/// A row of kReadSeats.
struct SeatRecord {
    SeatId id;
    EventId event;
    domain::SeatSpec spec;
    std::optional<ReservationId> holder;
    std::optional<Instant> held_until;
    /// The holder, as far as it concerns this seat: its `seats` are left empty.
    std::optional<domain::ReservationRecord> reservation;
    /// Whose request the holder is.
    std::optional<Bits128> request_key;
};
SeatRecord read_seat(const io::postgres::PgResult& result, int row);

/// A row of kReadApiKeys: what a rule looks at.
domain::ApiKey read_api_key(const io::postgres::PgResult& result, int row);

/// The status as the tables have it.
std::string_view name_of(domain::ReservationStatus status);

}  // namespace frontrow::store::postgres
