#pragma once

#include "base/check.h"
#include "domain/audit.h"
#include "domain/audit_comparison.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

inline const Instant kOpening{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

/// An inventory, the rules, and a clock that the test moves. Every command is decided, applied,
/// verified and audited before the next, as in a store that is the only writer of its journal.
class BoxOffice {
public:
    Instant now = kOpening;

    /// Sales open ten days before the show. 10-minute holds, three seats per reservation, no limit
    /// per user.
    static EventSpec spec() {
        EventSpec spec;
        spec.name = "First night";
        spec.start_at = kOpening + std::chrono::days{10};
        spec.end_at = spec.start_at + std::chrono::hours{3};
        spec.total_seats = 10;
        spec.hold = std::chrono::minutes{10};
        spec.max_seats_per_reservation = 3;
        return spec;
    }
    static Organizer owner() { return {.sub = "house", .is_admin = false}; }

    Outcome act(const Command& command) {
        auto decision = decide_and_raise(inventory_, command, now);
        CHECK(decision.outcome || decision.facts.empty());
        CHECK(decision.rests_on <= inventory_.last_seq());
        // Doesn't count the fact that raises the format.
        facts_of_last_ =
            decision.facts.size() -
            static_cast<std::size_t>(std::ranges::count_if(decision.facts, [](const auto& fact) {
                return std::holds_alternative<FormatRaised>(fact.body);
            }));
        for (auto& fact : decision.facts) {
            history_.push_back({
                .seq = inventory_.last_seq() + 1,
                .at = now,
                .trace = {},
                .event = fact.event,
                .body = std::move(fact.body),
            });
            evolve_for_good(inventory_, history_.back());
            audit_.observe(history_.back());
        }
        inventory_.verify();
        CHECK(!audit_.violations().empty() || compare(audit_, inventory_).empty());
        return std::move(decision.outcome);
    }

    /// An event of the owner with seats "1", "2", … at one price.
    EventId open(std::size_t seats, EventSpec of_event = spec(), Amount price = 5'000) {
        const auto id = create(std::move(of_event));
        if (seats > 0) CHECK(add_seats(id, numbers(seats), owner(), price));
        return id;
    }
    EventId create(EventSpec of_event = spec(), Organizer by = owner()) {
        const EventId id{Bits128{1, ++made_}};
        CHECK(act(CreateEvent{id, std::move(by), std::move(of_event)}));
        return id;
    }
    Outcome
    update(EventId event, EventSpec to, Organizer by = owner(), MeantVersions if_version = {}) {
        return act(UpdateEvent{event, std::move(by), std::move(to), std::move(if_version)});
    }
    Outcome remove(EventId event, Organizer by = owner(), MeantVersions if_version = {}) {
        return act(DeleteEvent{event, std::move(by), std::move(if_version)});
    }
    Outcome change_sale(
        EventId event,
        SaleAction action,
        Organizer by = owner(),
        MeantVersions if_version = {}
    ) {
        return act(ChangeSale{event, std::move(by), action, std::move(if_version)});
    }
    Outcome add_seats(
        EventId event,
        const std::vector<std::string>& names,
        Organizer by = owner(),
        Amount price = 5'000
    ) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{2, ++made_ << 32}};
        for (const auto& name : names)
            block->seats.push_back({.number = name, .section = {}, .row = {}, .price = price});
        return act(AddSeats{event, std::move(by), std::move(block)});
    }

    Outcome add_member(EventId event, std::string sub, MemberRole role, Organizer by = owner()) {
        return act(AddMember{event, std::move(by), std::move(sub), role});
    }
    Outcome remove_member(EventId event, std::string sub, Organizer by = owner()) {
        return act(RemoveMember{event, std::move(by), std::move(sub)});
    }

    /// A request for seats by their index in the event, with a new key.
    ReserveSeats
    wish(EventId event, std::string user, std::initializer_list<std::uint32_t> indices) {
        ReserveSeats wish{
            .reservation = ReservationId{Bits128{3, ++made_}},
            .event = event,
            .user = std::move(user),
            .seats = {},
            .hold = {},
            .request = {.key = Bits128{4, made_}, .content = {}},
        };
        for (const auto index : indices)
            wish.seats.push_back(seat(event, index));
        return wish;
    }
    Outcome reserve(EventId event, std::string user, std::initializer_list<std::uint32_t> indices) {
        return act(wish(event, std::move(user), indices));
    }
    /// Reserves; this must succeed.
    Reservation hold(EventId event, std::string user, std::initializer_list<std::uint32_t> seats) {
        return std::get<Reservation>(reserve(event, std::move(user), seats).value().entity);
    }
    Outcome confirm(const Reservation& of) { return act(ConfirmReservation{of.id, of.user}); }
    Outcome cancel(const Reservation& of) { return act(CancelReservation{of.id, of.user}); }
    Outcome extend(const Reservation& of, std::chrono::seconds by) {
        return act(ExtendReservation{of.id, of.user, by});
    }
    /// Returns how many holds were ended.
    std::size_t sweep(std::uint32_t at_most = 1'000) {
        CHECK(act(ExpireHolds{at_most}));
        return facts_of_last_;
    }

    /// Calls Inventory::lapse().
    bool lapse(std::size_t at_most) {
        const bool is_all = inventory_.lapse(now, at_most);
        inventory_.verify();
        return is_all;
    }

    SeatId seat(EventId event, std::uint32_t index) const {
        return seat_id(*inventory_.plans().find(event), index);
    }
    SeatStatus status(EventId event, std::uint32_t index) const {
        return inventory_.seat_status(*inventory_.plans().find(event), index, now);
    }
    Reservation reservation(const Reservation& of) const {
        return inventory_.entity(*inventory_.reservations().find(of.id, now), now);
    }
    ReservationStatus status(const Reservation& of) const { return reservation(of).status; }

    const Inventory& inventory() const { return inventory_; }
    const std::vector<Fact>& history() const { return history_; }
    std::size_t facts_of_last() const { return facts_of_last_; }
    std::vector<std::string> violations() const {
        std::vector<std::string> found;
        for (const auto& violation : audit_.violations())
            found.push_back(violation.what);
        return found;
    }

    static std::vector<std::string> numbers(std::size_t count) {
        std::vector<std::string> names;
        for (std::size_t i = 1; i <= count; ++i)
            names.push_back(std::to_string(i));
        return names;
    }

