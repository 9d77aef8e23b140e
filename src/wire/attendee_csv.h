#pragma once

#include "domain/event.h"
#include "domain/ticket.h"
#include "wire/holder.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

// The people who have an event's tickets as a table for the organiser: CSV by RFC 4180, with a
// record for each ticket.

/// Approximate size of a record without its answers.
inline constexpr std::size_t kAttendeeRecordBytes = 256;

/// The record that names the columns. Each question is a column.
void append_attendee_columns(std::string& out, const domain::Asks& asks);
/// `asks`: those for which the columns were made. `email`: empty if none is known.
void append_attendee_record(
    std::string& out,
    const domain::Asks& asks,
    const domain::TicketView& ticket,
    const HolderDetails& details,
    std::string_view email
);

}  // namespace frontrow::wire
