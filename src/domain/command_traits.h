#pragma once

#include "domain/commands.h"
#include "domain/facts.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::domain {

// What the engine, the cluster and the gate ask about kinds of commands and facts, so that they
// name no kind. Each kind has a function that fills every field: a new kind doesn't compile without
// one, nor does a new field until each kind sets it.

#pragma clang diagnostic push
#pragma clang diagnostic error "-Wmissing-designated-field-initializers"

struct CommandTraits {
    /// The command claims or adds something. It is the first to be refused when the journal runs
    /// out of space or hangs. Commands that end a hold or pay for one are still accepted.
    bool takes_on_more;
    /// Points to the command itself if other buyers may want its seats at the same moment;
    /// otherwise null.
    const ReserveSeats* contended;
};

struct FactTraits {
    bool is_about_event;
    /// The fact deletes the event, so what is kept in memory about it may be dropped.
    bool ends_event;
    /// The reservation that its buyer cancelled before its end; null for all other facts.
    const ReservationId* given_up;
    /// The format that introduced this fact (facts.h).
    std::uint32_t format;
};

inline CommandTraits traits_of(const CreateEvent&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const UpdateEvent&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const DeleteEvent&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const AddSeats&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const ReserveSeats& command) {
    return {.takes_on_more = true, .contended = &command};
}
inline CommandTraits traits_of(const ConfirmReservation&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const CancelReservation&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const ExtendReservation&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const ExpireHolds&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const CreateApiKey&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const RevokeApiKey&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const RaiseFormat&) {
    return {.takes_on_more = false, .contended = nullptr};
}
/// Pausing or ending a sale without a key takes on nothing. Opening one, and any change under a
/// key, does: the number of such commands has no bound.
inline CommandTraits traits_of(const ChangeSale& command) {
    const bool stops = command.action != SaleAction::open && !command.request;
    return {.takes_on_more = !stops, .contended = nullptr};
}
inline CommandTraits traits_of(const MoveApiKey&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const AddMember&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const RemoveMember&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const CheckSeats&) {
    return {.takes_on_more = false, .contended = nullptr};
}

// The format that introduced an optional field, if the field is present.

inline std::uint32_t format_of(const std::optional<RequestMark>& request) {
    return request ? 1 : 0;
}
inline std::uint32_t format_of(const EventSpec& spec) {
    return spec.sales_end_at ? 1 : 0;
}
inline std::uint32_t format_of_account(const std::string& account) {
    return account.empty() ? 0 : 1;
}

inline FactTraits traits_of(const EventCreated& body) {
    return {
        .is_about_event = true,
        .ends_event = false,
        .given_up = nullptr,
        .format = std::max(format_of(body.spec), format_of(body.request))
    };
}
inline FactTraits traits_of(const EventUpdated& body) {
    return {
        .is_about_event = true,
        .ends_event = false,
        .given_up = nullptr,
        .format = format_of(body.spec)
    };
}
inline FactTraits traits_of(const EventDeleted&) {
    return {.is_about_event = true, .ends_event = true, .given_up = nullptr, .format = 0};
}
inline FactTraits traits_of(const SeatsAdded& body) {
    return {
        .is_about_event = true,
        .ends_event = false,
        .given_up = nullptr,
        .format = format_of(body.request)
    };
}
inline FactTraits traits_of(const ReservationHeld&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 0};
}
inline FactTraits traits_of(const ReservationConfirmed&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 0};
}
inline FactTraits traits_of(const ReservationCancelled& body) {
    return {
        .is_about_event = true, .ends_event = false, .given_up = &body.reservation, .format = 0
    };
}
inline FactTraits traits_of(const ReservationExpired&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 0};
}
inline FactTraits traits_of(const ReservationExtended& body) {
    return {
        .is_about_event = true,
        .ends_event = false,
        .given_up = nullptr,
        .format = format_of(body.request)
    };
}
inline FactTraits traits_of(const ApiKeyCreated& body) {
    return {
        .is_about_event = false,
        .ends_event = false,
        .given_up = nullptr,
        .format = std::max(format_of_account(body.account), format_of(body.request))
    };
}
inline FactTraits traits_of(const ApiKeyRevoked&) {
    return {.is_about_event = false, .ends_event = false, .given_up = nullptr, .format = 0};
}
inline FactTraits traits_of(const FormatRaised&) {
    return {.is_about_event = false, .ends_event = false, .given_up = nullptr, .format = 0};
}
inline FactTraits traits_of(const SaleChanged&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 1};
}
inline FactTraits traits_of(const ApiKeyMoved&) {
    return {.is_about_event = false, .ends_event = false, .given_up = nullptr, .format = 1};
}
inline FactTraits traits_of(const MemberAdded&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 1};
}
inline FactTraits traits_of(const MemberRemoved&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 1};
}

#pragma clang diagnostic pop

/// The request under a key that caused a fact: the field `request`. Null if the fact has none.
template <class Body>
const RequestMark* request_of(const Body& body) {
    if constexpr (requires { body.request; })
        return given(body.request);
    else
        return nullptr;
}

/// The seats that a fact adds, which take memory of their own; null for all other facts.
template <class Body>
const SeatBlock* seats_of(const Body& body) {
    if constexpr (requires { body.block; })
        return body.block.get();
    else
        return nullptr;
}

// The returned pointers point into `one`.

template <class... Kinds>
auto traits_of(const std::variant<Kinds...>& one) {
    return std::visit([](const auto& kind) { return traits_of(kind); }, one);
}
inline const RequestMark* request_of(const FactBody& one) {
    return std::visit([](const auto& body) { return request_of(body); }, one);
}
inline const SeatBlock* seats_of(const FactBody& one) {
    return std::visit([](const auto& body) { return seats_of(body); }, one);
}

}  // namespace frontrow::domain
