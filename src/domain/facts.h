#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "domain/allocation.h"
#include "domain/api_key.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/member.h"
#include "domain/order.h"
#include "domain/seat.h"
#include "domain/ticket.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::domain {

// A fact records a change that has happened. Its name is in the past tense, and it contains all
// that `evolve` needs. wire/fact_json.h defines the written form.
//
// `by` is the account that caused the fact (domain/acts.h). Nothing is decided by it. It is empty
// in facts of versions that didn't record it.

struct EventCreated {
    EventSpec spec;
    std::string created_by;
    std::optional<RequestMark> request{};

    friend bool operator==(const EventCreated&, const EventCreated&) = default;
};

struct EventUpdated {
    EventSpec spec;
    std::string by{};

    friend bool operator==(const EventUpdated&, const EventUpdated&) = default;
};

struct EventDeleted {
    std::string by{};

    friend bool operator==(const EventDeleted&, const EventDeleted&) = default;
};

struct SeatsAdded {
    /// Never null in a fact that `decide` made or a parser returned.
    std::shared_ptr<const SeatBlock> block;
    std::optional<RequestMark> request{};
    std::string by{};

    friend bool operator==(const SeatsAdded& a, const SeatsAdded& b) {
        return *a.block == *b.block && a.request == b.request && a.by == b.by;
    }
};

struct SaleChanged {
    SaleAction action{};
    std::optional<RequestMark> request{};
    std::string by{};

    friend bool operator==(const SaleChanged&, const SaleChanged&) = default;
};

struct CategoryAdded {
    Category category;
    std::optional<RequestMark> request{};
    std::string by{};

    friend bool operator==(const CategoryAdded&, const CategoryAdded&) = default;
};

/// From this fact on the category with this name has this price and this total.
struct CategoryChanged {
    Category category;
    std::string by{};

    friend bool operator==(const CategoryChanged&, const CategoryChanged&) = default;
};

struct AllocationAdded {
    Allocation allocation;
    std::optional<RequestMark> request{};
    std::string by{};

    friend bool operator==(const AllocationAdded&, const AllocationAdded&) = default;
};

struct AllocationChanged {
    std::string name;
    AllocationChange change;
    std::string by{};

    friend bool operator==(const AllocationChanged&, const AllocationChanged&) = default;
};

/// The organiser ended the allocation, or its `until` has come. What it still held back is on
/// general sale.
struct AllocationEnded {
    std::string name;
    /// Empty if its `until` had come.
    std::string by{};

    friend bool operator==(const AllocationEnded&, const AllocationEnded&) = default;
};

struct ReservationHeld {
    ReservationId reservation;
    std::string user;
    SeatIds seats;
    Amount total_amount = 0;
    Instant expires_at;
    RequestMark request;
    /// The seats' prices when they were held. A refund of some of the seats uses these, even if the
    /// seats cost something else today. Older facts have none; at that time, a seat's price could
    /// not change.
    UnitPrices unit_prices;
    Items items{};
    /// The name of the allocation that gave some of the tickets; empty if none did.
    std::string allocation{};

    friend bool operator==(const ReservationHeld&, const ReservationHeld&) = default;
};

struct ReservationConfirmed {
    ReservationId reservation;

    friend bool operator==(const ReservationConfirmed&, const ReservationConfirmed&) = default;
};

struct ReservationCancelled {
    ReservationId reservation;

    friend bool operator==(const ReservationCancelled&, const ReservationCancelled&) = default;
};

struct ReservationExpired {
    ReservationId reservation;

    friend bool operator==(const ReservationExpired&, const ReservationExpired&) = default;
};

struct ReservationExtended {
    ReservationId reservation;
    Instant expires_at;
    std::optional<RequestMark> request{};

    friend bool operator==(const ReservationExtended&, const ReservationExtended&) = default;
};

/// From this fact on the reservation has these seats and units more and less.
struct ReservationChanged {
    ReservationId reservation;
    SeatIds added_seats;
    /// The prices of the added seats.
    UnitPrices unit_prices;
    SeatIds removed_seats;
    Items added_items;
    /// With the prices at which they were claimed.
    Items removed_items;
    /// Of the reservation as it is now.
    Amount total_amount = 0;
    std::optional<RequestMark> request{};

    friend bool operator==(const ReservationChanged&, const ReservationChanged&) = default;
};

