#pragma once

#include "base/id.h"
#include "tickets/ticket_code.h"

#include <chrono>

namespace frontrow::test {

/// What a code says that has each field, and its text as programs print it.
inline const tickets::CodeContents kSampleTicket{
    .event = parse_uuid("018f7c2e-0d40-7000-8000-000000000001").value(),
    .reservation = parse_uuid("018f7c2e-0d41-7abc-8def-0123456789ab").value(),
    .number = 3,
    .issue = 2,
    .starts_at = Instant{std::chrono::seconds{1'798'138'800}},
    .place = "Stalls, A 12 席",
    .gate = "North",
};
inline constexpr auto kSampleTicketPrinted =
    "event: 018f7c2e-0d40-7000-8000-000000000001\n"
    "reservation: 018f7c2e-0d41-7abc-8def-0123456789ab\n"
    "number: 3\n"
    "issue: 2\n"
    "starts_at: 2026-12-24T19:00:00.000Z\n"
    "place: Stalls, A 12 席\n"
    "gate: North\n";

}  // namespace frontrow::test
