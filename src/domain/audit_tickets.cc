#include "domain/audit.h"

#include <algorithm>
#include <tuple>

// What the audit demands of what happens to tickets.

namespace frontrow::domain {
Bits128 Audit::id_of(TicketId ticket) {
    return ticket.reservation.plus(ticket.number).bits();
}

const Order* Audit::order_that_sold(ReservationId id) const {
    const auto payments = payments_by_reservation_.find(id);
    if (payments == payments_by_reservation_.end()) return nullptr;
    const auto& truth = orders_.find(payments->second.order)->second;
    return truth.sold_by ? &truth.order : nullptr;
}

std::vector<bool> Audit::lost_tickets(const Order& order) {
    const auto tickets = ticket_lines(order.lines);
    std::vector<bool> lost(tickets.size());
    const auto mark_last = [&](std::uint64_t count, const auto& is_one) {
        for (auto i = tickets.size(); i > 0 && count > 0; --i) {
            if (lost[i - 1] || !is_one(*tickets[i - 1])) continue;
            lost[i - 1] = true;
            --count;
        }
    };
    for (const auto& refund : order.refunds)
        for (const auto number : refund.tickets)
            if (has_taken_tickets(refund) && number > 0 && number <= lost.size())
                lost[number - 1] = true;
    for (const auto& refund : order.refunds) {
        if (!has_taken_tickets(refund) || !refund.tickets.empty()) continue;
        for (const auto seat : refund.seats)
            mark_last(1, [&](const OrderLine& line) {
                return line.kind == LineKind::seat && line.seat == seat;
            });
        for (const auto& item : refund.items)
            mark_last(item.quantity, [&](const OrderLine& line) {
                return line.kind == LineKind::category && line.category == item.category &&
                       line.unit_price == item.unit_price;
            });
    }
    return lost;
}

TicketNotes* Audit::sold_ticket(const Fact& fact, TicketId id) {
    const auto hold = holds_.find(id.reservation);
    const auto* const order = order_that_sold(id.reservation);
    std::uint64_t tickets = 0;
    if (order != nullptr)
        for (const auto& line : order->lines)
            tickets += line.quantity;
    else if (hold != holds_.end() && hold->second.status == ReservationStatus::confirmed)
        tickets = hold->second.seats.size() + units_of(hold->second.items);
    const bool exists = id.number > 0 && id.number <= tickets;
    expect(fact, exists, "something happened to a ticket that nobody had bought");
    if (!exists) return nullptr;
    const bool is_here = hold->second.event == number_of(fact.event);
    expect(fact, is_here, "a ticket changed under another event");
    if (!is_here) return nullptr;
    const TicketNotes unchanged{.id = id, .event = fact.event};
    return &tickets_.try_emplace(id, unchanged).first->second;
}

bool Audit::is_lost(TicketId id) const {
    const auto* const order = order_that_sold(id.reservation);
    return order != nullptr && lost_tickets(*order)[id.number - 1];
}

TicketNotes* Audit::ticket(const Fact& fact, TicketId id) {
    auto* known = sold_ticket(fact, id);
    if (known != nullptr) expect(fact, !is_lost(id), "something happened to a refunded ticket");
    return known;
}

template <>
void Audit::judge(const Fact& fact, const TicketScanned& body) {
    auto* known = body.is_late ? sold_ticket(fact, body.ticket) : ticket(fact, body.ticket);
    if (known == nullptr) return;
    const auto& scan = body.scan;
    auto& [id, event, issue, holder, scans, reinstated_at, taken_back, issued_at, recorded, late] =
        *known;
    expect(fact, !body.by.empty(), "a ticket was scanned by nobody");
    expect(
        fact,
        !events_[number_of(fact.event)].event.cancelled,
        "a ticket of a cancelled event was scanned"
    );
    expect(fact, scan.at <= fact.at, "a scan was told before it happened");
    const bool is_taken_back =
        (reinstated_at && scan.at < *reinstated_at) || std::ranges::count(taken_back, scan.id) > 0;
    expect(fact, !is_taken_back, "a scan counted that an organizer had taken back");
    bool is_new = std::ranges::count(scans, scan.id, &TicketScan::id) == 0;
    const auto with_id = std::ranges::find(late, scan.id, &TicketScan::id);
    if (body.is_late) {
        is_new = is_new && with_id == late.end();
        expect(fact, is_new, "a scan counted twice");
        expect(fact, issue > 1 || is_lost(id), "a scan came too late for a ticket that was good");
        late.push_back(scan);
        expect(fact, late.size() <= kLateScansMax, "a scan was recorded after too many others");
        return;
    }
    expect(fact, is_new, "a scan counted twice");
    if (with_id != late.end()) late.erase(with_id);
    ++recorded;
    scans.push_back(scan);
    std::ranges::sort(scans, {}, [](const TicketScan& one) { return std::tie(one.at, one.id); });
    if (scans.size() <= kScansMax) return;
    expect(fact, scans.back() != scan, "a scan was recorded after too many others");
    scans.pop_back();
}

template <>
void Audit::judge(const Fact& fact, const TicketReinstated& body) {
    auto* known = ticket(fact, body.ticket);
    if (known == nullptr) return;
    expect(fact, !body.by.empty(), "a ticket was reinstated by nobody");
    const bool was_scanned = !known->scans.empty() || !known->late.empty();
    expect(fact, was_scanned, "a ticket was reinstated that wasn't used");
    auto& taken = known->taken_back;
    for (const auto& scan : known->scans)
        taken.push_back(scan.id);
    for (const auto& scan : known->late)
        taken.push_back(scan.id);
    while (taken.size() > kTakenBackMax)
        taken.erase(taken.begin());
    known->scans.clear();
    known->late.clear();
    known->scans_recorded = 0;
    known->reinstated_at = fact.at;
}

template <>
void Audit::judge(const Fact& fact, const TicketReissued& body) {
    auto* known = ticket(fact, body.ticket);
    if (known == nullptr) return;
    expect(
        fact,
        !events_[number_of(fact.event)].event.cancelled,
        "a ticket of a cancelled event was issued again"
    );
    expect(fact, known->scans.empty(), "a used ticket was issued again");
    expect(fact, body.issue == known->issue + 1, "a ticket's issue isn't the next");
    const auto& owner = users_[holds_.find(body.ticket.reservation)->second.user];
    const auto& holder = known->holder.empty() ? owner : known->holder;
    const bool is_kept = body.holder == known->holder;
    expect(fact, !body.by.empty(), "a ticket was issued again by nobody");
    expect(fact, is_kept || body.by == holder, "a ticket was transferred by somebody else");
    expect(fact, body.holder != owner, "a ticket was transferred to its buyer by name");
    known->issue = body.issue;
    known->holder = body.holder;
    known->issued_at = fact.at;
}

Audit::Made Audit::made_by(const Fact&, const TicketReinstated& body) {
    return {.kind = RequestKind::ticket, .id = id_of(body.ticket)};
}
Audit::Made Audit::made_by(const Fact&, const TicketReissued& body) {
    return {.kind = RequestKind::ticket, .id = id_of(body.ticket)};
}

}  // namespace frontrow::domain
