#pragma once

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "domain/allocation.h"
#include "domain/category.h"
#include "domain/commands.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/order.h"
#include "domain/role.h"
#include "domain/seat.h"
#include "wire/contact.h"
#include "wire/parse_error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// Request bodies. Each function parses a body and returns either a request within all bounds, or
// every error in it. Unknown fields are ignored.

inline constexpr std::size_t kBulkSeatsMax = 100'000;
inline constexpr std::size_t kIdempotencyKeyMax = 255;

struct ReservationRequest {
    EventId event;
    domain::SeatIds seats;
    std::optional<std::chrono::seconds> hold;
    /// The key in the body. The header may give it instead.
    std::optional<std::string> idempotency_key;
    /// Names each category once.
    domain::WantedItems items{};
    /// At least one of the seats, the items and this is present. If this is, no seats are.
    std::optional<domain::BestWish> best{};
    bool wants_alternatives = false;
    std::optional<std::string> access_code{};

    friend bool operator==(const ReservationRequest&, const ReservationRequest&) = default;
};

/// Seats and units of categories. No two items have the same category.
struct ClaimRequest {
    domain::SeatIds seats;
    domain::WantedItems items;

    bool is_empty() const { return seats.empty() && items.empty(); }
};

/// What to add to a reservation and what to give back. Not both are empty.
struct ChangeRequest {
    ClaimRequest add;
    ClaimRequest remove;
};

struct BulkSeatsRequest {
    std::vector<domain::SeatSpec> seats;
    /// Only check the seats; don't add them.
    bool dry_run = false;
    std::vector<domain::HeldBackSeats> held_back{};
};

/// `hold`: the default if the body gives none. `kept`: a currency that the body may name although
/// ISO 4217 doesn't list it today.
Result<domain::EventSpec, ParseError> parse_event_request(
    std::string_view body,
    std::chrono::seconds hold = domain::EventSpec{}.hold,
    std::optional<Currency> kept = {}
);
Result<domain::SeatSpec, ParseError> parse_seat_request(std::string_view body);
/// Accepts both forms: {prefix, count, price} and {seats: […]}.
Result<BulkSeatsRequest, ParseError> parse_bulk_seats_request(std::string_view body);
Result<ReservationRequest, ParseError> parse_reservation_request(std::string_view body);
Result<ChangeRequest, ParseError> parse_change_request(std::string_view body);

struct ExtensionRequest {
    std::chrono::seconds by{0};
};

struct ApiKeyRequest {
    std::string name;
    domain::Role role = domain::Role::user;
    /// Empty if the request names none.
    std::string account;
};

/// The new account of an existing API key.
struct AccountRequest {
    std::string account;
};

struct MemberRequest {
    std::string sub;
    domain::MemberRole role{};
};

/// The new price and total of an existing category.
struct CategoryTerms {
    Amount price = 0;
    std::uint32_t total_stock = 0;
};

/// The codes themselves, each once. The domain gets their digests only.
using AccessCodeTexts = std::vector<std::string>;

struct AllocationRequest {
    /// Without codes.
    domain::Allocation allocation;
    AccessCodeTexts access_codes;
};

struct AllocationChangeRequest {
    /// Without codes.
    domain::AllocationChange change;
    std::optional<AccessCodeTexts> access_codes;
};

Result<AllocationRequest, ParseError> parse_allocation_request(std::string_view body);
Result<AllocationChangeRequest, ParseError> parse_allocation_change_request(std::string_view body);

struct OrderRequest {
    ReservationId reservation;
    Contact contact;
    bool accepts_terms = false;
};

struct ConfirmRequest {
    bool accepts_terms = false;
};

/// Exactly one of both is present.
struct PaymentRequest {
    std::string token;
    std::string return_url;
};

/// What is given back. If it names nothing, what domain::RefundOrder says.
struct RefundRequest {
    ClaimRequest claim;
    bool returns_to_sale = false;
    bool despite_dispute = false;
    std::vector<domain::TicketId> tickets{};
};

/// How a payment or a refund has ended that the provider doesn't settle. Exactly one of both ids is
/// present.
struct SettlementRequest {
    std::optional<PaymentId> payment;
    std::optional<RefundId> refund;
    /// Whether the money was moved.
    bool is_done = false;
};

/// A sale at the box office. It claims something as a reservation does.
struct BoxOfficeRequest {
    /// Without the event, which the path names.
    ReservationRequest claim;
    domain::PaymentMethod method = domain::PaymentMethod::cash;
    Contact contact;
};

Result<OrderRequest, ParseError> parse_order_request(std::string_view body);
/// An absent body is the same as `{}`.
Result<ConfirmRequest, ParseError> parse_confirm_request(std::string_view body);
Result<PaymentRequest, ParseError> parse_payment_request(std::string_view body);
/// An absent body asks for everything, like `{}`.
Result<RefundRequest, ParseError> parse_refund_request(std::string_view body);
Result<SettlementRequest, ParseError> parse_settlement_request(std::string_view body);
Result<BoxOfficeRequest, ParseError> parse_box_office_request(std::string_view body);

/// Parses a request that is a plain list of fields. requests.cc describes each request's fields.
template <class Request>
Result<Request, ParseError> parse_request(std::string_view body);

// The content of a request as bytes, without its idempotency key. Requests with equal bytes are the
// same request, however their JSON is spelled.

/// A reservation's seats and items make the same bytes in any order. A wish for the best seats
/// counts, and not which seats are chosen.
std::string canonical(
    EventId event,
    domain::SeatIds seats,
    std::optional<std::chrono::seconds> hold,
    domain::WantedItems items = {},
    const std::optional<domain::BestWish>& best = {},
    const std::optional<std::string>& access_code = {}
);
/// Likewise.
std::string canonical(const ChangeRequest& request);
std::string canonical(const RefundRequest& request);
std::string canonical(EventId event, const BoxOfficeRequest& request);
std::string canonical(const OrderRequest& request);
std::string canonical(const PaymentRequest& request);
std::string canonical(const domain::EventSpec& spec);
std::string canonical(const std::vector<domain::SeatSpec>& seats);
/// The codes are there by their digests.
std::string canonical(const domain::Allocation& allocation);
template <class Request>
std::string canonical(const Request& request);

// The checks that values in a JSON body undergo, for values that come from elsewhere.

std::optional<FieldError> check_idempotency_key(std::string_view key);
/// These return the name in the form in which it is stored.
Result<std::string, FieldError> accept_event_name(std::string name);
Result<std::string, FieldError> accept_category_name(std::string name);
Result<std::string, FieldError> accept_allocation_name(std::string name);
std::optional<FieldError> check_sub(std::string_view sub);

}  // namespace frontrow::wire
