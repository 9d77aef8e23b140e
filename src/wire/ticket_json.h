#pragma once

#include "base/id.h"
#include "domain/reads.h"
#include "domain/ticket.h"
#include "wire/holder.h"
#include "wire/json_writer.h"

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// A ticket's id as clients see it: that of its reservation, a dot, and its number.
std::string text_of(domain::TicketId id);
/// Reads what text_of() writes. Returns nothing for any other text.
std::optional<domain::TicketId> parse_ticket_id(std::string_view text);

/// Without its id, by which a gate could say that another's scan was its own.
void write_scan(JsonWriter& json, Key name, const domain::TicketScan& scan);

/// The ticket as this account sees it. `details`: of its holder, if the account has the ticket;
/// null if they weren't read. With its code, if that isn't empty.
void append_ticket(
    std::string& out,
    const domain::TicketView& view,
    std::string_view account,
    const HolderDetails* details = nullptr,
    std::string_view code = {}
);

/// What a gate is told about a scan.
struct ScanVerdict {
    ScanId scan;
    /// The name of a TicketVerdict, or why the code isn't genuine.
    std::string_view verdict;
    /// Absent if the code isn't genuine.
    std::optional<domain::CheckedTicket> checked;
    // What a genuine code says, for people.
    std::string place;
    std::string gate;
    /// Of the person who may use the ticket; empty if it isn't known or wasn't asked for.
    std::string holder_name{};
};

void append_verdict(std::string& out, const ScanVerdict& verdict);
void append_check_ins(std::string& out, EventId event, const domain::CheckInReport& report);

}  // namespace frontrow::wire
