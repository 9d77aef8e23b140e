#include "domain/decide_rules.h"
#include "domain/members.h"
#include "domain/sold_reservation.h"
#include "domain/ticket_notes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

/// Decides a gate's report. First all scans are taken, the earliest first, then each gets its
/// verdict, so the order in which the gate lists them doesn't matter.
class CheckIn {
public:
    CheckIn(const Inventory& inventory, const CheckInTickets& command, Instant now)
        : inventory_{inventory}, command_{command}, now_{now} {}

    Decision run() {
        auto scans = *command_.scans;
        for (auto& [ticket, event, issue, scan] : scans)
            if (!keeps_gate(event, scan.gate)) scan.gate.clear();
        std::vector<Taken> taken(scans.size());
        for (const auto index : by_time(scans))
            taken[index] = take(scans[index]);
        std::vector<CheckedTicket> checked;
        checked.reserve(scans.size());
        for (std::size_t i = 0; i < scans.size(); ++i)
            checked.push_back(answer_to(scans[i], taken[i]));
        auto decision = accept(std::move(checked), rests_on_);
        decision.facts = std::move(facts_);
        return decision;
    }

private:
    /// A ticket with what this report has done to it so far.
    struct Ticket {
        /// Null if there is none.
        const SoldReservation* sold = nullptr;
        TicketNotes notes;
    };
    struct Taken {
        /// If the scan never admits anybody. Without it, the scan is for a good ticket, which may
        /// have been scanned before.
        std::optional<TicketVerdict> refused;
        bool is_repeated = false;
    };

    /// The indices of the scans, the first scan's first. Matters if a gate tells one scan with two
    /// times.
    static std::vector<std::size_t> by_time(const std::vector<ScannedCode>& scans) {
        std::vector<std::size_t> indices(scans.size());
        std::iota(indices.begin(), indices.end(), std::size_t{0});
        std::ranges::sort(indices, {}, [&](std::size_t index) {
            const auto& scan = scans[index].scan;
            return std::tuple{scan.at, scan.id, index};
        });
        return indices;
    }

    /// False if the event has too many names of gates already, and this isn't one of them.
    bool keeps_gate(EventId id, const std::string& gate) {
        if (inventory_.tickets().has_gate(id, gate)) return true;
        const auto [room, is_new] = has_room_.try_emplace(id);
        if (is_new) room->second = inventory_.tickets().count_gates(id) < kGateNamesMax;
        const auto* const event = inventory_.plans().find(id);
        if (room->second || event == nullptr) return true;
        const auto gates = event->event.spec.admission.gates();
        return std::ranges::count(gates, gate, &Gate::name) > 0;
    }

    Taken take(const ScannedCode& scanned) {
        if (const auto refused = refuse_place(scanned)) return {.refused = refused};
        auto& ticket = known(scanned.ticket);
        const auto id = scanned.scan.id;
        const auto* const before = find_scan(ticket.notes, id);
        // Somebody got in with it, whatever has happened to the ticket since.
        if (before != nullptr) return {.is_repeated = before->gate == scanned.scan.gate};
        const auto* const late = find_late(ticket.notes, id);
        const bool is_repeated = late != nullptr && late->gate == scanned.scan.gate;
        return {.refused = judge(ticket, scanned), .is_repeated = is_repeated};
    }

    /// The verdict if the scan isn't one of a ticket at whose event the caller may scan.
    std::optional<TicketVerdict> refuse_place(const ScannedCode& scanned) {
        if (command_.event && *command_.event != scanned.event) return TicketVerdict::wrong_event;
        const auto* const event = inventory_.plans().find(scanned.event);
        rests_on_ =
            std::max(rests_on_, event == nullptr ? inventory_.events_seq() : event->last_seq());
        if (event == nullptr || !may_scan(*event, command_.by)) return TicketVerdict::wrong_event;
        const auto& ticket = known(scanned.ticket);
        if (ticket.sold == nullptr) return TicketVerdict::unknown;
        if (&ticket.sold->event() != event) return TicketVerdict::wrong_event;
        return std::nullopt;
    }

