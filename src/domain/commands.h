#pragma once

#include "base/id.h"
#include "domain/allocation.h"
#include "domain/api_key.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/member.h"
#include "domain/order.h"
#include "domain/seat.h"
#include "domain/ticket.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace frontrow::domain {

/// The caller of a command about an event. The event's creator, its members with the role
/// organizer, and all admins may change it.
struct Organizer {
    std::string sub;
    bool is_admin = false;
};

// A command asks for a change. It contains the ids of everything that it creates, so `decide` needs
// no randomness.

struct CreateEvent {
    EventId event;
    Organizer by;
    EventSpec spec;
    std::optional<RequestMark> request{};
};

/// The event versions for which a command is meant. If the event has another version, the command
/// is refused as stale. If absent, the command is meant for every version.
using MeantVersions = std::optional<std::vector<std::uint32_t>>;

/// The same for a reservation, whose state is named by a tag (tag_of() in domain/reservation.h).
using MeantTags = std::optional<std::vector<Bits128>>;

struct UpdateEvent {
    EventId event;
    Organizer by;
    EventSpec spec;
    MeantVersions if_version;
};

struct DeleteEvent {
    EventId event;
    Organizer by;
    MeantVersions if_version;
};

/// Pauses a sale, opens it again, or ends it for good. The sale's start and end times stay as they
/// are.
struct ChangeSale {
    EventId event;
    Organizer by;
    SaleAction action{};
    MeantVersions if_version;
    std::optional<RequestMark> request{};
};

/// Gives a person rights on this event only, or changes a member's role.
struct AddMember {
    EventId event;
    Organizer by;
    std::string sub;
    MemberRole role{};
    std::optional<RequestMark> request{};
};

struct RemoveMember {
    EventId event;
    Organizer by;
    std::string sub;
};

/// Seats of a new block that are held back as soon as they exist, by a new allocation without
/// codes.
struct HeldBackSeats {
    std::string allocation;
    /// Indices into the block's seats.
    std::vector<std::uint32_t> seats;

    friend bool operator==(const HeldBackSeats&, const HeldBackSeats&) = default;
};

struct AddSeats {
    EventId event;
    Organizer by;
    std::shared_ptr<const SeatBlock> block;
    std::optional<RequestMark> request{};
    /// Names each allocation once, and each seat at most once.
    std::vector<HeldBackSeats> held_back{};
};

/// Checks whether AddSeats would be accepted. Changes nothing.
struct CheckSeats {
    EventId event;
    Organizer by;
    std::shared_ptr<const SeatBlock> block;
    std::vector<HeldBackSeats> held_back{};
};

/// Adds a category of general admission to an event.
struct AddCategory {
    EventId event;
    Organizer by;
    Category category;
    std::optional<RequestMark> request{};
};

/// Sets the price and the total of the category with this name.
struct ChangeCategory {
    EventId event;
    Organizer by;
    Category category;
};

/// Seats that the buyer doesn't name, but leaves to us to choose (domain/choose_seats.h).
struct BestWish {
    std::uint32_t quantity = 1;
    /// The name of the section; all sections if absent.
    std::optional<std::string> section{};
    /// No seat may cost more.
    std::optional<Amount> price_max{};
    /// Near this seat, instead of near the event's focal point.
    std::optional<SeatId> near{};
    /// Seats for a person who needs an accessible one, and companions.
    bool accessible = false;
    /// If the seats aren't free together, as few groups as possible.
    bool allow_split = false;

    friend bool operator==(const BestWish&, const BestWish&) = default;
};

/// Holds seats, or units of a category, back from general sale.
struct AddAllocation {
    EventId event;
    Organizer by;
    Allocation allocation;
    std::optional<RequestMark> request{};
};

struct ChangeAllocation {
    EventId event;
    Organizer by;
    std::string name;
    AllocationChange change;
};

/// Puts what the allocation still holds back on general sale.
struct EndAllocation {
    EventId event;
    Organizer by;
    std::string name;
};

