#pragma once

#include "domain/commands.h"
#include "domain/facts.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::domain {

// What the engine, the cluster and the gate need to know about a command or fact, so that they
// needn't distinguish the kinds. Each kind has a function that sets every field. Without it, a new
// kind or a new field doesn't compile.

#pragma clang diagnostic push
#pragma clang diagnostic error "-Wmissing-designated-field-initializers"

struct CommandTraits {
    /// The command claims or adds something. Such commands are the first to be refused when the
    /// journal runs out of space or hangs. Commands that end a hold or pay for one are still
    /// accepted.
    bool takes_on_more;
    /// The command itself if it competes with other buyers for seats; otherwise null.
    const ReserveSeats* contended;
};

struct FactTraits {
    bool is_about_event;
    /// The fact deletes the event, so data about the event may be dropped from memory.
    bool ends_event;
    /// The reservation, if the fact says that it was cancelled; otherwise null.
    const ReservationId* given_up;
    /// The lowest format that permits this fact (facts.h), apart from the seats that it adds:
    /// format_of() looks at them, too.
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
/// Units of a category are all alike, so only buyers of seats compete for the same thing.
inline CommandTraits traits_of(const ReserveSeats& command) {
    return {.takes_on_more = true, .contended = command.seats.empty() ? nullptr : &command};
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
/// Pausing or ending a sale without an idempotency key takes on nothing. Opening a sale does, and
/// so does any change with a key, because the number of such commands is unbounded.
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
inline CommandTraits traits_of(const AddCategory&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const ChangeCategory&) {
    return {.takes_on_more = true, .contended = nullptr};
}
/// Giving something back without an idempotency key takes on nothing.
inline CommandTraits traits_of(const ChangeReservation& command) {
    const bool adds = !command.add_seats.empty() || !command.add_items.empty();
    return {.takes_on_more = adds || command.request, .contended = nullptr};
}
inline CommandTraits traits_of(const AddAllocation&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const ChangeAllocation&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const EndAllocation&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const PlaceOrder&) {
    return {.takes_on_more = true, .contended = nullptr};
}
/// Pays for a hold. The number of attempts is bounded for each order.
inline CommandTraits traits_of(const StartPayment&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const NotePayment&) {
    return {.takes_on_more = false, .contended = nullptr};
}
/// What was sold bounds what can be refunded.
inline CommandTraits traits_of(const RefundOrder&) {
    return {.takes_on_more = false, .contended = nullptr};
}
inline CommandTraits traits_of(const NoteRefund&) {
    return {.takes_on_more = false, .contended = nullptr};
}
/// Not contended: the gate would have to decide the whole command, and box offices are few.
inline CommandTraits traits_of(const SellAtBoxOffice&) {
    return {.takes_on_more = true, .contended = nullptr};
}
/// Cancelling without an idempotency key takes on nothing, like ending a sale.
inline CommandTraits traits_of(const CancelEvent& command) {
    return {.takes_on_more = command.request.has_value(), .contended = nullptr};
}
/// What was sold bounds what can be scanned. People are at the door, and get in even if the disk is
/// nearly full.
inline CommandTraits traits_of(const CheckInTickets&) {
    return {.takes_on_more = false, .contended = nullptr};
}
/// Without an idempotency key it takes on nothing: there is at most one for each scan.
inline CommandTraits traits_of(const ReinstateTicket& command) {
    return {.takes_on_more = command.request.has_value(), .contended = nullptr};
}
inline CommandTraits traits_of(const TransferTicket&) {
    return {.takes_on_more = true, .contended = nullptr};
}
inline CommandTraits traits_of(const ReissueTicket&) {
    return {.takes_on_more = true, .contended = nullptr};
}

// The format that introduced an optional field; 0 if the field is absent.

inline std::uint32_t format_of(const std::optional<RequestMark>& request) {
    return request ? 1 : 0;
}
inline std::uint32_t format_of(const EventSpec& spec) {
    const bool has_plan =
        spec.stage || spec.focal_point || spec.best_seats != SeatPreference::balanced;
    if (has_plan || !spec.admission.empty()) return 2;
    return spec.sales_end_at ? 1 : 0;
}
inline std::uint32_t format_of(const SeatBlock& block) {
    const bool has_new_details = std::ranges::any_of(block.seats, [](const SeatSpec& seat) {
        const auto* const details = seat.details.get();
        return details != nullptr && (details->flags != SeatFlags::none || !details->label.empty());
    });
    return has_new_details ? 2 : 0;
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
inline FactTraits traits_of(const ReservationHeld& body) {
    return {
        .is_about_event = true,
        .ends_event = false,
        .given_up = nullptr,
        .format = body.items.empty() && body.allocation.empty() ? 0U : 2U
    };
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
inline FactTraits traits_of(const CategoryAdded&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const CategoryChanged&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const ReservationChanged&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const AllocationAdded&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const AllocationChanged&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const AllocationEnded&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const ReservationRestored&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const OrderPlaced&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const PaymentIntended&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const PaymentPending&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const PaymentSucceeded&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const PaymentDeclined&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const PaymentDisputed&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const RefundIntended&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const RefundSucceeded&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const RefundFailed&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const EventCancelled&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const TicketScanned&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const TicketReinstated&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}
inline FactTraits traits_of(const TicketReissued&) {
    return {.is_about_event = true, .ends_event = false, .given_up = nullptr, .format = 2};
}

#pragma clang diagnostic pop

/// The fact's `request` field: the mark of the request that caused it. Null if that request had no
/// idempotency key, or if this kind of fact has no such field.
template <class Body>
const RequestMark* request_of(const Body& body) {
    if constexpr (requires { body.request; })
        return given(body.request);
    else
        return nullptr;
}

/// The block of seats that a fact adds, which takes memory of its own. Null for all other facts.
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

/// The lowest format that permits this fact. Reads every seat that the fact adds.
inline std::uint32_t format_of(const FactBody& one) {
    const auto* const seats = seats_of(one);
    return std::max(traits_of(one).format, seats == nullptr ? 0 : format_of(*seats));
}

}  // namespace frontrow::domain
