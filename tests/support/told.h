#pragma once

#include "domain/commands.h"
#include "domain/decide.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::test {

// Compares commands and outcomes, and prints them for the reader of a failed test.

inline bool same(const domain::Accepted& a, const domain::Accepted& b) {
    if (a.replayed != b.replayed || a.status_now != b.status_now) return false;
    using Block = std::shared_ptr<const domain::SeatBlock>;
    const auto* block_a = std::get_if<Block>(&a.entity);
    const auto* block_b = std::get_if<Block>(&b.entity);
    if (block_a == nullptr || block_b == nullptr) return a.entity == b.entity;
    return **block_a == **block_b;
}
inline bool same(const domain::Refusal& a, const domain::Refusal& b) {
    return a.reason == b.reason && a.limit == b.limit && a.subject == b.subject &&
           a.conflicts == b.conflicts && a.alternatives == b.alternatives;
}
inline bool same(const domain::Outcome& a, const domain::Outcome& b) {
    if (a.has_value() != b.has_value()) return false;
    return a ? same(*a, *b) : same(a.error(), b.error());
}

inline std::string told(std::monostate) {
    return "nothing";
}
template <class T>
std::string told_number(T number) {
    return std::to_string(static_cast<long long>(number));
}
/// Prints only the parts in which ids of these tests differ.
template <class Kind>
std::string told(Id<Kind> id) {
    return "#" + std::to_string(id.bits().hi) + "-" + std::to_string(id.bits().lo >> 32) + "-" +
           std::to_string(id.bits().lo & 0xFFFF'FFFF);
}
inline std::string told(const domain::SeatIds& seats) {
    std::string text;
    for (const auto seat : seats)
        text += (text.empty() ? "" : " ") + told(seat);
    return "[" + text + "]";
}
template <class Some>
std::string told_items(const std::vector<Some>& items) {
    std::string text;
    for (const auto& item : items)
        text += " and " + std::to_string(item.quantity) + " of " + item.category;
    return text;
}
inline std::string told(const domain::Category& category) {
    return "category " + category.name + " of " + std::to_string(category.total_stock) + " at " +
           told_number(category.price);
}
inline std::string told(const domain::CategoryView& view) {
    return told(view.category) + ", " + std::to_string(view.counts.reserved) + " held, " +
           std::to_string(view.counts.confirmed) + " sold";
}
template <class Terms>
std::string told_terms(const Terms& terms) {
    return (terms.limit ? ", at most " + std::to_string(*terms.limit) : "") +
           (terms.limit_per_user ? ", " + std::to_string(*terms.limit_per_user) + " a user" : "") +
           (terms.until ? ", until " + to_rfc3339(*terms.until) : "");
}
inline std::string told(const domain::AccessCodes& codes) {
    std::string text = ", codes";
    for (const auto code : codes)
        text += " " + std::to_string(code.lo & 0xFFFF'FFFF);
    return text;
}
inline std::string told(const domain::Allocation& one) {
    const auto units = std::to_string(one.quantity) + " of " + one.category;
    return "allocation " + one.name + " of " + (one.seats.empty() ? units : told(one.seats)) +
           told_terms(one) + told(one.codes);
}
inline std::string told(const domain::AllocationView& view) {
    return told(*view.allocation) + ", " + std::to_string(view.used) + " used";
}
inline std::string told(const domain::EventSpec& spec) {
    const auto limit = spec.max_seats_per_user;
    return "\"" + spec.name + "\" of " + to_rfc3339(spec.start_at) + ", sold " +
           (spec.sales_start_at ? "from " + to_rfc3339(*spec.sales_start_at) : "at once") +
           (spec.sales_end_at ? " until " + to_rfc3339(*spec.sales_end_at) : "") + ", holds of " +
           told_number(spec.hold.count()) + " s, " +
           std::to_string(spec.max_seats_per_reservation) + " seats at a time" +
           (limit ? ", " + std::to_string(*limit) + " a user" : "") + ", in " +
           std::string{spec.currency.code()} +
           (spec.payment == domain::PaymentRule::required ? ", to be paid" : "");
}
inline std::string told(const domain::Event& event) {
    return "event " + told(event.id) + " of " + event.created_by + ", version " +
           std::to_string(event.version) + ", created " + to_rfc3339(event.created_at) +
           ", updated " + to_rfc3339(event.updated_at) +
           ", sale: " + std::string{name_of(event.sale)} + ": " + told(event.spec);
}
inline std::string told(const std::shared_ptr<const domain::SeatBlock>& block) {
    std::string text = "seats from " + told(block->first_id) + ":";
    for (const auto& seat : block->seats)
        text += " " + seat.number + " at " + told_number(seat.price);
    return text;
}
inline std::string told(domain::ReservationStatus status) {
    constexpr const char* kNames[] = {"pending", "confirmed", "cancelled", "expired"};
    return kNames[static_cast<int>(status)];
}
inline std::string told(const domain::Reservation& one) {
    return "reservation " + told(one.id) + " of " + one.user + " for " + told(one.seats) +
           told_items(one.items) + " of event " + told(one.event) + ", " + told(one.status) +
           ", made " + to_rfc3339(one.created_at) + ", until " + to_rfc3339(one.expires_at) +
           (one.confirmed_at ? ", confirmed " + to_rfc3339(*one.confirmed_at) : "") + ", " +
           told_number(one.total_amount) + " " + std::string{one.currency.code()};
}
inline std::string told(const domain::OrderLines& lines) {
    std::string text;
    for (const auto& line : lines)
        text += (text.empty() ? "" : ", ") +
                (line.kind == domain::LineKind::seat
                     ? told(line.seat)
                     : std::to_string(line.quantity) + " of " + line.category) +
                " at " + told_number(line.unit_price);
    return text;
}
inline std::string told(const domain::Payment& one) {
    constexpr const char* kNames[] = {"open", "succeeded", "declined"};
    return "payment " + told(one.id) + " " + kNames[static_cast<int>(one.status)] + " by " +
           std::string{name_of(one.method)} + " " + one.provider + one.token + one.return_url +
           one.reference + one.redirect_url + one.decline_code + ", begun " +
           to_rfc3339(one.started_at) + ", pinned until " + to_rfc3339(one.pinned_until) +
           (one.settled_at ? ", settled " + to_rfc3339(*one.settled_at) : "") +
           (one.is_disputed ? ", disputed" : "") +
           (one.dispute_changed_at ? ", since " + to_rfc3339(*one.dispute_changed_at) : "") +
           (one.dispute_signed_at ? ", signed " + to_rfc3339(*one.dispute_signed_at) : "");
}
inline std::string told_numbers(const domain::TicketNumbers& numbers) {
    std::string text;
    for (const auto number : numbers)
        text += " #" + std::to_string(number);
    return text;
}
inline std::string told(const domain::Refund& one) {
    constexpr const char* kNames[] = {"open", "succeeded", "failed"};
    return "refund " + told(one.id) + " " + kNames[static_cast<int>(one.status)] + " of " +
           told(one.payment) + ", " + std::string{name_of(one.reason)} + ", " +
           told_number(one.amount) + " for " + told(one.seats) + told_items(one.items) +
           told_numbers(one.tickets) + (one.returns_to_sale ? ", returned" : "") + " by " + one.by +
           ", begun " + to_rfc3339(one.started_at) + one.reference + one.failure_code +
           (one.settled_at ? ", settled " + to_rfc3339(*one.settled_at) : "");
}
inline std::string told(const domain::OrderView& view) {
    const auto& one = view.order;
    auto text = "order " + told(one.id) + " of " + one.user + " for " + told(one.reservation) +
                " of event " + told(one.event) + ", " + std::string{name_of(view.status)} + ": " +
                told(one.lines) + ", " + told_number(one.amount) + " " +
                std::string{one.currency.code()} + ", placed " + to_rfc3339(one.created_at) +
                (one.closed_at ? ", closed " + to_rfc3339(*one.closed_at) : "") +
                (one.first_asked_at ? ", first asked " + to_rfc3339(*one.first_asked_at) : "");
    for (const auto& payment : one.payments)
        text += "; " + told(payment);
    for (const auto& refund : one.refunds)
        text += "; " + told(refund);
    return text;
}
inline std::string told(domain::TicketId id) {
    return "ticket " + std::to_string(id.number) + " of " + told(id.reservation);
}
inline std::string told_tickets(const std::vector<domain::TicketId>& ids) {
    std::string text;
    for (const auto& id : ids)
        text += ", " + told(id);
    return text;
}
inline std::string told(const domain::TicketScan& scan) {
    return "scan " + told(scan.id) + " at gate \"" + scan.gate + "\", " +
           (scan.at == domain::kScannedNow ? "now" : to_rfc3339(scan.at));
}
inline std::string told(const domain::TicketPlace& place) {
    return place.category.empty() ? told(place.seat) : place.category;
}
inline std::string told(const domain::TicketView& view) {
    return told(view.id) + " for " + told(view.place) + " of event " + told(view.event) +
           " by gate \"" + view.gate + "\", " + std::string{name_of(view.status)} + ", issue " +
           std::to_string(view.issue) + " of " + view.holder +
           (view.used ? ", " + told(*view.used) : "");
}
inline std::string told(const std::vector<domain::CheckedTicket>& checked) {
    std::string text = "verdicts";
    for (const auto& one : checked)
        text += "; " + told(one.ticket) + " by scan " + told(one.scan) + ": " +
                std::string{name_of(one.verdict)} +
                (one.first ? ", first by " + told(*one.first) : "") +
                (one.place ? ", for " + told(*one.place) : "");
    return text;
}
inline std::string told(const domain::ApiKey& key) {
    return "API key " + told(key.id) + " \"" + key.name + "\" of " + key.created_by + ", " +
           std::string{name_of(key.role)} + " for " + account_of(key) + ", made " +
           to_rfc3339(key.created_at) +
           (key.revoked_at ? ", revoked " + to_rfc3339(*key.revoked_at) : "");
}
inline std::string told(const domain::Member& member) {
    return member.sub + " as " + std::string{name_of(member.role)} + " since " +
           to_rfc3339(member.added_at);
}
inline std::string told(const domain::AddedMember& added) {
    return (added.is_new ? "new member " : "member ") + told(added.member);
}
template <class T>
std::string told(const std::optional<T>& one) {
    return one ? told(*one) : "nothing";
}
inline std::string told(const domain::Outcome& outcome) {
    if (outcome) {
        const auto entity = [](const auto& one) { return told(one); };
        return "accepted: " + std::visit(entity, outcome->entity) +
               (outcome->replayed ? " (replayed)" : "") +
               (outcome->status_now ? ", by now " + told(*outcome->status_now) : "");
    }
    const auto& refusal = outcome.error();
    auto text = "refused for reason " + told_number(refusal.reason) + ", limit " +
                told_number(refusal.limit) + ", subject \"" + refusal.subject + "\"";
    for (const auto& conflict : refusal.conflicts)
        text += ", " + told(conflict.seat) + " has status " + told_number(conflict.status);
    for (const auto& seats : refusal.alternatives)
        text += ", or " + told(seats);
    return text;
}

inline std::string told(const domain::Organizer& by) {
    return by.sub + (by.is_admin ? " (admin)" : "");
}
inline std::string told_version(const domain::MeantVersions& versions) {
    std::string text = versions ? " if its version is one of" : "";
    for (const auto version : versions.value_or(std::vector<std::uint32_t>{}))
        text += " " + std::to_string(version);
    return text;
}
inline std::string told(const domain::RequestMark& request) {
    return ", key " + std::to_string(request.key.lo) + ", content " +
           std::to_string(request.content.hi) + "-" + std::to_string(request.content.lo);
}
inline std::string told_key(const std::optional<domain::RequestMark>& request) {
    return request ? told(*request) : "";
}
inline std::string told(const domain::CreateEvent& command) {
    return told(command.by) + " creates event " + told(command.event) + ": " + told(command.spec) +
           told_key(command.request);
}
inline std::string told(const domain::UpdateEvent& command) {
    return told(command.by) + " updates event " + told(command.event) +
           told_version(command.if_version) + ": " + told(command.spec);
}
inline std::string told(const domain::DeleteEvent& command) {
    return told(command.by) + " deletes event " + told(command.event) +
           told_version(command.if_version);
}
inline std::string told(const domain::ChangeSale& command) {
    return told(command.by) + " changes the sale of event " + told(command.event) +
           told_version(command.if_version) + ": " + std::string{name_of(command.action)};
}
inline std::string told(const domain::AddMember& command) {
    return told(command.by) + " adds " + command.sub + " to event " + told(command.event) + " as " +
           std::string{name_of(command.role)};
}
inline std::string told(const domain::RemoveMember& command) {
    return told(command.by) + " removes " + command.sub + " from event " + told(command.event);
}
inline std::string told(const std::vector<domain::HeldBackSeats>& held_back) {
    std::string text;
    for (const auto& [allocation, seats] : held_back) {
        text += ", held back by " + allocation + ":";
        for (const auto seat : seats)
            text += " " + std::to_string(seat);
    }
    return text;
}
inline std::string told(const domain::AddSeats& command) {
    return told(command.by) + " adds to event " + told(command.event) + " " + told(command.block) +
           told(command.held_back) + told_key(command.request);
}
inline std::string told(const domain::CheckSeats& command) {
    return told(command.by) + " asks whether event " + told(command.event) + " could have " +
           told(command.block) + told(command.held_back);
}
inline std::string told(const domain::AddCategory& command) {
    return told(command.by) + " adds to event " + told(command.event) + " " +
           told(command.category) + told_key(command.request);
}
inline std::string told(const domain::ChangeCategory& command) {
    return told(command.by) + " makes of event " + told(command.event) + " " +
           told(command.category);
}
inline std::string told(const domain::BestWish& wish) {
    return " and the best " + std::to_string(wish.quantity) +
           (wish.accessible ? " accessible" : "") + (wish.allow_split ? " in any groups" : "") +
           (wish.section ? " of section " + *wish.section : "") +
           (wish.price_max ? " up to " + told_number(*wish.price_max) : "") +
           (wish.near ? " near " + told(*wish.near) : "");
}
inline std::string told(const domain::AddAllocation& command) {
    return told(command.by) + " adds to event " + told(command.event) + " " +
           told(command.allocation) + told_key(command.request);
}
inline std::string told(const domain::ChangeAllocation& command) {
    return told(command.by) + " changes of event " + told(command.event) + " allocation " +
           command.name + told_terms(command.change) +
           (command.change.codes ? told(*command.change.codes) : "");
}
inline std::string told(const domain::EndAllocation& command) {
    return told(command.by) + " ends of event " + told(command.event) + " allocation " +
           command.name;
}
inline std::string told(const domain::ReserveSeats& command) {
    return command.user + " reserves " + told(command.seats) +
           (command.best ? told(*command.best) : "") + told_items(command.items) +
           (command.wants_alternatives ? " or others" : "") + " of event " + told(command.event) +
           " as " + told(command.reservation) +
           (command.hold ? " for " + told_number(command.hold->count()) + " s" : "") +
           (command.access_code ? told(domain::AccessCodes{*command.access_code}) : "") +
           told(command.request);
}
inline std::string told(const domain::ConfirmReservation& command) {
    return command.user + " confirms " + told(command.reservation) +
           (command.accepts_terms ? "" : " without the terms");
}
inline std::string told(const domain::CancelReservation& command) {
    return command.user + " cancels " + told(command.reservation);
}
inline std::string told(const domain::ExtendReservation& command) {
    return command.user + " extends " + told(command.reservation) + " by " +
           told_number(command.by.count()) + " s" + told_key(command.request);
}
inline std::string told(const domain::ChangeReservation& command) {
    const auto stale =
        command.if_match ? " if it has one of " + std::to_string(command.if_match->size()) + " tags"
                         : "";
    return command.user + " adds to " + told(command.reservation) + stale + " " +
           told(command.add_seats) + told_items(command.add_items) + " and gives back " +
           told(command.remove_seats) + told_items(command.remove_items) +
           told_key(command.request);
}
inline std::string told(const domain::PlaceOrder& command) {
    return command.user + " orders " + told(command.reservation) + " as " + told(command.order) +
           (command.accepts_terms ? "" : " without the terms") + told(command.request);
}
inline std::string told(const domain::StartPayment& command) {
    return command.user + " pays order " + told(command.order) + " as " + told(command.payment) +
           " by " + command.provider + " " + command.token + command.return_url +
           told(command.request);
}
inline std::string told_hand(const std::string& by) {
    return by.empty() ? "" : ", by the hand of " + by;
}
inline std::string told(const domain::NotePayment& command) {
    constexpr const char* kNames[] = {"pending", "succeeded", "declined", "disputed", "undisputed"};
    return command.provider + " says that payment " + told(command.payment) + " is " +
           kNames[static_cast<int>(command.news)] + ": " + command.reference + " " +
           command.redirect_url + " " + command.code + " " + told_number(command.amount) + " " +
           std::string{command.currency.code()} +
           (command.signed_at ? ", signed " + to_rfc3339(*command.signed_at) : "") +
           told_hand(command.by);
}
inline std::string told(const domain::RefundOrder& command) {
    return told(command.by) + " refunds of order " + told(command.order) + " as " +
           told(command.refund) + " " + told(command.seats) + told_items(command.items) + ", " +
           std::string{name_of(command.reason)} + (command.returns_to_sale ? ", returned" : "") +
           (command.despite_dispute ? ", despite a dispute" : "") + told_tickets(command.tickets) +
           told_key(command.request);
}
inline std::string told(const domain::NoteRefund& command) {
    return command.provider + " says that refund " + told(command.refund) +
           (command.is_done ? " is done: " : " failed: ") + command.reference + " " + command.code +
           (command.is_answer ? ", when asked" : "") + told_hand(command.by);
}
inline std::string told(const domain::SellAtBoxOffice& command) {
    return told(command.by) + " sells as order " + told(command.order) + " and payment " +
           told(command.payment) + " by " + std::string{name_of(command.method)} + ": " +
           told(*command.claim);
}
inline std::string told(const domain::CancelEvent& command) {
    return told(command.by) + " cancels event " + told(command.event) + told_key(command.request);
}
inline std::string told(const domain::CheckInTickets& command) {
    auto text = told(command.by) + " checks in" +
                (command.event ? " at event " + told(*command.event) : "");
    for (const auto& code : *command.scans)
        text += "; " + told(code.ticket) + " for event " + told(code.event) + ", issue " +
                std::to_string(code.issue) + ", " + told(code.scan);
    return text;
}
inline std::string told(const domain::ReinstateTicket& command) {
    return told(command.by) + " reinstates " + told(command.ticket) + told_key(command.request);
}
inline std::string told(const domain::TransferTicket& command) {
    return command.user + " transfers " + told(command.ticket) + " to " + command.to +
           told_key(command.request);
}
inline std::string told(const domain::ReissueTicket& command) {
    return told(command.by) + " issues again " + told(command.ticket) + told_key(command.request);
}
inline std::string told(const domain::ExpireHolds& command) {
    return "a sweep of at most " + std::to_string(command.at_most);
}
inline std::string told(const domain::CreateApiKey& command) {
    return command.by + " makes API key " + told(command.key) + " \"" + command.name + "\"" +
           (command.account.empty() ? "" : " for " + command.account) + told_key(command.request);
}
inline std::string told(const domain::RevokeApiKey& command) {
    return command.by + " revokes API key " + told(command.key);
}
inline std::string told(const domain::MoveApiKey& command) {
    return command.by + " moves API key " + told(command.key) + " to " + command.account;
}
inline std::string told(const domain::RaiseFormat& command) {
    return "facts of format " + std::to_string(command.format) + " are let in";
}
inline std::string told(const domain::Command& command) {
    return std::visit([](const auto& one) { return told(one); }, command);
}

}  // namespace frontrow::test