private:
    Inventory inventory_;
    Audit audit_;
    std::vector<Fact> history_;
    std::uint64_t made_ = 0;
    std::size_t facts_of_last_ = 0;
};

/// The outcome of a command in one word: "accepted", "replayed", or the reason for the refusal.
inline std::string_view word_for(Reason reason) {
    switch (reason) {
        case Reason::format_too_low:
            return "format_too_low";
        case Reason::idempotency_key_reused:
            return "idempotency_key_reused";
        case Reason::event_not_found:
            return "event_not_found";
        case Reason::reservation_not_found:
            return "reservation_not_found";
        case Reason::version_stale:
            return "version_stale";
        case Reason::event_has_sales:
            return "event_has_sales";
        case Reason::seat_number_taken:
            return "seat_number_taken";
        case Reason::event_full:
            return "event_full";
        case Reason::creator_as_member:
            return "creator_as_member";
        case Reason::member_not_found:
            return "member_not_found";
        case Reason::allocation_not_found:
            return "allocation_not_found";
        case Reason::allocation_taken:
            return "allocation_taken";
        case Reason::until_passed:
            return "until_passed";
        case Reason::allocations_full:
            return "allocations_full";
        case Reason::code_taken:
            return "code_taken";
        case Reason::code_invalid:
            return "code_invalid";
        case Reason::allocation_used_up:
            return "allocation_used_up";
        case Reason::category_taken:
            return "category_taken";
        case Reason::too_many_categories:
            return "too_many_categories";
        case Reason::section_not_found:
            return "section_not_found";
        case Reason::not_together:
            return "not_together";
        case Reason::category_not_found:
            return "category_not_found";
        case Reason::stock_below_taken:
            return "stock_below_taken";
        case Reason::sold_out:
            return "sold_out";
        case Reason::too_many_members:
            return "too_many_members";
        case Reason::sales_not_open:
            return "sales_not_open";
        case Reason::sales_closed:
            return "sales_closed";
        case Reason::sales_paused:
            return "sales_paused";
        case Reason::seat_named_twice:
            return "seat_named_twice";
        case Reason::hold_too_long:
            return "hold_too_long";
        case Reason::not_in_reservation:
            return "not_in_reservation";
        case Reason::nothing_left:
            return "nothing_left";
        case Reason::too_many_seats:
            return "too_many_seats";
        case Reason::seat_not_found:
            return "seat_not_found";
        case Reason::user_limit_reached:
            return "user_limit_reached";
        case Reason::seats_unavailable:
            return "seats_unavailable";
        case Reason::reservation_confirmed:
            return "reservation_confirmed";
        case Reason::reservation_cancelled:
            return "reservation_cancelled";
        case Reason::hold_expired:
            return "hold_expired";
        case Reason::payment_required:
            return "payment_required";
        case Reason::payment_in_progress:
            return "payment_in_progress";
        case Reason::order_not_found:
            return "order_not_found";
        case Reason::order_exists:
            return "order_exists";
        case Reason::order_paid:
            return "order_paid";
        case Reason::order_closed:
            return "order_closed";
        case Reason::too_many_payments:
            return "too_many_payments";
        case Reason::payment_not_found:
            return "payment_not_found";
        case Reason::amount_differs:
            return "amount_differs";
        case Reason::refund_not_found:
            return "refund_not_found";
        case Reason::refunded_otherwise:
            return "refunded_otherwise";
        case Reason::payment_disputed:
            return "payment_disputed";
        case Reason::nothing_to_refund:
            return "nothing_to_refund";
        case Reason::not_in_order:
            return "not_in_order";
        case Reason::tickets_in_use:
            return "tickets_in_use";
        case Reason::event_cancelled:
            return "event_cancelled";
        case Reason::terms_not_accepted:
            return "terms_not_accepted";
        case Reason::ticket_not_found:
            return "ticket_not_found";
        case Reason::ticket_refunded:
            return "ticket_refunded";
        case Reason::ticket_used:
            return "ticket_used";
        case Reason::ticket_unused:
            return "ticket_unused";
        case Reason::extension_too_long:
            return "extension_too_long";
        case Reason::api_key_not_found:
            return "api_key_not_found";
        case Reason::too_many_api_keys:
            return "too_many_api_keys";
        case Reason::not_writable:
            return "not_writable";
    }
}
inline std::string_view answer(const Outcome& outcome) {
    if (!outcome) return word_for(outcome.error().reason);
    return outcome->replayed ? "replayed" : "accepted";
}

}  // namespace frontrow::domain