/// A payment succeeded after the hold had ended, and the same seats and units were still free: the
/// reservation has them again, and is confirmed.
struct ReservationRestored {
    ReservationId reservation;

    friend bool operator==(const ReservationRestored&, const ReservationRestored&) = default;
};

/// The buyer wants to pay for what a reservation holds. The prices are fixed from here on.
struct OrderPlaced {
    OrderId order;
    ReservationId reservation;
    OrderLines lines;
    Amount amount = 0;
    RequestMark request;

    friend bool operator==(const OrderPlaced&, const OrderPlaced&) = default;
};

/// An attempt to pay began. Durable before a provider is asked, with all that is needed to ask it.
/// The hold ends at `pinned_until`, if it would have ended sooner.
struct PaymentIntended {
    OrderId order;
    PaymentId payment;
    PaymentMethod method = PaymentMethod::provider;
    std::string provider;
    std::string token;
    std::string return_url;
    Instant pinned_until;
    std::optional<RequestMark> request{};
    /// Who took the money at the box office; empty if the buyer pays.
    std::string by{};

    friend bool operator==(const PaymentIntended&, const PaymentIntended&) = default;
};

/// The provider knows of the attempt, and hasn't decided yet.
struct PaymentPending {
    OrderId order;
    PaymentId payment;
    std::string reference;
    std::string redirect_url;

    friend bool operator==(const PaymentPending&, const PaymentPending&) = default;
};

struct PaymentSucceeded {
    OrderId order;
    PaymentId payment;
    std::string reference;
    /// The admin who has settled it by hand. Empty if the provider has said so.
    std::string by{};

    friend bool operator==(const PaymentSucceeded&, const PaymentSucceeded&) = default;
};

struct PaymentDeclined {
    OrderId order;
    PaymentId payment;
    std::string code;
    /// As in PaymentSucceeded.
    std::string by{};

    friend bool operator==(const PaymentDeclined&, const PaymentDeclined&) = default;
};

/// The buyer disputes the payment, or no longer does.
struct PaymentDisputed {
    OrderId order;
    PaymentId payment;
    bool is_disputed = true;
    /// When the provider signed the notice that said so, by its own clock. Nothing if the provider
    /// was asked. Older facts have none.
    std::optional<Instant> signed_at{};

    friend bool operator==(const PaymentDisputed&, const PaymentDisputed&) = default;
};

/// Money shall go back. Durable before the provider is asked.
struct RefundIntended {
    OrderId order;
    RefundId refund;
    PaymentId payment;
    RefundReason reason = RefundReason::requested;
    Amount amount = 0;
    SeatIds seats;
    Items items;
    bool returns_to_sale = false;
    std::string by;
    std::optional<RequestMark> request{};
    /// The numbers of the tickets for these seats and units, rising. Empty in facts of programs
    /// that didn't choose among units.
    TicketNumbers tickets{};

    friend bool operator==(const RefundIntended&, const RefundIntended&) = default;
};

/// The money has gone back, even if the refund had failed before. If seats or units return to sale,
/// and haven't done so before, a ReservationChanged or a ReservationCancelled follows.
struct RefundSucceeded {
    OrderId order;
    RefundId refund;
    std::string reference;
    /// As in PaymentSucceeded.
    std::string by{};

    friend bool operator==(const RefundSucceeded&, const RefundSucceeded&) = default;
};

/// The money is ours. If the refund had succeeded before, the money has come back, and what has
/// returned to sale stays there.
struct RefundFailed {
    OrderId order;
    RefundId refund;
    std::string code;
    /// As in PaymentSucceeded.
    std::string by{};

    friend bool operator==(const RefundFailed&, const RefundFailed&) = default;
};

/// The event won't take place: its sale is over, and all its orders are to be refunded. If it is
/// cancelled already, refunds that have failed since are to be started again.
struct EventCancelled {
    std::optional<RequestMark> request{};
    std::string by{};

    friend bool operator==(const EventCancelled&, const EventCancelled&) = default;
};

/// A gate let the ticket's holder in. It may be told long after `scan.at`, by a gate that had no
/// network; then an earlier scan may be known already, or come later.
struct TicketScanned {
    TicketId ticket;
    TicketScan scan;
    std::string by;
    /// The ticket had been refunded or issued again when a gate without a network told the scan. It
    /// doesn't make the ticket a used one.
    bool is_late = false;

    friend bool operator==(const TicketScanned&, const TicketScanned&) = default;
};

