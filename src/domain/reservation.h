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

/// Only `pending` changes: a pending reservation ends confirmed, cancelled or expired, for good.
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

/// How long an ended reservation is still shown after it was cancelled or ran out: longer than its
/// request may be replayed. After that it is not found.
inline constexpr std::chrono::hours kEndedMemory{24};

/// A hold may be extended up to this many times its first length.
inline constexpr int kHoldLengthsMax = 3;

}  // namespace frontrow::domain
