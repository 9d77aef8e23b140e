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
        Instant at;
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
        if (sold.event.cancelled && view.status != domain::TicketStatus::refunded)
            view.status = domain::TicketStatus::cancelled;
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
    bool is_scanned(domain::TicketId id) const { return is_used(id) || !late(id).empty(); }
    /// The scans that were told too late.
    std::vector<domain::TicketScan> late(domain::TicketId id) const { return of(late_, id); }

    void reissue(domain::TicketId id, std::string holder, Instant at) {
        holders_[id].push_back(std::move(holder));
        issued_[id] = at;
    }
    void reinstate(domain::TicketId id, Instant at) {
        for (const auto& scan : counting(id))
            taken_back_[id].push_back(scan.id);
        for (const auto& scan : late(id))
            taken_back_[id].push_back(scan.id);
        for (auto* all : {&scans_, &late_})
            std::erase_if(*all, [&](const auto& one) { return one.first == id; });
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
        auto scan = code.scan;
        scan.at = std::max(std::min(scan.at, now), sold->at);
        const bool was_refunded = sold->view.status == domain::TicketStatus::refunded;
        const bool is_online = code.scan.at == domain::kScannedNow;
        if (was_refunded || code.issue != issue(code.ticket)) {
            if (!is_online && code.issue > 0 && code.issue <= issue(code.ticket))
                take_late(code.ticket, scan);
            return was_refunded ? refunded : replaced;
        }
        if (issued_.contains(code.ticket))
            scan.at = std::max(scan.at, issued_.find(code.ticket)->second);
        if (was_taken_back(code.ticket, scan)) return outdated;
        if (!is_online || before.empty()) {
            scans_.emplace_back(code.ticket, scan);
            // It is kept only if it is one of the first.
            const auto kept = counting(code.ticket);
            if (std::ranges::count(kept, scan.id, &domain::TicketScan::id) == 0)
                scans_.pop_back();
            else
                std::erase_if(late_, [&](const auto& one) {
                    return one.first == code.ticket && one.second.id == scan.id;
                });
        }
        return std::nullopt;
    }
    /// Whether the gate has told the scan before, so that it is known.
    bool is_repeated(const domain::ScannedCode& code) const {
        const auto is_it = [&](const domain::TicketScan& scan) {
            return scan.id == code.scan.id && scan.gate == code.scan.gate;
        };
        return std::ranges::any_of(counting(code.ticket), is_it) ||
               std::ranges::any_of(late(code.ticket), is_it);
    }
    domain::CheckedTicket answer(
        const domain::ScannedCode& code,
        std::optional<domain::TicketVerdict> refused,
        bool is_repeated,
        const std::optional<Sold>& sold
    ) const {
        domain::CheckedTicket checked{
            .ticket = code.ticket, .scan = code.scan.id, .is_repeated = is_repeated
        };
        checked.verdict = refused.value_or(domain::TicketVerdict::already_used);
        if (refused) return checked;
        checked.first = counting(code.ticket).front();
        checked.place = sold->view.place;
        if (checked.first->id == code.scan.id && checked.first->gate == code.scan.gate)
            checked.verdict = domain::TicketVerdict::admitted;
        return checked;
    }

private:
    using Scans = std::vector<std::pair<domain::TicketId, domain::TicketScan>>;

    static std::vector<domain::TicketScan> of(const Scans& all, domain::TicketId id) {
        std::vector<domain::TicketScan> scans;
        for (const auto& [ticket, scan] : all)
            if (ticket == id) scans.push_back(scan);
        return scans;
    }
    void take_late(domain::TicketId id, const domain::TicketScan& scan) {
        const auto known = late(id);
        const bool is_known = std::ranges::count(known, scan.id, &domain::TicketScan::id) > 0 ||
                              was_taken_back(id, scan);
        if (!is_known && known.size() < domain::kLateScansMax) late_.emplace_back(id, scan);
    }
    bool was_taken_back(domain::TicketId id, const domain::TicketScan& scan) const {
        const auto reinstated = reinstated_.find(id);
        return (reinstated != reinstated_.end() && scan.at < reinstated->second) ||
               was_taken_back(id, scan.id);
    }
    bool was_taken_back(domain::TicketId id, ScanId scan) const {
        const auto found = taken_back_.find(id);
        if (found == taken_back_.end()) return false;
        const auto back = std::ranges::find(found->second.rbegin(), found->second.rend(), scan);
        return back - found->second.rbegin() < static_cast<std::ptrdiff_t>(domain::kTakenBackMax) &&
               back != found->second.rend();
    }
    /// The scans that count, the first one first.
    std::vector<domain::TicketScan> counting(domain::TicketId id) const {
        auto scans = of(scans_, id);
        std::ranges::sort(scans, {}, [](const auto& one) { return std::tie(one.at, one.id); });
        if (scans.size() > domain::kScansMax) scans.resize(domain::kScansMax);
        return scans;
    }

    Scans scans_;
    Scans late_;
    /// When the last issue was made.
    std::map<domain::TicketId, Instant> issued_;
    std::map<domain::TicketId, Instant> reinstated_;
    /// Only the last ones of a ticket are remembered.
    std::map<domain::TicketId, std::vector<ScanId>> taken_back_;
    /// The accounts that got the ticket, one for each issue after the first.
    std::map<domain::TicketId, std::vector<std::string>> holders_;
};

}  // namespace frontrow::test