    /// Records a new scan if it lets somebody in, or has done so. The verdict if it never counts.
    std::optional<TicketVerdict> judge(Ticket& ticket, const ScannedCode& scanned) {
        const auto& sold = *ticket.sold;
        const auto& notes = ticket.notes;
        const bool is_online = scanned.scan.at == kScannedNow;
        auto scan = scanned.scan;
        if (sold.event().event.cancelled) return TicketVerdict::event_cancelled;
        // A device whose clock is wrong must not be the first for ever, or in the future.
        scan.at = std::min(std::max(scan.at, sold.sold_at()), now_);
        const bool is_refunded = sold.is_refunded(notes.id.number);
        if (is_refunded || scanned.issue != notes.issue) {
            const bool was_good = scanned.issue > 0 && scanned.issue <= notes.issue;
            if (!is_online && was_good) record_late(ticket, std::move(scan));
            return is_refunded ? TicketVerdict::refunded : TicketVerdict::replaced;
        }
        scan.at = std::min(std::max(scan.at, notes.issued_at.value_or(scan.at)), now_);
        if (is_taken_back(notes, scan)) return TicketVerdict::outdated;
        const bool is_repeated_use = is_online && !notes.scans.empty();
        const bool is_one_too_many =
            notes.scans.size() == kScansMax && notes.scans_recorded >= kScansRecordedMax;
        if (!is_repeated_use && !is_one_too_many && would_count(notes, scan))
            record(ticket, {.ticket = notes.id, .scan = std::move(scan), .by = command_.by.sub});
        return std::nullopt;
    }

    /// Keeps a trace for the organiser: the gate has let somebody in already.
    void record_late(Ticket& ticket, TicketScan scan) {
        const auto& notes = ticket.notes;
        const bool is_known = find_late(notes, scan.id) != nullptr || is_taken_back(notes, scan);
        if (is_known || notes.late.size() >= kLateScansMax) return;
        record(
            ticket,
            {.ticket = notes.id, .scan = std::move(scan), .by = command_.by.sub, .is_late = true}
        );
    }

    void record(Ticket& ticket, TicketScanned body) {
        note(ticket.notes, body, now_);
        facts_.push_back({ticket.notes.event, std::move(body)});
    }

    CheckedTicket answer_to(const ScannedCode& scanned, const Taken& taken) {
        CheckedTicket checked{
            .ticket = scanned.ticket, .scan = scanned.scan.id, .is_repeated = taken.is_repeated
        };
        if (taken.refused) {
            checked.verdict = *taken.refused;
            return checked;
        }
        const auto& ticket = known(scanned.ticket);
        const auto& first = ticket.notes.scans.front();
        // The same id from another gate isn't the same scan told again.
        const bool is_first = first.id == scanned.scan.id && first.gate == scanned.scan.gate;
        checked.verdict = is_first ? TicketVerdict::admitted : TicketVerdict::already_used;
        checked.first = first;
        checked.place = ticket.sold->place(ticket.notes.id.number);
        return checked;
    }

    Ticket& known(TicketId id) {
        const auto [entry, is_new] = known_.try_emplace(id);
        auto& ticket = entry->second;
        if (!is_new) return ticket;
        const auto [sold, is_first] = sold_.try_emplace(id.reservation);
        if (is_first) sold->second = SoldReservation::find(inventory_, id.reservation, now_);
        if (!sold->second || !sold->second->has(id.number)) return ticket;
        ticket.sold = &*sold->second;
        ticket.notes = ticket.sold->notes(id.number);
        return ticket;
    }

    const Inventory& inventory_;
    const CheckInTickets& command_;
    Instant now_;
    /// Whether the event has room for more names of gates.
    std::map<EventId, bool> has_room_;
    std::map<ReservationId, std::optional<SoldReservation>> sold_;
    std::map<TicketId, Ticket> known_;
    std::vector<NewFact> facts_;
    std::uint64_t rests_on_ = 0;
};

