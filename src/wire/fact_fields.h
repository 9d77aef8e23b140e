#pragma once

#include "base/some.h"
#include "domain/facts.h"
#include "wire/category_fields.h"
#include "wire/fields.h"
#include "wire/order_fields.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

namespace frontrow::wire {

// The name of every kind of fact, and its fields in the order in which they are written. Names and
// order must never change, because journals are kept.
//
// Each function destructures the whole fact, so a fact with a new field doesn't compile until the
// field is described here. Readers of the feed don't get fields described by `journal_only`: they
// are derived from API keys, access codes or idempotency keys, or they are about how a buyer pays.

inline constexpr IntegerBounds kAnyFromOne{1, kAnyCount.max};
inline constexpr NumberLimits kTicketNumber{kAnyFromOne, kAnyFromOne};

template <class Fields, Some<domain::RequestMark> Request>
void describe(Fields& fields, Request& request) {
    auto& [key, content] = request;
    fields.journal_only("request_key", key);
    fields.journal_only("request_content", content);
}

template <class Fields, Some<std::optional<domain::RequestMark>> Request>
void describe(Fields& fields, Request& request) {
    if (fields.has("request_key", request)) describe(fields, *request);
}

template <class Fields, Some<domain::EventCreated> Body>
void describe(Fields& fields, Body& body) {
    auto& [spec, created_by, request] = body;
    fields("created_by", created_by);
    fields.all_of(spec);
    describe(fields, request);
}

template <class Fields, Some<domain::EventUpdated> Body>
void describe(Fields& fields, Body& body) {
    auto& [spec, by] = body;
    fields.all_of(spec);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::EventDeleted> Body>
void describe(Fields& fields, Body& body) {
    auto& [by] = body;
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::SaleChanged> Body>
void describe(Fields& fields, Body& body) {
    auto& [action, request, by] = body;
    fields("action", action);
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::MemberAdded> Body>
void describe(Fields& fields, Body& body) {
    auto& [sub, role, request, by] = body;
    fields("sub", sub);
    fields("role", role);
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::MemberRemoved> Body>
void describe(Fields& fields, Body& body) {
    auto& [sub, by] = body;
    fields("sub", sub);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::SeatsAdded> Body>
void describe(Fields& fields, Body& body) {
    auto& [block, request, by] = body;
    fields.all_of(block);
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::CategoryAdded> Body>
void describe(Fields& fields, Body& body) {
    auto& [category, request, by] = body;
    describe(fields, category);
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::CategoryChanged> Body>
void describe(Fields& fields, Body& body) {
    auto& [category, by] = body;
    describe(fields, category);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::AllocationAdded> Body>
void describe(Fields& fields, Body& body) {
    auto& [allocation, request, by] = body;
    fields.all_of(allocation);
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::AllocationChanged> Body>
void describe(Fields& fields, Body& body) {
    auto& [name, change, by] = body;
    fields("name", name);
    fields.all_of(change);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::AllocationEnded> Body>
void describe(Fields& fields, Body& body) {
    auto& [name, by] = body;
    fields("name", name);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::ReservationHeld> Body>
void describe(Fields& fields, Body& body) {
    auto& [reservation, user, seats, total_amount, expires_at, request, unit_prices, items, allocation] =
        body;
    fields("reservation_id", reservation);
    fields("user_id", user);
    fields("seat_ids", seats);
    fields("total_amount", total_amount);
    fields("expires_at", expires_at);
    describe(fields, request);
    fields.unless_empty("unit_prices", unit_prices);
    fields.unless_empty("items", items);
    fields.unless_empty("allocation", allocation);
}

template <class Body>
concept NamesReservationAlone =
    Some<Body, domain::ReservationConfirmed> || Some<Body, domain::ReservationCancelled> ||
    Some<Body, domain::ReservationExpired> || Some<Body, domain::ReservationRestored>;

template <class Fields, NamesReservationAlone Body>
void describe(Fields& fields, Body& body) {
    auto& [reservation] = body;
    fields("reservation_id", reservation);
}

template <class Fields, Some<domain::ReservationExtended> Body>
void describe(Fields& fields, Body& body) {
    auto& [reservation, expires_at, request] = body;
    fields("reservation_id", reservation);
    fields("expires_at", expires_at);
    describe(fields, request);
}

template <class Fields, Some<domain::ReservationChanged> Body>
void describe(Fields& fields, Body& body) {
    auto& [reservation, added_seats, unit_prices, removed_seats, added_items, removed_items, total_amount, request] =
        body;
    fields("reservation_id", reservation);
    fields("added_seat_ids", added_seats);
    fields.unless_empty("unit_prices", unit_prices);
    fields("removed_seat_ids", removed_seats);
    fields.unless_empty("added_items", added_items);
    fields.unless_empty("removed_items", removed_items);
    fields("total_amount", total_amount);
    describe(fields, request);
}

template <class Fields, Some<domain::OrderPlaced> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, reservation, lines, amount, request] = body;
    fields("order_id", order);
    fields("reservation_id", reservation);
    fields("lines", lines);
    fields("amount", amount);
    describe(fields, request);
}

template <class Fields, Some<domain::PaymentIntended> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, payment, method, provider, token, return_url, pinned_until, request, by] = body;
    fields("order_id", order);
    fields("payment_id", payment);
    fields("method", method);
    fields.unless_empty("provider", provider);
    fields.journal_only_unless_empty("token", token);
    fields.journal_only_unless_empty("return_url", return_url);
    fields("pinned_until", pinned_until);
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::PaymentPending> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, payment, reference, redirect_url] = body;
    fields("order_id", order);
    fields("payment_id", payment);
    fields.unless_empty("reference", reference);
    fields.journal_only_unless_empty("redirect_url", redirect_url);
}

template <class Fields, Some<domain::PaymentSucceeded> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, payment, reference, by] = body;
    fields("order_id", order);
    fields("payment_id", payment);
    fields.unless_empty("reference", reference);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::PaymentDeclined> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, payment, code, by] = body;
    fields("order_id", order);
    fields("payment_id", payment);
    fields.unless_empty("code", code);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::PaymentDisputed> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, payment, is_disputed, signed_at] = body;
    fields("order_id", order);
    fields("payment_id", payment);
    fields("is_disputed", is_disputed);
    fields("signed_at", signed_at);
}

template <class Fields, Some<domain::RefundIntended> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, refund, payment, reason, amount, seats, items, returns_to_sale, by, request, tickets] =
        body;
    fields("order_id", order);
    fields("refund_id", refund);
    fields("payment_id", payment);
    fields("reason", reason);
    fields("amount", amount);
    fields.unless_empty("seat_ids", seats);
    fields.unless_empty("items", items);
    fields("returns_to_sale", returns_to_sale);
    fields.unless_empty("by", by);
    fields.unless_empty("ticket_numbers", tickets);
    describe(fields, request);
}

template <class Fields, Some<domain::RefundSucceeded> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, refund, reference, by] = body;
    fields("order_id", order);
    fields("refund_id", refund);
    fields.unless_empty("reference", reference);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::RefundFailed> Body>
