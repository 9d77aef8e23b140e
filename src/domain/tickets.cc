#include "domain/tickets.h"

#include "base/check.h"
#include "domain/digest_fields.h"
#include "domain/ticket_notes.h"
#include "domain/user_digest.h"

#include <algorithm>

namespace frontrow::domain {
namespace {

/// Differs between the tickets of a reservation. An index needs no more, because it compares the
/// rows.
ReservationId index_key(TicketId id) {
    return id.reservation.plus(id.number);
}

void verify_notes(const TicketNotes& notes) {
    CHECK(notes.id.number > 0 && notes.issue > 0 && notes.scans.size() <= kScansMax);
    CHECK(std::ranges::is_sorted(notes.scans, is_before));
    for (const auto& scan : notes.scans) {
        CHECK(find_scan(notes, scan.id) == &scan);
        CHECK(!is_taken_back(notes, scan));
    }
    CHECK(notes.taken_back.size() <= kTakenBackMax && notes.late.size() <= kLateScansMax);
    for (const auto& scan : notes.late)
        CHECK(find_late(notes, scan.id) == &scan && find_scan(notes, scan.id) == nullptr);
}

}  // namespace

Tickets::Tickets(StateLog& log)
    : log_{log}, rows_{log, "tickets"}, by_id_{log}, by_holder_{log}, gates_{log} {
}

Tickets::~Tickets() = default;

Bits128 Tickets::key_of(std::string_view user) {
    return digest_of_user(user);
}

TicketIndex Tickets::index_of(TicketId id) const {
    if (rows_.size() == 0) return kNobody;
    return by_id_.find(index_key(id), [&](auto index) { return rows_[index].id == id; });
}

const TicketNotes* Tickets::find(TicketId id) const {
    const auto index = index_of(id);
    return index == kNobody ? nullptr : &rows_[index];
}

std::size_t Tickets::count_gates(EventId event) const {
    std::size_t gates = 0;
    visit_gates(event, [&](const std::string&, const GateCounts&) { ++gates; });
    return gates;
}

template <class Body>
TicketIndex Tickets::apply(const Body& body, EventId event, Instant at) {
    auto index = index_of(body.ticket);
    if (index == kNobody) {
        index = rows_.add(TicketNotes{.id = body.ticket, .event = event});
        by_id_.insert(index_key(body.ticket), index);
    }
    CHECK(rows_[index].event == event);
    leave(index);
    note(rows_.change(index), body, at);
    enter(index);
    return index;
}

template TicketIndex Tickets::apply(const TicketScanned& body, EventId event, Instant at);
template TicketIndex Tickets::apply(const TicketReinstated& body, EventId event, Instant at);
template TicketIndex Tickets::apply(const TicketReissued& body, EventId event, Instant at);

void Tickets::enter(TicketIndex index) {
    const auto& row = rows_[index];
    if (!row.holder.empty()) by_holder_.insert({key_of(row.holder), index}, {});
    if (!row.scans.empty())
        count(row.event, row.scans.front().gate, [](GateCounts& counts) { ++counts.used; });
    for (const auto& scan : row.late)
        count(row.event, scan.gate, [](GateCounts& counts) { ++counts.late; });
}

void Tickets::leave(TicketIndex index) {
    const auto& row = rows_[index];
    if (!row.holder.empty()) by_holder_.erase({key_of(row.holder), index});
    if (!row.scans.empty())
        count(row.event, row.scans.front().gate, [](GateCounts& counts) { --counts.used; });
    for (const auto& scan : row.late)
        count(row.event, scan.gate, [](GateCounts& counts) { --counts.late; });
}

template <class Change>
void Tickets::count(EventId event, const std::string& gate, Change change) {
    const std::pair key{event, gate};
    const auto known = gates_.entries().find(key);
    auto counts = known == gates_.entries().end() ? GateCounts{} : known->second;
    change(counts);
    gates_.erase(key);
    if (counts != GateCounts{}) gates_.insert(key, counts);
}

void Tickets::derive() {
    by_id_.reserve(rows_.size());
    rows_.visit([this](TicketIndex index, const TicketNotes& notes) {
        by_id_.insert(index_key(notes.id), index);
        enter(index);
    });
}

void Tickets::verify() const {
    std::map<std::pair<EventId, std::string>, GateCounts> gates;
    std::size_t transferred = 0;
    rows_.visit([&](TicketIndex index, const TicketNotes& notes) {
        verify_notes(notes);
        CHECK(index_of(notes.id) == index);
        if (!notes.scans.empty()) ++gates[{notes.event, notes.scans.front().gate}].used;
        for (const auto& scan : notes.late)
            ++gates[{notes.event, scan.gate}].late;
        if (notes.holder.empty()) return;
        ++transferred;
        CHECK(by_holder_.entries().contains({key_of(notes.holder), index}));
    });
    CHECK(gates_.entries() == gates);
    CHECK(by_holder_.entries().size() == transferred);
}

}  // namespace frontrow::domain
