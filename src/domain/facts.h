#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/member.h"
#include "domain/seat.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::domain {

// Facts: what has become true. Each is named in the past tense and carries all that `evolve` needs.
// The written form is in wire/fact_json.h.

struct EventCreated {
    EventSpec spec;
    std::string created_by;
    std::optional<RequestMark> request{};

    friend bool operator==(const EventCreated&, const EventCreated&) = default;
};

struct EventUpdated {
    EventSpec spec;

    friend bool operator==(const EventUpdated&, const EventUpdated&) = default;
};

struct EventDeleted {
    friend bool operator==(const EventDeleted&, const EventDeleted&) = default;
};

struct SeatsAdded {
    /// Never null in a fact that was decided or read.
    std::shared_ptr<const SeatBlock> block;
    std::optional<RequestMark> request{};

    friend bool operator==(const SeatsAdded& a, const SeatsAdded& b) {
        return *a.block == *b.block && a.request == b.request;
    }
};

struct SaleChanged {
    SaleAction action{};
    std::optional<RequestMark> request{};

    friend bool operator==(const SaleChanged&, const SaleChanged&) = default;
};

struct ReservationHeld {
    ReservationId reservation;
    std::string user;
    SeatIds seats;
    Amount total_amount = 0;
    Instant expires_at;
    RequestMark request;
    /// As they were then: a refund of some of the seats goes by them, whatever they cost today.
    /// Older facts have none: then seats never changed their price.
    UnitPrices unit_prices;

    friend bool operator==(const ReservationHeld&, const ReservationHeld&) = default;
};

struct ReservationConfirmed {
    ReservationId reservation;

    friend bool operator==(const ReservationConfirmed&, const ReservationConfirmed&) = default;
};

struct ReservationCancelled {
    ReservationId reservation;

    friend bool operator==(const ReservationCancelled&, const ReservationCancelled&) = default;
};

struct ReservationExpired {
    ReservationId reservation;

    friend bool operator==(const ReservationExpired&, const ReservationExpired&) = default;
};

struct ReservationExtended {
    ReservationId reservation;
    Instant expires_at;
    std::optional<RequestMark> request{};

    friend bool operator==(const ReservationExtended&, const ReservationExtended&) = default;
};

struct ApiKeyCreated {
    ApiKeyId key;
    std::string name;
    Role role = Role::user;
    std::string prefix;
    ApiKeyDigest digest{};
    std::string created_by;
    /// Empty for the key's default.
    std::string account;
    std::optional<RequestMark> request{};

    friend bool operator==(const ApiKeyCreated&, const ApiKeyCreated&) = default;
};

struct ApiKeyRevoked {
    ApiKeyId key;
    std::string revoked_by;

    friend bool operator==(const ApiKeyRevoked&, const ApiKeyRevoked&) = default;
};

/// From here on the key acts for this account.
struct ApiKeyMoved {
    ApiKeyId key;
    std::string account;
    std::string moved_by;

    friend bool operator==(const ApiKeyMoved&, const ApiKeyMoved&) = default;
};

/// A new member of the event, or another role for one that it had.
struct MemberAdded {
    std::string sub;
    MemberRole role{};
    std::optional<RequestMark> request{};

    friend bool operator==(const MemberAdded&, const MemberAdded&) = default;
};

struct MemberRemoved {
    std::string sub;

    friend bool operator==(const MemberRemoved&, const MemberRemoved&) = default;
};

/// From here on the journal has kinds and fields of facts that came with this format.
struct FormatRaised {
    std::uint32_t format = 0;

    friend bool operator==(const FormatRaised&, const FormatRaised&) = default;
};

/// What facts a journal may have, for programs of two versions that write one in turn: 0, all that
/// stands here and belongs to no other; 1, FormatRaised, SaleChanged, ApiKeyMoved, MemberAdded,
/// MemberRemoved, `sales_end_at` among an event's terms, the `account` of an ApiKeyCreated, and
/// requests under keys besides a reservation's.
inline constexpr std::uint32_t kNewestFormat = 1;

using FactBody = std::variant<
    EventCreated,
    EventUpdated,
    EventDeleted,
    SeatsAdded,
    ReservationHeld,
    ReservationConfirmed,
    ReservationCancelled,
    ReservationExpired,
    ReservationExtended,
    ApiKeyCreated,
    ApiKeyRevoked,
    FormatRaised,
    SaleChanged,
    ApiKeyMoved,
    MemberAdded,
    MemberRemoved>;

/// A fact in its place: `seq` rises by one from 1 without a gap, `at` never falls.
struct Fact {
    /// The place in the order of all facts, which is the order of cause and effect.
    std::uint64_t seq = 0;
    /// When it was decided.
    Instant at;
    TraceId trace;
    /// Nil for a fact that is about no event.
    EventId event;
    FactBody body;

    friend bool operator==(const Fact&, const Fact&) = default;
};

}  // namespace frontrow::domain
