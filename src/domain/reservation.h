#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "domain/seat.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace frontrow::domain {

/// `pending` is the only one that changes; from there a reservation ends confirmed, cancelled or
/// expired, for good.
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

    friend bool operator==(const Reservation&, const Reservation&) = default;
};

/// How long one is shown after it was cancelled or has run out: longer than its request's key may
/// be repeated. Then it isn't there any more.
inline constexpr std::chrono::hours kEndedMemory{24};

/// A hold may be extended up to this many times the length that it was given first.
inline constexpr int kHoldLengthsMax = 3;

}  // namespace frontrow::domain
