#pragma once

#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/event.h"
#include "domain/order.h"
#include "domain/ticket.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace frontrow::test {

/// The naive model's memory of what has happened to tickets: every scan, every time at which one
/// was reinstated, and everybody who got one.
class NaiveTickets {
public:
    /// A ticket as it was sold.
    struct Sold {
        domain::TicketView view;
        domain::Event event;
    };

    /// The ticket as it is now.
    domain::TicketView seen(const Sold& sold) const {
        auto view = sold.view;
        view.issue = issue(view.id);
        view.holder = holder(sold);
        const auto scans = counting(view.id);
        if (!scans.empty()) view.used = scans.front();
        if (!scans.empty() && view.status == domain::TicketStatus::valid)
            view.status = domain::TicketStatus::used;
        return view;
    }
    std::string holder(const Sold& sold) const {
        const auto found = holders_.find(sold.view.id);
        return found == holders_.end() ? sold.view.holder : found->second.back();
    }
    std::uint32_t issue(domain::TicketId id) const {
        const auto found = holders_.find(id);
        return found == holders_.end() ? 1 : 1 + static_cast<std::uint32_t>(found->second.size());
    }
    bool is_used(domain::TicketId id) const { return !counting(id).empty(); }

    void reissue(domain::TicketId id, std::string holder) {
        holders_[id].push_back(std::move(holder));
    }
    void reinstate(domain::TicketId id, Instant at) {
        for (const auto& scan : counting(id))
            taken_back_[id].push_back(scan.id);
        std::erase_if(scans_, [&](const auto& one) { return one.first == id; });
        reinstated_[id] = at;
    }

    /// Takes a scan of a code that is for this event and this ticket, if there is one. The verdict
    /// if it can let nobody in.
    std::optional<domain::TicketVerdict>
    take(const domain::ScannedCode& code, const std::optional<Sold>& sold, Instant now) {
        using enum domain::TicketVerdict;
        if (!sold) return unknown;
        if (sold->view.event != code.event) return wrong_event;
        const auto before = counting(code.ticket);
        if (std::ranges::count(before, code.scan.id, &domain::TicketScan::id) > 0)
            return std::nullopt;
        if (sold->event.cancelled) return event_cancelled;
        if (sold->view.status == domain::TicketStatus::refunded) return refunded;
        if (code.issue != issue(code.ticket)) return replaced;
        auto scan = code.scan;
        scan.at = std::min(scan.at, now);
        const auto reinstated = reinstated_.find(code.ticket);
        if (reinstated != reinstated_.end() && scan.at < reinstated->second) return outdated;
        if (was_taken_back(code.ticket, scan.id)) return outdated;
        if (code.scan.at != domain::kScannedNow || before.empty())
            scans_.emplace_back(code.ticket, scan);
        return std::nullopt;
    }
    domain::CheckedTicket answer(
        const domain::ScannedCode& code,
        std::optional<domain::TicketVerdict> refused,
        const std::optional<Sold>& sold
    ) const {
        domain::CheckedTicket checked{.ticket = code.ticket, .scan = code.scan.id};
        checked.verdict = refused.value_or(domain::TicketVerdict::already_used);
        if (refused) return checked;
        checked.first = counting(code.ticket).front();
        checked.place = sold->view.place;
        if (checked.first->id == code.scan.id && checked.first->gate == code.scan.gate)
            checked.verdict = domain::TicketVerdict::admitted;
        return checked;
    }

private:
    bool was_taken_back(domain::TicketId id, ScanId scan) const {
        const auto found = taken_back_.find(id);
        if (found == taken_back_.end()) return false;
        const auto back = std::ranges::find(found->second.rbegin(), found->second.rend(), scan);
        return back - found->second.rbegin() < static_cast<std::ptrdiff_t>(domain::kTakenBackMax) &&
               back != found->second.rend();
    }
    /// The scans that count, the first one first.
    std::vector<domain::TicketScan> counting(domain::TicketId id) const {
        std::vector<domain::TicketScan> scans;
        for (const auto& [ticket, scan] : scans_)
            if (ticket == id) scans.push_back(scan);
        std::ranges::sort(scans, {}, [](const auto& one) { return std::tie(one.at, one.id); });
        if (scans.size() > domain::kScansMax) scans.resize(domain::kScansMax);
        return scans;
    }

    std::vector<std::pair<domain::TicketId, domain::TicketScan>> scans_;
    std::map<domain::TicketId, Instant> reinstated_;
    /// Only the last ones of a ticket are remembered.
    std::map<domain::TicketId, std::vector<ScanId>> taken_back_;
    /// The accounts that got the ticket, one for each issue after the first.
    std::map<domain::TicketId, std::vector<std::string>> holders_;
};

}  // namespace frontrow::test
