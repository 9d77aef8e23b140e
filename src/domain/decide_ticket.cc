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

/// Decides a gate's report. First all scans are taken, then each gets its verdict, so the order in
/// which the gate lists them doesn't matter.
class CheckIn {
public:
    CheckIn(const Inventory& inventory, const CheckInTickets& command, Instant now)
        : inventory_{inventory}, command_{command}, now_{now} {}

    Decision run() {
        const auto& scans = *command_.scans;
        std::vector<std::optional<TicketVerdict>> refused(scans.size());
        for (const auto index : by_time(scans))
            refused[index] = take(scans[index]);
        std::vector<CheckedTicket> checked;
        checked.reserve(scans.size());
        for (std::size_t i = 0; i < scans.size(); ++i)
            checked.push_back(answer_to(scans[i], refused[i]));
        auto decision = accept(std::move(checked), rests_on_);
        decision.facts = std::move(facts_);
        return decision;
    }

private:
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

    /// Records the scan if it lets somebody in. The verdict if it never does; nothing if it is for
    /// a good ticket, which may have been scanned before.
    std::optional<TicketVerdict> take(const ScannedCode& scanned) {
        if (command_.event && *command_.event != scanned.event) return TicketVerdict::wrong_event;
        const auto* const event = inventory_.plans().find(scanned.event);
        rests_on_ =
            std::max(rests_on_, event == nullptr ? inventory_.events_seq() : event->last_seq());
        if (event == nullptr || !may_scan(*event, command_.by)) return TicketVerdict::wrong_event;
        auto& ticket = known(scanned.ticket);
        if (!ticket) return TicketVerdict::unknown;
        if (&ticket->event() != event) return TicketVerdict::wrong_event;
        // Somebody got in with it, whatever has happened to the ticket since.
        if (find_scan(ticket->notes, scanned.scan.id) != nullptr) return std::nullopt;
        if (event->event.cancelled) return TicketVerdict::event_cancelled;
        if (ticket->is_refunded()) return TicketVerdict::refunded;
        if (scanned.issue != ticket->notes.issue) return TicketVerdict::replaced;

        auto scan = scanned.scan;
        scan.at = std::min(scan.at, now_);
        if (is_taken_back(ticket->notes, scan)) return TicketVerdict::outdated;
        const bool is_too_late = scanned.scan.at == kScannedNow && ticket->is_used();
        if (!is_too_late && has_room(ticket->notes, scan)) record(*ticket, std::move(scan));
        return std::nullopt;
    }

    void record(KnownTicket& ticket, TicketScan scan) {
        TicketScanned body{
            .ticket = ticket.notes.id, .scan = std::move(scan), .by = command_.by.sub
        };
        note(ticket.notes, body, now_);
        facts_.push_back({ticket.notes.event, std::move(body)});
    }

    CheckedTicket answer_to(const ScannedCode& scanned, std::optional<TicketVerdict> refused) {
        CheckedTicket checked{.ticket = scanned.ticket, .scan = scanned.scan.id};
        if (refused) {
            checked.verdict = *refused;
            return checked;
        }
        const auto& ticket = *known(scanned.ticket);
        const auto& first = ticket.notes.scans.front();
        // The same id from another gate isn't the same scan told again.
        const bool is_first = first.id == scanned.scan.id && first.gate == scanned.scan.gate;
        checked.verdict = is_first ? TicketVerdict::admitted : TicketVerdict::already_used;
        checked.first = first;
        checked.place = ticket.sold.place(ticket.notes.id.number);
        return checked;
    }

    /// The ticket with what this report has done to it so far; nothing if there is none.
    std::optional<KnownTicket>& known(TicketId id) {
        const auto [entry, is_new] = known_.try_emplace(id);
        if (is_new) entry->second = find_ticket(inventory_, id, now_);
        return entry->second;
    }

    const Inventory& inventory_;
    const CheckInTickets& command_;
    Instant now_;
    std::map<TicketId, std::optional<KnownTicket>> known_;
    std::vector<NewFact> facts_;
    std::uint64_t rests_on_ = 0;
};

/// Answers a request that has changed a ticket before: returns the ticket as it is now.
std::optional<Decision>
replay_ticket(const Inventory& inventory, const std::optional<RequestMark>& request, Instant now) {
    const auto as_now = [&](const RequestRow& before) {
        const auto ticket = find_ticket(inventory, inventory.tickets()[before.made].id, now);
        CHECK(ticket);
        return accept(ticket->view(), ticket->event().last_seq());
    };
    return replay(inventory, given(request), RequestKind::ticket, now, as_now);
}

/// Accepts with this fact, and returns the ticket as the fact makes it.
template <class Body>
Decision change(KnownTicket ticket, Body body, Instant now) {
    note(ticket.notes, body, now);
    return accept(ticket.view(), ticket.notes.event, std::move(body));
}

/// Makes the ticket's codes worthless and gives it to this account.
Decision reissue(
    KnownTicket ticket,
    const std::string& to,
    const std::string& by,
    const std::optional<RequestMark>& request,
    Instant now
) {
    const auto& event = ticket.event();
    const auto rests_on = event.last_seq();
    if (ticket.is_refunded()) return refuse(Reason::ticket_refunded, rests_on);
    if (event.event.cancelled) return refuse(Reason::event_cancelled, rests_on);
    if (ticket.is_used()) return refuse(Reason::ticket_used, rests_on);
    TicketReissued body{
        .ticket = ticket.notes.id,
        .issue = ticket.notes.issue + 1,
        .holder = to == ticket.sold.owner() ? std::string{} : to,
        .by = by,
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
    if (auto again = replay_ticket(inventory, command.request, now)) return *std::move(again);
    auto ticket = find_ticket(inventory, command.ticket, now);
    if (!ticket || !may_change(ticket->event(), command.by))
        return refuse(Reason::ticket_not_found, inventory.events_seq());
    const auto rests_on = ticket->event().last_seq();
    if (ticket->is_refunded()) return refuse(Reason::ticket_refunded, rests_on);
    if (!ticket->is_used()) return refuse(Reason::ticket_unused, rests_on);
    TicketReinstated body{
        .ticket = command.ticket, .by = command.by.sub, .request = command.request
    };
    return change(*std::move(ticket), std::move(body), now);
}

template <>
Decision decide_one(const Inventory& inventory, const TransferTicket& command, Instant now) {
    if (auto again = replay_ticket(inventory, command.request, now)) return *std::move(again);
    auto ticket = find_ticket(inventory, command.ticket, now);
    if (!ticket || ticket->holder() != command.user) return refuse(Reason::ticket_not_found, 0);
    return reissue(*std::move(ticket), command.to, command.user, command.request, now);
}

template <>
Decision decide_one(const Inventory& inventory, const ReissueTicket& command, Instant now) {
    if (auto again = replay_ticket(inventory, command.request, now)) return *std::move(again);
    auto ticket = find_ticket(inventory, command.ticket, now);
    const bool may_reissue =
        ticket && (ticket->holder() == command.by.sub || may_change(ticket->event(), command.by));
    if (!may_reissue) return refuse(Reason::ticket_not_found, inventory.events_seq());
    const auto holder = ticket->holder();
    return reissue(*std::move(ticket), holder, command.by.sub, command.request, now);
}

}  // namespace frontrow::domain
