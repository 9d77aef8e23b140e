#include "domain/ticket_notes.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {

const TicketScan* find_scan(const TicketNotes& notes, ScanId id) {
    const auto found = std::ranges::find(notes.scans, id, &TicketScan::id);
    return found == notes.scans.end() ? nullptr : &*found;
}

bool has_room(const TicketNotes& notes, const TicketScan& scan) {
    return notes.scans.size() < kScansMax || is_before(scan, notes.scans.back());
}

void note(TicketNotes& notes, const TicketScanned& body, Instant at) {
    const auto& scan = body.scan;
    CHECK(find_scan(notes, scan.id) == nullptr && has_room(notes, scan));
    CHECK(scan.at <= at && (!notes.reinstated_at || scan.at > *notes.reinstated_at));
    auto& scans = notes.scans;
    scans.insert(std::ranges::upper_bound(scans, scan, is_before), scan);
    if (scans.size() > kScansMax) scans.pop_back();
}

void note(TicketNotes& notes, const TicketReinstated&, Instant at) {
    CHECK(!notes.scans.empty());
    notes.scans.clear();
    notes.reinstated_at = at;
}

void note(TicketNotes& notes, const TicketReissued& body, Instant) {
    CHECK(notes.scans.empty() && body.issue == notes.issue + 1);
    notes.issue = body.issue;
    notes.holder = body.holder;
}

}  // namespace frontrow::domain
