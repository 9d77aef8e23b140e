#pragma once

#include "base/some.h"
#include "domain/facts.h"

#include <string>

namespace frontrow::domain {

struct EventRow;

// An act is a fact that an organiser of an event caused, or an admin. Each event has a list of its
// acts (EventRow::acts), for the audit trail. A new kind of fact doesn't compile until it is listed
// here.

/// Only organisers and admins cause these. A fact of an older version may not say who it was.
template <class Body>
concept AlwaysAct =
    Some<Body, EventCreated> || Some<Body, EventUpdated> || Some<Body, SaleChanged> ||
    Some<Body, EventCancelled> || Some<Body, SeatsAdded> || Some<Body, CategoryAdded> ||
    Some<Body, CategoryChanged> || Some<Body, AllocationAdded> || Some<Body, AllocationChanged> ||
    Some<Body, MemberAdded> || Some<Body, MemberRemoved> || Some<Body, TicketReinstated>;

/// Organisers and admins cause these, but so do the clock, buyers and payment providers. `by` is
/// empty unless it was an organiser or an admin.
template <class Body>
concept SometimesAct =
    Some<Body, AllocationEnded> || Some<Body, PaymentIntended> || Some<Body, PaymentSucceeded> ||
    Some<Body, PaymentDeclined> || Some<Body, RefundSucceeded> || Some<Body, RefundFailed>;

/// These are caused by buyers, gates or the clock, follow from an act, or aren't about an event.
/// EventDeleted is an act, but ends the event together with its list.
template <class Body>
concept NeverAct =
    Some<Body, EventDeleted> || Some<Body, ReservationHeld> || Some<Body, ReservationConfirmed> ||
    Some<Body, ReservationCancelled> || Some<Body, ReservationExpired> ||
    Some<Body, ReservationExtended> || Some<Body, ReservationChanged> ||
    Some<Body, ReservationRestored> || Some<Body, OrderPlaced> || Some<Body, PaymentPending> ||
    Some<Body, PaymentDisputed> || Some<Body, TicketScanned> || Some<Body, ApiKeyCreated> ||
    Some<Body, ApiKeyRevoked> || Some<Body, ApiKeyMoved> || Some<Body, FormatRaised>;

template <AlwaysAct Body>
bool is_act(const Body&) {
    return true;
}
template <SometimesAct Body>
bool is_act(const Body& body) {
    return !body.by.empty();
}
template <NeverAct Body>
bool is_act(const Body&) {
    return false;
}
/// The refunds of a cancelled event, of which there may be very many, follow from EventCancelled.
inline bool is_act(const RefundIntended& body) {
    return body.reason == RefundReason::requested;
}

/// Who caused an act. Empty if the fact doesn't say so.
template <class Body>
const std::string& actor_of(const Body& body) {
    static const std::string nobody;
    if constexpr (requires { body.created_by; })
        return body.created_by;
    else if constexpr (requires { body.by; })
        return body.by;
    else
        return nobody;
}

/// CHECKs that the event's acts are listed in order and are among its facts.
void verify_acts(const EventRow& row);

}  // namespace frontrow::domain