void describe(Fields& fields, Body& body) {
    auto& [order, refund, code, by] = body;
    fields("order_id", order);
    fields("refund_id", refund);
    fields.unless_empty("code", code);
    fields.unless_empty("by", by);
}

template <class Fields, Some<domain::EventCancelled> Body>
void describe(Fields& fields, Body& body) {
    auto& [request, by] = body;
    fields.unless_empty("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::TicketId> Ticket>
void describe(Fields& fields, Ticket& ticket) {
    auto& [reservation, number] = ticket;
    fields("reservation_id", reservation);
    fields("ticket_number", number, kTicketNumber);
}

template <class Fields, Some<domain::TicketScan> Scan>
void describe(Fields& fields, Scan& scan) {
    auto& [id, at, gate] = scan;
    fields("scan_id", id);
    fields("scanned_at", at);
    fields.unless_empty("gate", gate);
}

template <class Fields, Some<domain::TicketScanned> Body>
void describe(Fields& fields, Body& body) {
    auto& [ticket, scan, by, is_late] = body;
    describe(fields, ticket);
    describe(fields, scan);
    fields("by", by);
    fields.flag("late", is_late);
}

template <class Fields, Some<domain::TicketReinstated> Body>
void describe(Fields& fields, Body& body) {
    auto& [ticket, by, request] = body;
    describe(fields, ticket);
    fields("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::TicketReissued> Body>
void describe(Fields& fields, Body& body) {
    auto& [ticket, issue, holder, by, request] = body;
    describe(fields, ticket);
    fields("issue", issue, kTicketNumber);
    fields.unless_empty("holder", holder);
    fields("by", by);
    describe(fields, request);
}

template <class Fields, Some<domain::ApiKeyCreated> Body>
void describe(Fields& fields, Body& body) {
    auto& [key, name, role, prefix, digest, created_by, account, request] = body;
    fields("api_key_id", key);
    fields("name", name);
    fields("role", role);
    fields("prefix", prefix);
    fields.journal_only("digest", digest);
    fields("created_by", created_by);
    fields.unless_empty("account", account);
    describe(fields, request);
}

template <class Fields, Some<domain::ApiKeyRevoked> Body>
void describe(Fields& fields, Body& body) {
    auto& [key, revoked_by] = body;
    fields("api_key_id", key);
    fields("revoked_by", revoked_by);
}

template <class Fields, Some<domain::ApiKeyMoved> Body>
void describe(Fields& fields, Body& body) {
    auto& [key, account, moved_by] = body;
    fields("api_key_id", key);
    fields("account", account);
    fields("moved_by", moved_by);
}

template <class Fields, Some<domain::FormatRaised> Body>
void describe(Fields& fields, Body& body) {
    auto& [format] = body;
    fields("format", format);
}

template <class Kind>
struct Named {
    std::string_view name;
};

inline constexpr std::tuple kKindsOfFacts{
    Named<domain::EventCreated>{"EventCreated"},
    Named<domain::EventUpdated>{"EventUpdated"},
    Named<domain::EventDeleted>{"EventDeleted"},
    Named<domain::SeatsAdded>{"SeatsAdded"},
    Named<domain::ReservationHeld>{"ReservationHeld"},
    Named<domain::ReservationConfirmed>{"ReservationConfirmed"},
    Named<domain::ReservationCancelled>{"ReservationCancelled"},
    Named<domain::ReservationExpired>{"ReservationExpired"},
    Named<domain::ReservationExtended>{"ReservationExtended"},
    Named<domain::ApiKeyCreated>{"ApiKeyCreated"},
    Named<domain::ApiKeyRevoked>{"ApiKeyRevoked"},
    Named<domain::FormatRaised>{"FormatRaised"},
    Named<domain::SaleChanged>{"SaleChanged"},
    Named<domain::ApiKeyMoved>{"ApiKeyMoved"},
    Named<domain::MemberAdded>{"MemberAdded"},
    Named<domain::MemberRemoved>{"MemberRemoved"},
    Named<domain::CategoryAdded>{"CategoryAdded"},
    Named<domain::CategoryChanged>{"CategoryChanged"},
    Named<domain::ReservationChanged>{"ReservationChanged"},
    Named<domain::AllocationAdded>{"AllocationAdded"},
    Named<domain::AllocationChanged>{"AllocationChanged"},
    Named<domain::AllocationEnded>{"AllocationEnded"},
    Named<domain::ReservationRestored>{"ReservationRestored"},
    Named<domain::OrderPlaced>{"OrderPlaced"},
    Named<domain::PaymentIntended>{"PaymentIntended"},
    Named<domain::PaymentPending>{"PaymentPending"},
    Named<domain::PaymentSucceeded>{"PaymentSucceeded"},
    Named<domain::PaymentDeclined>{"PaymentDeclined"},
    Named<domain::PaymentDisputed>{"PaymentDisputed"},
    Named<domain::RefundIntended>{"RefundIntended"},
    Named<domain::RefundSucceeded>{"RefundSucceeded"},
    Named<domain::RefundFailed>{"RefundFailed"},
    Named<domain::EventCancelled>{"EventCancelled"},
    Named<domain::TicketScanned>{"TicketScanned"},
    Named<domain::TicketReinstated>{"TicketReinstated"},
    Named<domain::TicketReissued>{"TicketReissued"},
};

template <class... Kinds>
constexpr bool are_all_kinds(const std::tuple<Named<Kinds>...>&) {
    return std::is_same_v<std::variant<Kinds...>, domain::FactBody>;
}
static_assert(are_all_kinds(kKindsOfFacts), "the kinds of the variant, in its order");

inline constexpr auto kNamesOfFacts =
    std::apply([](const auto&... kind) { return std::array{kind.name...}; }, kKindsOfFacts);
static_assert(
    [] {
        for (std::size_t i = 0; i < kNamesOfFacts.size(); ++i)
            for (std::size_t other = 0; other < i; ++other)
                if (kNamesOfFacts[i] == kNamesOfFacts[other]) return false;
        return true;
    }(),
    "each has a name of its own"
);

/// Makes `body` a fact of the kind with this name and has `fields` read it. Returns false if there
/// is no such kind.
template <class Fields>
bool read_kind(std::string_view name, Fields& fields, domain::FactBody& body) {
    const auto read_if = [&]<class Kind>(const Named<Kind>& kind) {
        if (kind.name != name) return false;
        describe(fields, body.emplace<Kind>());
        return true;
    };
    return std::apply([&](const auto&... kind) { return (read_if(kind) || ...); }, kKindsOfFacts);
}

}  // namespace frontrow::wire