/// The ticket counts as unused again: an organiser took back all its scans up to now.
struct TicketReinstated {
    TicketId ticket;
    std::string by;
    std::optional<RequestMark> request{};

    friend bool operator==(const TicketReinstated&, const TicketReinstated&) = default;
};

/// From this fact on only codes of this issue are good, and this account has the ticket.
struct TicketReissued {
    TicketId ticket;
    std::uint32_t issue = 0;
    /// Empty if it is the reservation's own account.
    std::string holder;
    std::string by;
    std::optional<RequestMark> request{};

    friend bool operator==(const TicketReissued&, const TicketReissued&) = default;
};

struct ApiKeyCreated {
    ApiKeyId key;
    std::string name;
    Role role = Role::user;
    std::string prefix;
    ApiKeyDigest digest{};
    std::string created_by;
    /// Empty for the key's default account.
    std::string account;
    std::optional<RequestMark> request{};

    friend bool operator==(const ApiKeyCreated&, const ApiKeyCreated&) = default;
};

struct ApiKeyRevoked {
    ApiKeyId key;
    std::string revoked_by;

    friend bool operator==(const ApiKeyRevoked&, const ApiKeyRevoked&) = default;
};

/// From this fact on the key acts for this account.
struct ApiKeyMoved {
    ApiKeyId key;
    std::string account;
    std::string moved_by;

    friend bool operator==(const ApiKeyMoved&, const ApiKeyMoved&) = default;
};

/// A new member of the event, or a new role for a member.
struct MemberAdded {
    std::string sub;
    MemberRole role{};
    std::optional<RequestMark> request{};
    std::string by{};

    friend bool operator==(const MemberAdded&, const MemberAdded&) = default;
};

struct MemberRemoved {
    std::string sub;
    std::string by{};

    friend bool operator==(const MemberRemoved&, const MemberRemoved&) = default;
};

/// After this fact, the journal may contain the kinds and fields of facts that this format
/// introduced.
struct FormatRaised {
    std::uint32_t format = 0;

    friend bool operator==(const FormatRaised&, const FormatRaised&) = default;
};

/// The newest format of facts. Formats let programs of two versions write one journal in turn.
/// Format 0 has everything in this file that no later format adds. Format 1 adds FormatRaised,
/// SaleChanged, ApiKeyMoved, MemberAdded, MemberRemoved, `sales_end_at` in an event's terms, the
/// `account` of ApiKeyCreated, and the `request` of all facts except ReservationHeld. Format 2 adds
/// CategoryAdded, CategoryChanged, ReservationChanged, AllocationAdded, AllocationChanged,
/// AllocationEnded, ReservationRestored, OrderPlaced, EventCancelled, all facts about payments and
/// refunds and tickets, the `items` and the `allocation` of ReservationHeld, the `label` and the
/// flags of a seat, and `stage`, `focal_point`, `best_seats`, `gates` and `asks` in an event's
/// terms.
inline constexpr std::uint32_t kNewestFormat = 2;

using FactBody = std::variant<
    EventCreated,
    EventUpdated,
    EventDeleted,
    SeatsAdded,
    ReservationHeld,
    ReservationConfirmed,
    ReservationCancelled,
    ReservationExpired,
    ReservationExtended,
    ApiKeyCreated,
    ApiKeyRevoked,
    FormatRaised,
    SaleChanged,
    ApiKeyMoved,
    MemberAdded,
    MemberRemoved,
    CategoryAdded,
    CategoryChanged,
    ReservationChanged,
    AllocationAdded,
    AllocationChanged,
    AllocationEnded,
    ReservationRestored,
    OrderPlaced,
    PaymentIntended,
    PaymentPending,
    PaymentSucceeded,
    PaymentDeclined,
    PaymentDisputed,
    RefundIntended,
    RefundSucceeded,
    RefundFailed,
    EventCancelled,
    TicketScanned,
    TicketReinstated,
    TicketReissued>;

/// A fact with its position: `seq` starts at 1 and rises by one without gaps, `at` never decreases.
struct Fact {
    /// The position among all facts. A fact depends only on facts before it.
    std::uint64_t seq = 0;
    /// When it was decided.
    Instant at;
    TraceId trace;
    /// Nil if the fact isn't about an event.
    EventId event;
    FactBody body;

    friend bool operator==(const Fact&, const Fact&) = default;
};

}  // namespace frontrow::domain