/// Claims seats, units of categories, or both: all of them or nothing.
struct ReserveSeats {
    ReservationId reservation;
    EventId event;
    std::string user;
    SeatIds seats;
    /// Names each category once.
    WantedItems items;
    /// At most the event's own hold time. If absent, the event's own applies.
    std::optional<std::chrono::seconds> hold;
    RequestMark request;
    /// If present, `seats` is empty: the decision chooses them.
    std::optional<BestWish> best{};
    /// A refusal because `seats` aren't free shall offer others.
    bool wants_alternatives = false;
    /// The digest of the code that opens an allocation.
    std::optional<Bits128> access_code{};
};

struct ConfirmReservation {
    ReservationId reservation;
    std::string user;
    /// The buyer accepts the event's terms. Ignored if it has none. No fact says so: where there
    /// are terms, nothing is confirmed or ordered unless they are accepted.
    bool accepts_terms = false;
};

struct CancelReservation {
    ReservationId reservation;
    std::string user;
};

struct ExtendReservation {
    ReservationId reservation;
    std::string user;
    std::chrono::seconds by{0};
    std::optional<RequestMark> request{};
};

/// Adds seats and units to a pending reservation and gives others back, in one step: all or
/// nothing. The rest of what it holds stays held throughout. Units of a category are given back
/// from its last entry in the reservation first. What the reservation's allocation holds back is
/// free for it. Each list names a category once; not all lists are empty.
struct ChangeReservation {
    ReservationId reservation;
    std::string user;
    SeatIds add_seats;
    WantedItems add_items;
    SeatIds remove_seats;
    WantedItems remove_items;
    MeantTags if_match;
    std::optional<RequestMark> request{};
};

/// Ends up to `at_most` allocations and holds that have run out, by one fact each. Readers see no
/// difference, because the seats of these count as free already.
struct ExpireHolds {
    std::uint32_t at_most = 0;
};

/// The key itself is generated elsewhere. The command has only its prefix and its digest.
struct CreateApiKey {
    ApiKeyId key;
    std::string name;
    Role role = Role::user;
    std::string prefix;
    ApiKeyDigest digest{};
    std::string by;
    /// Empty for the key's default account.
    std::string account;
    std::optional<RequestMark> request{};
};

struct RevokeApiKey {
    ApiKeyId key;
    std::string by;
};

struct MoveApiKey {
    ApiKeyId key;
    std::string account;
    std::string by;
};

/// Permits facts of this format in the journal, for good: programs that don't know the format can
/// no longer read the journal. Does nothing if the format is permitted already.
struct RaiseFormat {
    std::uint32_t format = 0;
};

/// Fixes the price of what a pending reservation holds.
struct PlaceOrder {
    OrderId order;
    ReservationId reservation;
    std::string user;
    RequestMark request;
    /// As in ConfirmReservation.
    bool accepts_terms = false;
};

/// Begins an attempt to pay. While it is open, the reservation can't be confirmed, cancelled,
/// changed or extended. An order that costs nothing is paid at once.
struct StartPayment {
    PaymentId payment;
    OrderId order;
    std::string user;
    /// The provider that will be asked.
    std::string provider;
    std::string token;
    std::string return_url;
    RequestMark request;
};

/// What a provider says of a payment. It may say it twice, late, or in any order.
enum class PaymentNews : std::uint8_t { pending, succeeded, declined, disputed, undisputed };

struct NotePayment {
    PaymentId payment;
    /// Who says it. Another provider's payments don't exist for it.
    std::string provider{};
    PaymentNews news{};
    std::string reference{};
    std::string redirect_url{};
    /// Why it was declined.
    std::string code{};
    /// With `succeeded`: what was taken. It must be the order's amount.
    Amount amount = 0;
    Currency currency{};
    /// When the provider signed a notice, in whole seconds. Nothing if it was asked just now.
    std::optional<Instant> signed_at{};
    /// The admin who says it in the provider's name; empty if it is the provider's own word.
    std::string by{};
};

