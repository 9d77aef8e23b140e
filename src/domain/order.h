#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "domain/category.h"
#include "domain/idempotency.h"
#include "domain/seat.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// What a line of an order charges for. Fees and taxes can become kinds of their own.
enum class LineKind : std::uint8_t { seat, category };

constexpr std::string_view name_of(LineKind kind) {
    switch (kind) {
        case LineKind::seat:
            return "seat";
        case LineKind::category:
            return "category";
    }
}
constexpr std::array<LineKind, 2> choices(LineKind) {
    return {LineKind::seat, LineKind::category};
}

struct OrderLine {
    LineKind kind = LineKind::seat;
    /// Nil unless the line is about a seat.
    SeatId seat;
    /// Empty unless the line is about units of a category.
    std::string category;
    std::uint32_t quantity = 1;
    /// Zero for what the box office gives away, whatever the seat or category costs.
    Amount unit_price = 0;
    Amount amount = 0;

    friend bool operator==(const OrderLine&, const OrderLine&) = default;
};
using OrderLines = std::vector<OrderLine>;
/// Each seat and unit of an order has a ticket. They are numbered line by line and unit by unit,
/// from 1 on.
using TicketNumbers = std::vector<std::uint32_t>;

/// Where the money of a payment is taken: by the payment provider that the settings name, at the
/// box office, or nowhere, because the order costs nothing.
enum class PaymentMethod : std::uint8_t { provider, cash, terminal, invoice, free };

constexpr std::string_view name_of(PaymentMethod method) {
    switch (method) {
        case PaymentMethod::provider:
            return "provider";
        case PaymentMethod::cash:
            return "cash";
        case PaymentMethod::terminal:
            return "terminal";
        case PaymentMethod::invoice:
            return "invoice";
        case PaymentMethod::free:
            return "free";
    }
}
constexpr std::array<PaymentMethod, 5> choices(PaymentMethod) {
    return {
        PaymentMethod::provider,
        PaymentMethod::cash,
        PaymentMethod::terminal,
        PaymentMethod::invoice,
        PaymentMethod::free
    };
}

enum class PaymentStatus : std::uint8_t {
    /// The provider is being asked, or hasn't decided yet.
    open,
    succeeded,
    declined,
};

/// One attempt to take the money of an order. Its id is the key under which the provider is asked,
/// so asking again charges nobody twice.
struct Payment {
    PaymentId id;
    PaymentStatus status = PaymentStatus::open;
    PaymentMethod method = PaymentMethod::provider;
    /// The name of the provider that was asked first and is asked to the end; empty unless the
    /// method is `provider`.
    std::string provider;
    /// What the provider calls the buyer's means of payment; empty if the buyer enters it on the
    /// provider's own page. It is no card number.
    std::string token;
    /// Where the provider's page sends the buyer back to; empty with a token.
    std::string return_url;
    Instant started_at;
    /// When the hold ends, which this attempt may have put off.
    Instant pinned_until;
    std::optional<Instant> settled_at;
    /// The provider's own id of the payment; empty until it has named one.
    std::string reference;
    /// The provider's page, on which the buyer pays; empty if there is none.
    std::string redirect_url;
    /// The provider's reason, if it has declined.
    std::string decline_code;
    /// The buyer has told their bank that they didn't order this.
    bool is_disputed = false;
    /// Nothing at the box office, where the order's key stands for the payment, too.
    std::optional<RequestMark> request;
    /// When `is_disputed` last changed.
    std::optional<Instant> dispute_changed_at{};
    /// When the provider signed the notice by which it changed, if it was one.
    std::optional<Instant> dispute_signed_at{};
    /// How often the provider has named a reference or a page while it was open.
    std::uint32_t times_pending = 0;

    friend bool operator==(const Payment&, const Payment&) = default;
};

enum class RefundStatus : std::uint8_t {
    open,
    succeeded,
    /// The provider has refused it for good, or the money has come back. It is ours.
    failed,
};

enum class RefundReason : std::uint8_t {
    /// An organiser asked for it.
    requested,
    /// The payment succeeded after the hold had ended and somebody else had the seats, or after the
    /// buyer had changed, cancelled or confirmed the reservation without it.
    too_late,
    /// Another payment of the same order had succeeded before.
    paid_twice,
    event_cancelled,
};

constexpr std::string_view name_of(RefundReason reason) {
    switch (reason) {
        case RefundReason::requested:
            return "requested";
        case RefundReason::too_late:
            return "too_late";
        case RefundReason::paid_twice:
            return "paid_twice";
        case RefundReason::event_cancelled:
            return "event_cancelled";
    }
}
constexpr std::array<RefundReason, 4> choices(RefundReason) {
    return {
        RefundReason::requested,
        RefundReason::too_late,
        RefundReason::paid_twice,
        RefundReason::event_cancelled
    };
}

/// Money that goes back to the buyer. Its id is the key under which the provider is asked.
struct Refund {
    RefundId id;
    /// The payment whose money goes back.
    PaymentId payment;
    RefundStatus status = RefundStatus::open;
    RefundReason reason = RefundReason::requested;
    Amount amount = 0;
    /// What is no longer the buyer's. Empty if they never got it.
    SeatIds seats;
    Items items;
    /// The seats and units are on sale again once the refund has succeeded.
    bool returns_to_sale = false;
    /// Empty unless an organiser asked for it.
    std::string by;
    Instant started_at;
    std::optional<Instant> settled_at;
    std::string reference;
    std::string failure_code;
    std::optional<RequestMark> request;
    /// The refund has failed after it had succeeded. What returned to sale then stays there. The
    /// provider can't say any more that it has succeeded: such a word would be an old one.
    bool came_back = false;
    /// A person has said that it succeeded. The provider's word doesn't undo that.
    bool is_by_hand = false;
    /// The tickets of the seats and items, as in RefundIntended.
    TicketNumbers tickets{};

