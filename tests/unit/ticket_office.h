#pragma once

#include "order_office.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

/// An event that is paid for, and `open_event` with four seats, which is confirmed without payment.
/// Otto organises the first event with its creator, and Gus scans at its gates.
class TicketOffice : public OrderOffice {
protected:
    using Verdict = TicketVerdict;

    TicketOffice() {
        EXPECT_TRUE(office.add_member(event, "gus", MemberRole::scanner));
        EXPECT_TRUE(office.add_member(event, "otto", MemberRole::organizer));
    }

    static Organizer gus() { return {.sub = "gus", .is_admin = false}; }

    /// A reservation that is confirmed without an order.
    Reservation confirmed(std::string user, Indices seats) {
        const auto held = office.hold(open_event, std::move(user), seats);
        EXPECT_TRUE(office.confirm(held));
        return held;
    }
    static TicketId ticket(const OrderView& of, std::uint32_t number) {
        return {of.order.reservation, number};
    }

    /// The ticket as an admin sees it; it must exist.
    TicketView seen(TicketId id) const {
        return read_event_ticket(office.inventory(), office.now, id, {"root", true})
            .value.value_or(TicketView{});
    }
    bool exists(TicketId id) const { return seen(id).id == id; }
    /// The numbers of the reservation's tickets that are refunded.
    std::vector<std::uint32_t> refunded(const OrderView& of) const {
        std::vector<std::uint32_t> numbers;
        for (const auto& one : tickets(of.order.reservation, of.order.user))
            if (one.status == TicketStatus::refunded) numbers.push_back(one.id.number);
        return numbers;
    }
    std::vector<TicketView> tickets(ReservationId of, const std::string& user) const {
        return read_reservation_tickets(office.inventory(), office.now, of, user)
            .value.value_or(std::vector<TicketView>{});
    }
    std::vector<TicketId> tickets_of(const std::string& user, Page page = {100}) const {
        std::vector<TicketId> ids;
        for (const auto& one : read_tickets(office.inventory(), office.now, user, page).value)
            ids.push_back(one.id);
        return ids;
    }
    CheckInReport check_ins() const {
        return read_check_ins(office.inventory(), office.now, event, gus()).value.value();
    }

    /// A scan of the ticket's present code by a gate with a network.
    ScannedCode code(TicketId id, std::string gate = "West") {
        const auto view = seen(id);
        return {
            .ticket = id,
            .event = view.event == EventId{} ? event : view.event,
            .issue = view.issue,
            .scan = {ScanId{new_id()}, kScannedNow, std::move(gate)},
        };
    }
    /// A scan by a gate without a network, so long ago.
    ScannedCode code_of_before(TicketId id, Millis ago, std::string gate = "West") {
        auto scanned = code(id, std::move(gate));
        scanned.scan.at = office.now - ago;
        return scanned;
    }
    static CheckInTickets
    check_in(std::vector<ScannedCode> scans, std::optional<EventId> at = {}, Organizer by = gus()) {
        return {
            std::move(by),
            at,
            std::make_shared<const std::vector<ScannedCode>>(std::move(scans)),
        };
    }
    std::vector<CheckedTicket> checked(const CheckInTickets& command) {
        auto outcome = office.act(command);
        EXPECT_EQ(answer(outcome), "accepted");
        if (!outcome) return {};
        return std::get<std::vector<CheckedTicket>>(std::move(outcome->entity));
    }
    std::vector<Verdict> verdicts(const CheckInTickets& command) {
        std::vector<Verdict> verdicts;
        for (const auto& one : checked(command))
            verdicts.push_back(one.verdict);
        return verdicts;
    }
    Verdict verdict(const ScannedCode& scanned) {
        return verdicts(check_in({scanned}, {}, BoxOffice::owner())).at(0);
    }
    /// Has somebody let in with the ticket; it must be possible.
    void use(TicketId id) { EXPECT_EQ(verdict(code(id)), Verdict::admitted); }

    /// Carries out a command that must succeed and return a ticket.
    TicketView changed(const Command& command) {
        auto outcome = office.act(command);
        EXPECT_EQ(answer(outcome), "accepted");
        if (!outcome) return {};
        auto view = std::get<TicketView>(std::move(outcome->entity));
        EXPECT_EQ(view, seen(view.id)) << "the answer shows the ticket as it is now";
        return view;
    }
    TicketView transfer(TicketId id, std::string from, std::string to) {
        return changed(TransferTicket{id, std::move(from), std::move(to), {}});
    }
    TicketView reinstate(TicketId id) {
        return changed(ReinstateTicket{id, BoxOffice::owner(), {}});
    }

    EventId open_event = office.open(4);
};

}  // namespace frontrow::domain
