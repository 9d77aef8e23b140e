#pragma once

#include "base/id.h"
#include "base/result.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/role.h"
#include "domain/seat.h"
#include "wire/parse_error.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// Request bodies. Each function takes the body's text and returns what was asked for, all of it
// within bounds, or everything that is wrong with it. Unknown fields are ignored, as are those of
// an empty body where nothing is required.

inline constexpr std::size_t kBulkSeatsMax = 100'000;
inline constexpr std::size_t kIdempotencyKeyMax = 255;

struct ReservationRequest {
    EventId event;
    domain::SeatIds seats;
    std::optional<std::chrono::seconds> hold;
    /// The body's; a header may give it instead.
    std::optional<std::string> idempotency_key;

    friend bool operator==(const ReservationRequest&, const ReservationRequest&) = default;
};

struct BulkSeatsRequest {
    std::vector<domain::SeatSpec> seats;
    /// They are to be checked, and not added.
    bool dry_run = false;
};

/// `hold`: where the body doesn't say.
Result<domain::EventSpec, ParseError>
parse_event_request(std::string_view body, std::chrono::seconds hold = domain::EventSpec{}.hold);
Result<domain::SeatSpec, ParseError> parse_seat_request(std::string_view body);
/// Either form: {prefix, count, price} or {seats: […]}.
Result<BulkSeatsRequest, ParseError> parse_bulk_seats_request(std::string_view body);
Result<ReservationRequest, ParseError> parse_reservation_request(std::string_view body);

struct ExtensionRequest {
    std::chrono::seconds by{0};
};

struct ApiKeyRequest {
    std::string name;
    domain::Role role = domain::Role::user;
    /// Empty where none is named.
    std::string account;
};

/// An account for an API key that is there.
struct AccountRequest {
    std::string account;
};

struct MemberRequest {
    std::string sub;
    domain::MemberRole role{};
};

/// Those that are nothing but some fields: each has its list of them in requests.cc.
template <class Request>
Result<Request, ParseError> parse_request(std::string_view body);

// What is asked for, without the key, as bytes: two requests with the same ones are the same
// request, whatever the spelling of their JSON.

std::string
canonical(EventId event, const domain::SeatIds& seats, std::optional<std::chrono::seconds> hold);
std::string canonical(const domain::EventSpec& spec);
std::string canonical(const std::vector<domain::SeatSpec>& seats);
template <class Request>
std::string canonical(const Request& request);

// What comes otherwise than in a JSON body, by the checks that it has there.

std::optional<FieldError> check_idempotency_key(std::string_view key);
/// The name as it's kept.
Result<std::string, FieldError> accept_event_name(std::string name);
std::optional<FieldError> check_sub(std::string_view sub);

}  // namespace frontrow::wire
