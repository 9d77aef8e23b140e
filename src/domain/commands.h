#pragma once

#include "base/id.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/member.h"
#include "domain/seat.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::domain {

/// Who changes an event: its creator, a member with the role organizer, or an admin, who may change
/// all.
struct Organizer {
    std::string sub;
    bool is_admin = false;
};

// Commands: what somebody asks for. New ids are handed in, so that `decide` needs no randomness.

struct CreateEvent {
    EventId event;
    Organizer by;
    EventSpec spec;
    std::optional<RequestMark> request{};
};

struct UpdateEvent {
    EventId event;
    Organizer by;
    EventSpec spec;
    /// Refused as stale unless the event still has this version.
    std::optional<std::uint32_t> if_version;
};

struct DeleteEvent {
    EventId event;
    Organizer by;
    std::optional<std::uint32_t> if_version;
};

/// Pauses a sale, opens it again, or ends it for good. Its times go on as they are.
struct ChangeSale {
    EventId event;
    Organizer by;
    SaleAction action{};
    std::optional<std::uint32_t> if_version;
    std::optional<RequestMark> request{};
};

/// Gives a person rights on this event alone, or a member another role.
struct AddMember {
    EventId event;
    Organizer by;
    std::string sub;
    MemberRole role{};
    std::optional<RequestMark> request{};
};

struct RemoveMember {
    EventId event;
    Organizer by;
    std::string sub;
};

struct AddSeats {
    EventId event;
    Organizer by;
    std::shared_ptr<const SeatBlock> block;
    std::optional<RequestMark> request{};
};

struct ReserveSeats {
    ReservationId reservation;
    EventId event;
    std::string user;
    SeatIds seats;
    /// At most the event's; the event's if absent.
    std::optional<std::chrono::seconds> hold;
    RequestMark request;
};

struct ConfirmReservation {
    ReservationId reservation;
    std::string user;
};

struct CancelReservation {
    ReservationId reservation;
    std::string user;
};

struct ExtendReservation {
    ReservationId reservation;
    std::string user;
    std::chrono::seconds by{0};
    std::optional<RequestMark> request{};
};

/// Makes facts of up to `at_most` holds that have run out. Changes nothing that anybody could see:
/// those seats are free already.
struct ExpireHolds {
    std::uint32_t at_most = 0;
};

/// The key itself was made outside and is told to nobody here.
struct CreateApiKey {
    ApiKeyId key;
    std::string name;
    Role role = Role::user;
    std::string prefix;
    ApiKeyDigest digest{};
    std::string by;
    /// Empty for the key's default.
    std::string account;
    std::optional<RequestMark> request{};
};

struct RevokeApiKey {
    ApiKeyId key;
    std::string by;
};

struct MoveApiKey {
    ApiKeyId key;
    std::string account;
    std::string by;
};

/// Lets facts of this format into the journal, for good: programs that don't know it can't read it
/// any more. Does nothing where they are let in already.
struct RaiseFormat {
    std::uint32_t format = 0;
};

using Command = std::variant<
    CreateEvent,
    UpdateEvent,
    DeleteEvent,
    AddSeats,
    ReserveSeats,
    ConfirmReservation,
    CancelReservation,
    ExtendReservation,
    ExpireHolds,
    CreateApiKey,
    RevokeApiKey,
    RaiseFormat,
    ChangeSale,
    MoveApiKey,
    AddMember,
    RemoveMember>;

}  // namespace frontrow::domain