/// Answers a request of `by` that has changed a ticket before: returns the ticket as it is now.
/// Somebody who no longer has anything to do with it learns no more than what it is.
std::optional<Decision> replay_ticket(
    const Inventory& inventory,
    const Organizer& by,
    const std::optional<RequestMark>& request,
    Instant now
) {
    const auto as_now = [&](const RequestRow& before) {
        const auto ticket = find_ticket(inventory, inventory.tickets()[before.made].id, now);
        CHECK(ticket);
        auto view = ticket->view();
        const bool may_see = ticket->holder() == by.sub || ticket->sold.owner() == by.sub ||
                             may_change(ticket->event(), by);
        if (!may_see) {
            if (view.status == TicketStatus::used) view.status = TicketStatus::valid;
            view.used.reset();
            view.issue = 0;
        }
        return accept(std::move(view), ticket->event().last_seq());
    };
    return replay(inventory, given(request), RequestKind::ticket, now, as_now);
}

/// Accepts with this fact, and returns the ticket as the fact makes it.
template <class Body>
Decision change(KnownTicket ticket, Body body, Instant now) {
    note(ticket.notes, body, now);
    return accept(ticket.view(), ticket.notes.event, std::move(body));
}

/// Makes the ticket's codes worthless and gives it to this account. A holder whose earlier code got
/// somebody in, or may have, gets no new one.
Decision reissue(
    KnownTicket ticket,
    const std::string& to,
    const Organizer& by,
    const std::optional<RequestMark>& request,
    Instant now
) {
    const auto& event = ticket.event();
    const auto rests_on = event.last_seq();
    if (ticket.is_refunded()) return refuse(Reason::ticket_refunded, rests_on);
    if (event.event.cancelled) return refuse(Reason::event_cancelled, rests_on);
    const bool is_by_holder = ticket.holder() == by.sub && !may_change(event, by);
    if (ticket.is_used() || (is_by_holder && ticket.notes.is_scanned()))
        return refuse(Reason::ticket_used, rests_on);
    TicketReissued body{
        .ticket = ticket.notes.id,
        .issue = ticket.notes.issue + 1,
        .holder = to == ticket.sold.owner() ? std::string{} : to,
        .by = by.sub,
        .request = request,
    };
    return change(std::move(ticket), std::move(body), now);
}

}  // namespace

template <>
Decision decide_one(const Inventory& inventory, const CheckInTickets& command, Instant now) {
    if (command.event) {
        const auto* const event = inventory.plans().find(*command.event);
        if (event == nullptr || !may_scan(*event, command.by))
            return refuse(Reason::event_not_found, inventory.events_seq());
    }
    return CheckIn{inventory, command, now}.run();
}

template <>
Decision decide_one(const Inventory& inventory, const ReinstateTicket& command, Instant now) {
    if (auto again = replay_ticket(inventory, command.by, command.request, now))
        return *std::move(again);
    auto ticket = find_ticket(inventory, command.ticket, now);
    if (!ticket || !may_change(ticket->event(), command.by))
        return refuse(Reason::ticket_not_found, inventory.events_seq());
    const auto rests_on = ticket->event().last_seq();
    if (ticket->is_refunded()) return refuse(Reason::ticket_refunded, rests_on);
    if (!ticket->notes.is_scanned()) return refuse(Reason::ticket_unused, rests_on);
    TicketReinstated body{
        .ticket = command.ticket, .by = command.by.sub, .request = command.request
    };
    return change(*std::move(ticket), std::move(body), now);
}

template <>
Decision decide_one(const Inventory& inventory, const TransferTicket& command, Instant now) {
    const Organizer holder{.sub = command.user, .is_admin = false};
    if (auto again = replay_ticket(inventory, holder, command.request, now))
        return *std::move(again);
    auto ticket = find_ticket(inventory, command.ticket, now);
    if (!ticket || ticket->holder() != command.user) return refuse(Reason::ticket_not_found, 0);
    return reissue(*std::move(ticket), command.to, holder, command.request, now);
}

template <>
Decision decide_one(const Inventory& inventory, const ReissueTicket& command, Instant now) {
    if (auto again = replay_ticket(inventory, command.by, command.request, now))
        return *std::move(again);
    auto ticket = find_ticket(inventory, command.ticket, now);
    const bool may_reissue =
        ticket && (ticket->holder() == command.by.sub || may_change(ticket->event(), command.by));
    if (!may_reissue) return refuse(Reason::ticket_not_found, inventory.events_seq());
    const auto holder = ticket->holder();
    return reissue(*std::move(ticket), holder, command.by, command.request, now);
}

}  // namespace frontrow::domain
