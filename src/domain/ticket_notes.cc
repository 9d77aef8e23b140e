#include "domain/ticket_notes.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {

const TicketScan* find_scan(const TicketNotes& notes, ScanId id) {
    const auto found = std::ranges::find(notes.scans, id, &TicketScan::id);
    return found == notes.scans.end() ? nullptr : &*found;
}

bool is_taken_back(const TicketNotes& notes, const TicketScan& scan) {
    return (notes.reinstated_at && scan.at < *notes.reinstated_at) ||
           std::ranges::count(notes.taken_back, scan.id) > 0;
}

bool has_room(const TicketNotes& notes, const TicketScan& scan) {
    return notes.scans.size() < kScansMax || is_before(scan, notes.scans.back());
}

void note(TicketNotes& notes, const TicketScanned& body, Instant at) {
    const auto& scan = body.scan;
    CHECK(find_scan(notes, scan.id) == nullptr && has_room(notes, scan));
    CHECK(scan.at <= at && !is_taken_back(notes, scan));
    auto& scans = notes.scans;
    scans.insert(std::ranges::upper_bound(scans, scan, is_before), scan);
    if (scans.size() > kScansMax) scans.pop_back();
}

void note(TicketNotes& notes, const TicketReinstated&, Instant at) {
    CHECK(!notes.scans.empty());
    auto& taken = notes.taken_back;
    for (const auto& scan : notes.scans)
        taken.push_back(scan.id);
    if (taken.size() > kTakenBackMax) taken.erase(taken.begin(), taken.end() - kTakenBackMax);
    notes.scans.clear();
    notes.reinstated_at = at;
}

void note(TicketNotes& notes, const TicketReissued& body, Instant) {
    CHECK(notes.scans.empty() && body.issue == notes.issue + 1);
    notes.issue = body.issue;
    notes.holder = body.holder;
}

}  // namespace frontrow::domain
