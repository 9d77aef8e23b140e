#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "domain/category.h"
#include "domain/seat.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace frontrow::domain {

/// A pending reservation becomes confirmed, cancelled or expired. A confirmed one changes again
/// only by a refund that returns some of its seats and units to sale: if all of them, it is
/// cancelled then. An expired one becomes confirmed if its payment succeeds late and all it had is
/// still free. Nothing else changes afterwards.
enum class ReservationStatus : std::uint8_t { pending, confirmed, cancelled, expired };

struct Reservation {
    ReservationId id;
    EventId event;
    std::string user;
    SeatIds seats;
    ReservationStatus status = ReservationStatus::pending;
    Amount total_amount = 0;
    Currency currency;
    Instant created_at;
    Instant expires_at;
    std::optional<Instant> confirmed_at;
    Items items{};

    friend bool operator==(const Reservation&, const Reservation&) = default;
};

/// A digest of all that can change in a reservation: its status, the end of its hold, its seats,
/// items and amount.
Bits128 tag_of(const Reservation& reservation);

/// A reservation is still shown for this long after it was cancelled or its hold ran out, which is
/// longer than its request can be repeated. After that it isn't found.
inline constexpr std::chrono::hours kEndedMemory{24};

/// A hold may be extended until it lasts this many times its first length.
inline constexpr int kHoldLengthsMax = 3;

}  // namespace frontrow::domain
