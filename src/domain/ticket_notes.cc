#include "domain/ticket_notes.h"

#include "base/check.h"

#include <algorithm>

namespace frontrow::domain {

namespace {

const TicketScan* find_in(const std::vector<TicketScan>& scans, ScanId id) {
    const auto found = std::ranges::find(scans, id, &TicketScan::id);
    return found == scans.end() ? nullptr : &*found;
}

}  // namespace

const TicketScan* find_scan(const TicketNotes& notes, ScanId id) {
    return find_in(notes.scans, id);
}

const TicketScan* find_late(const TicketNotes& notes, ScanId id) {
    return find_in(notes.late, id);
}

bool is_taken_back(const TicketNotes& notes, const TicketScan& scan) {
    return (notes.reinstated_at && scan.at < *notes.reinstated_at) ||
           std::ranges::count(notes.taken_back, scan.id) > 0;
}

bool would_count(const TicketNotes& notes, const TicketScan& scan) {
    return notes.scans.size() < kScansMax || is_before(scan, notes.scans.back());
}

void note(TicketNotes& notes, const TicketScanned& body, Instant at) {
    const auto& scan = body.scan;
    CHECK(find_scan(notes, scan.id) == nullptr);
    CHECK(scan.at <= at && !is_taken_back(notes, scan));
    if (body.is_late) {
        CHECK(find_late(notes, scan.id) == nullptr && notes.late.size() < kLateScansMax);
        notes.late.push_back(scan);
        return;
    }
    CHECK(would_count(notes, scan));
    // The refund for which the scan came too late may have failed since.
    std::erase_if(notes.late, [&](const TicketScan& late) { return late.id == scan.id; });
    ++notes.scans_recorded;
    auto& scans = notes.scans;
    scans.insert(std::ranges::upper_bound(scans, scan, is_before), scan);
    if (scans.size() > kScansMax) scans.pop_back();
}

void note(TicketNotes& notes, const TicketReinstated&, Instant at) {
    CHECK(notes.is_scanned());
    auto& taken = notes.taken_back;
    for (const auto* scans : {&notes.scans, &notes.late})
        for (const auto& scan : *scans)
            taken.push_back(scan.id);
    if (taken.size() > kTakenBackMax) taken.erase(taken.begin(), taken.end() - kTakenBackMax);
    notes.scans.clear();
    notes.late.clear();
    notes.scans_recorded = 0;
    notes.reinstated_at = at;
}

void note(TicketNotes& notes, const TicketReissued& body, Instant at) {
    CHECK(notes.scans.empty() && body.issue == notes.issue + 1);
    notes.issue = body.issue;
    notes.holder = body.holder;
    notes.issued_at = at;
}

}  // namespace frontrow::domain