    friend bool operator==(const Refund&, const Refund&) = default;
};

/// What is bought for one reservation, at a fixed price, and what became of the money.
struct Order {
    OrderId id;
    ReservationId reservation;
    EventId event;
    std::string user;
    OrderLines lines;
    Amount amount = 0;
    Currency currency;
    Instant created_at;
    RequestMark request;
    /// When its reservation ended, was changed or was confirmed without this order, before any
    /// payment succeeded: a closed order takes no new payment. If the hold ran out, this is its
    /// end, and not when a fact recorded it. Absent again if the reservation is restored.
    std::optional<Instant> closed_at;
    /// In the order of their attempts. At most one is open.
    std::vector<Payment> payments;
    std::vector<Refund> refunds;
    /// When a provider was first asked to charge the buyer for the reservation, perhaps by an
    /// earlier order for it. Limits how long payments may pin the hold.
    std::optional<Instant> first_asked_at;

    friend bool operator==(const Order&, const Order&) = default;
};

/// What the order's owner sees: `paying` while an attempt is open, `paid` once one has succeeded,
/// `refunding` while a refund is open or we have money for which the buyer has nothing, `refunded`
/// when all the money has gone back. If several apply, the last of these is shown. An order is
/// `cancelled` if it closed, or its hold has run out, unpaid and with no attempt open.
enum class OrderStatus : std::uint8_t { created, paying, paid, refunding, refunded, cancelled };

constexpr std::string_view name_of(OrderStatus status) {
    switch (status) {
        case OrderStatus::created:
            return "created";
        case OrderStatus::paying:
            return "paying";
        case OrderStatus::paid:
            return "paid";
        case OrderStatus::refunding:
            return "refunding";
        case OrderStatus::refunded:
            return "refunded";
        case OrderStatus::cancelled:
            return "cancelled";
    }
}
constexpr std::array<OrderStatus, 6> choices(OrderStatus) {
    return {
        OrderStatus::created,
        OrderStatus::paying,
        OrderStatus::paid,
        OrderStatus::refunding,
        OrderStatus::refunded,
        OrderStatus::cancelled
    };
}

/// An order at one instant.
struct OrderView {
    Order order;
    OrderStatus status = OrderStatus::created;

    friend bool operator==(const OrderView&, const OrderView&) = default;
};

/// A buyer may try to pay for an order so often.
inline constexpr std::size_t kPaymentsMax = 5;
/// So often a provider may name another reference or another page of an open payment. The last one
/// of them counts until the payment has a result: it is the buyer's newest try on the page.
inline constexpr std::uint32_t kTimesPendingMax = 16;
/// Payments may move the end of a reservation's hold to this long after the first of them began.
inline constexpr std::chrono::minutes kPinnedMax{10};

/// The money that was taken for the order, and the part that has gone back.
Amount captured(const Order& order);
Amount refunded(const Order& order);
/// Null if no payment is open.
const Payment* open_payment(const Order& order);
bool has_open_refund(const Order& order);
/// Whether nobody asks for this open refund: the buyer disputes the payment, so the bank may give
/// the same money back, and no organizer has said that this is meant, because the dispute began
/// later, or the refund by itself.
bool is_withheld(const Order& order, const Refund& refund);
/// The payment that sold the buyer what they ordered; null if none did.
const Payment* sale_of(const Order& order);
/// True if some payment succeeded, even one that came too late.
bool was_paid(const Order& order);
/// One for each seat and unit.
std::uint32_t ticket_count(const OrderLines& lines);
/// The line of each ticket. Valid as long as `lines`.
std::vector<const OrderLine*> ticket_lines(const OrderLines& lines);
/// For each ticket, whether a refund of it is open or has succeeded, or has put it on sale. A
/// refund whose fact names no tickets has taken the units with the highest numbers, of those that
/// no other refund names.
std::vector<bool> refunded_tickets(const Order& order);

/// What can still be refunded of one payment: tickets with their price, or money alone.
struct Refundable {
    PaymentId payment;
    PaymentMethod method{};
    Amount amount = 0;
    SeatIds seats;
    /// A category with two prices has two entries.
    Items items;
    /// Those of the seats and items, rising.
    TicketNumbers tickets;

    bool has_tickets() const { return !tickets.empty(); }
};
/// All that can still be refunded. First the money for which the buyer has nothing, by payment: its
/// payment sold nothing and its refund has failed, or the money of a refund has come back after the
/// tickets had returned to sale. The tickets that the buyer has come last.
std::vector<Refundable> refundable(const Order& order);
/// What is to be refunded next because the event was cancelled; nothing while a refund is open.
/// Leaves out payments that are disputed, because the buyer might get the money twice, and payments
/// of which such a refund has failed, unless the organiser has asked again since, at `asked_at`.
std::optional<Refundable> next_refund(const Order& order, std::optional<Instant> asked_at);
/// Whether a refund that has failed can have succeeded after all: no other one has given back its
/// money, or has taken the tickets that it would take now.
bool is_still_due(const Order& order, const Refund& refund);
/// The refund's tickets are on sale already.
inline bool has_returned(const Refund& refund) {
    return refund.came_back && refund.returns_to_sale;
}
/// Whether the buyer no longer has the refund's tickets.
inline bool has_taken_tickets(const Refund& refund) {
    return refund.status != RefundStatus::failed || has_returned(refund);
}

/// True if all the money has gone back; for an order that was free, if all of its tickets have.
bool is_wholly_refunded(const Order& order);
/// `closed_at` must be known as of now (Orders::closed_at()).
OrderStatus status_of(const Order& order);

}  // namespace frontrow::domain