/// Gives money back for some seats, tickets and units of a paid order. If none are named: the money
/// for which the buyer has nothing (refundable() in domain/order.h); if there is none, all that is
/// left. A ticket that somebody got in with, or that was given to another account, is no unit: it
/// must be named, unless all that is left goes back. Leaves out disputed payments
/// if there is another one.
struct RefundOrder {
    /// With `event_cancelled`, the decision makes the refund's id itself, and names nothing.
    RefundId refund;
    OrderId order;
    Organizer by;
    SeatIds seats;
    WantedItems items;
    bool returns_to_sale = false;
    /// `requested`, or `event_cancelled` for orders of a cancelled event.
    RefundReason reason = RefundReason::requested;
    std::optional<RequestMark> request{};
    /// Even if the buyer disputes the payment, so that they may get the money twice.
    bool despite_dispute = false;
    /// For seats or units. Those with the highest numbers are taken for `items`.
    std::vector<TicketId> tickets{};

    bool is_whole() const { return seats.empty() && items.empty() && tickets.empty(); }
};

/// What a provider says of a refund. It may say that one has failed which had succeeded.
struct NoteRefund {
    RefundId refund;
    /// Who says it, as in NotePayment.
    std::string provider{};
    bool is_done = false;
    std::string reference{};
    /// Why it failed for good.
    std::string code{};
    /// As in NotePayment.
    std::string by{};
    /// The answer to a question that was asked while the refund was open. If the refund has
    /// succeeded since, the word that it has failed is an old one.
    bool is_answer = false;
};

/// Sells at the box office: holds, orders, takes the money and confirms, in one step.
struct SellAtBoxOffice {
    /// Never null. Out of line, because it would make every Command larger. The reservation belongs
    /// to `by.sub`, whichever user it names. Its request is the order's.
    std::shared_ptr<const ReserveSeats> claim;
    OrderId order;
    PaymentId payment;
    Organizer by;
    PaymentMethod method = PaymentMethod::cash;
};

/// Ends the sale for good. Each order is to be refunded by a RefundOrder. If the event is cancelled
/// already, refunds that have failed are to be started again.
struct CancelEvent {
    EventId event;
    Organizer by;
    std::optional<RequestMark> request{};
};

/// A scan of a code whose signature is good.
struct ScannedCode {
    TicketId ticket;
    /// The event and the issue that the code names.
    EventId event;
    std::uint32_t issue = 0;
    TicketScan scan;
};

/// A gate reports what it scanned, at once or after it was without a network. Accepted even if no
/// code is good: the answer is a verdict for each scan, in order. Members with the role scanner may
/// do this, too.
struct CheckInTickets {
    Organizer by;
    /// The event at whose gate it happened; if absent, each code's own.
    std::optional<EventId> event;
    /// Never null; at most kScansAtOnceMax. A scan whose time is in the future counts as one of
    /// now.
    std::shared_ptr<const std::vector<ScannedCode>> scans;
};

/// Takes back that a ticket was used.
struct ReinstateTicket {
    TicketId ticket;
    Organizer by;
    std::optional<RequestMark> request{};
};

/// Gives a ticket to another account. Its codes become worthless, and a new one can be read.
struct TransferTicket {
    TicketId ticket;
    /// Who has it.
    std::string user;
    std::string to;
    std::optional<RequestMark> request{};
};

/// Makes a ticket's codes worthless, because somebody may have copied them; a new one can be read.
struct ReissueTicket {
    TicketId ticket;
    /// Who has it, or an organiser.
    Organizer by;
    std::optional<RequestMark> request{};
};

using Command = std::variant<
    CreateEvent,
    UpdateEvent,
    DeleteEvent,
    AddSeats,
    ReserveSeats,
    ConfirmReservation,
    CancelReservation,
    ExtendReservation,
    ExpireHolds,
    CreateApiKey,
    RevokeApiKey,
    RaiseFormat,
    ChangeSale,
    MoveApiKey,
    AddMember,
    RemoveMember,
    CheckSeats,
    AddCategory,
    ChangeCategory,
    ChangeReservation,
    AddAllocation,
    ChangeAllocation,
    EndAllocation,
    PlaceOrder,
    StartPayment,
    NotePayment,
    RefundOrder,
    NoteRefund,
    SellAtBoxOffice,
    CancelEvent,
    CheckInTickets,
    ReinstateTicket,
    TransferTicket,
    ReissueTicket>;

}  // namespace frontrow::domain
