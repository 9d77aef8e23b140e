#pragma once

#include "base/instant.h"
#include "domain/facts.h"
#include "domain/ticket.h"

namespace frontrow::domain {

// What a fact does to its ticket. `decide` uses these to show a ticket as it will be, and `evolve`
// to make it so.

/// Null unless the scan counts.
const TicketScan* find_scan(const TicketNotes& notes, ScanId id);
/// Whether an organiser has taken the scan back, or will have: it was before the ticket was last
/// made valid.
bool is_taken_back(const TicketNotes& notes, const TicketScan& scan);
/// Null unless the scan was told too late to count.
const TicketScan* find_late(const TicketNotes& notes, ScanId id);
/// False if kScansMax others were earlier, so that the scan would change nothing.
bool would_count(const TicketNotes& notes, const TicketScan& scan);

/// CHECKs that the scan is new, and wasn't taken back.
void note(TicketNotes& notes, const TicketScanned& body, Instant at);
/// CHECKs that the ticket was scanned.
void note(TicketNotes& notes, const TicketReinstated& body, Instant at);
/// CHECKs that the ticket isn't used, and that the issue is the next.
void note(TicketNotes& notes, const TicketReissued& body, Instant at);

}  // namespace frontrow::domain
