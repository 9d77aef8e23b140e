#include "wire/requests.h"

#include "base/some.h"
#include "domain/subject.h"
#include "wire/accepted_text.h"
#include "wire/fields.h"
#include "wire/object_reader.h"
#include "wire/plain_reservation.h"
#include "wire/spec_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace frontrow::wire {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 16;
/// The most seats that a request may name at all. The event's rules say how many it may get.
constexpr std::size_t kSeatIdsMax = 1'000;
constexpr NumberLimits kExtensionSeconds{{1, 10'800}, kAnyNatural};
constexpr IntegerBounds kBulkCount{1, static_cast<std::int64_t>(kBulkSeatsMax)};
constexpr TextBounds kPrefix{1, 50, TextKind::label};
constexpr TextBounds kApiKeyName{1, 255, TextKind::name};

std::unexpected<ParseError> whole_body(std::string message) {
    return std::unexpected(ParseError{{FieldError{"", std::move(message)}}});
}

/// Parses `body` as an object and has `read(ObjectReader&, Complaints&)` read its fields.
template <class Read>
auto parse_object(std::string_view body, Read read) -> Result<
    decltype(read(std::declval<ObjectReader&>(), std::declval<Complaints&>())),
    ParseError> {
    std::array<unsigned char, 4096> memory;
    json::monotonic_resource resource{memory.data(), memory.size()};
    json::parse_options options;
    options.max_depth = kDepthMax;
    boost::system::error_code error;
    const auto document = json::parse(body, error, &resource, options);
    if (error == json::error::too_deep) return whole_body("The body is nested too deeply.");
    if (error) return whole_body("The body isn't valid JSON in UTF-8.");
    if (!document.is_object()) return whole_body("The body must be a JSON object.");
    Complaints complaints;
    ObjectReader in{document.get_object(), "", complaints, Origin::request};
    auto value = read(in, complaints);
    if (!complaints.none()) return std::unexpected(complaints.take());
    return value;
}

std::vector<domain::SeatSpec> read_seat_run(ObjectReader& in) {
    const auto prefix = in.text("prefix", kPrefix);
    const auto count = in.integer("count", kBulkCount);
    const auto price = in.amount("price", kPrice);
    std::vector<domain::SeatSpec> seats(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < seats.size(); ++i) {
        seats[i].number = prefix + "-" + std::to_string(i + 1);
        seats[i].price = price;
    }
    return seats;
}

std::vector<domain::SeatSpec> read_seat_list(ObjectReader& in, Complaints& complaints) {
    std::vector<domain::SeatSpec> seats;
    const auto* list = in.array("seats");
    if (list == nullptr) return seats;
    if (list->empty() || list->size() > kBulkSeatsMax) {
        in.complain("seats", "must hold 1 to " + std::to_string(kBulkSeatsMax) + " seats");
        return seats;
    }
    seats.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto prefix = "seats[" + std::to_string(i) + "].";
        const auto* object = (*list)[i].if_object();
        if (object == nullptr) {
            complaints.add(prefix.substr(0, prefix.size() - 1), "must be an object");
            continue;
        }
        ObjectReader seat{*object, prefix, complaints, Origin::request};
        seats.push_back(read_seat_spec(seat));
    }
    return seats;
}

domain::SeatIds read_seat_ids(ObjectReader& in) {
    domain::SeatIds seats;
    const auto* list = in.array("seat_ids");
    if (list == nullptr) return seats;
    if (list->empty() || list->size() > kSeatIdsMax) {
        in.complain("seat_ids", "must name 1 to " + std::to_string(kSeatIdsMax) + " seats");
        return seats;
    }
    FieldsReader{in}("seat_ids", seats);
    return seats;
}

/// Refuses fields that are planned but not supported. If they were ignored, the client would get
/// less than it asked for.
void refuse_unsupported_fields(ObjectReader& in) {
    for (const std::string_view field : {"items", "best_available"}) {
        if (in.has(field)) in.complain(field, "isn't supported yet: name each seat in seat_ids");
    }
}

/// Checks the bounds of a request from read_plain_reservation(), which leaves them to its caller.
bool is_within_bounds(const ReservationRequest& request) {
    const auto& [event, seats, hold, key] = request;
    return seats.size() <= kSeatIdsMax &&
           (!hold || (hold->count() >= kHoldSeconds.min && hold->count() <= kHoldSeconds.max)) &&
           (!key || (!key->empty() && key->size() <= kIdempotencyKeyMax));
}

template <class Fields, Some<ExtensionRequest> Request>
void describe(Fields& fields, Request& request) {
    auto& [by] = request;
    fields("seconds", by, kExtensionSeconds);
}

template <class Fields, Some<ApiKeyRequest> Request>
void describe(Fields& fields, Request& request) {
    auto& [name, role, account] = request;
    fields("name", name, kApiKeyName);
    fields("role", role);
    fields.optional_sub("account", account);
}

template <class Fields, Some<AccountRequest> Request>
void describe(Fields& fields, Request& request) {
    auto& [account] = request;
    fields.sub("account", account);
}

template <class Fields, Some<MemberRequest> Request>
void describe(Fields& fields, Request& request) {
    auto& [sub, role] = request;
    fields.sub("sub", sub);
    fields("role", role);
}

template <class Fields, Some<domain::SaleAction> Action>
void describe(Fields& fields, Action& action) {
    fields("action", action);
}

/// Returns a JSON object with the fields that `write(fields)` writes.
template <class Write>
std::string write_fields(Write write) {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    FieldsWriter fields{json};
    write(fields);
    json.end_object();
    return out;
}

char* write_bytes(char* to, Bits128 bits) {
    const auto bytes = bytes_of(bits);
    std::memcpy(to, bytes.data(), bytes.size());
    return to + bytes.size();
}

}  // namespace

std::string
canonical(EventId event, domain::SeatIds seats, std::optional<std::chrono::seconds> hold) {
    std::ranges::sort(seats);
    std::string out;
    const auto size = sizeof(Bits128) * (seats.size() + 2);
    out.resize_and_overwrite(size, [&](char* to, std::size_t) {
        to = write_bytes(to, event.bits());
        to = write_bytes(to, {0, hold ? static_cast<std::uint64_t>(hold->count()) : 0});
        for (const auto seat : seats)
            to = write_bytes(to, seat.bits());
        return size;
    });
    return out;
}

Result<domain::EventSpec, ParseError> parse_event_request(
    std::string_view body,
    std::chrono::seconds hold,
    std::optional<Currency> kept
) {
    return parse_object(body, [hold, kept](ObjectReader& in, Complaints&) {
        return read_event_spec(in, hold, kept);
    });
}

Result<domain::SeatSpec, ParseError> parse_seat_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) { return read_seat_spec(in); });
}

Result<BulkSeatsRequest, ParseError> parse_bulk_seats_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        if (in.has("seats") && in.has("prefix"))
            in.complain("seats", "can't be given together with prefix");
        const bool dry_run = in.flag("dry_run");
        auto seats = in.has("seats") ? read_seat_list(in, complaints) : read_seat_run(in);
        return BulkSeatsRequest{.seats = std::move(seats), .dry_run = dry_run};
    });
}

Result<ReservationRequest, ParseError> parse_reservation_request(std::string_view body) {
    if (auto plain = read_plain_reservation(body); plain && is_within_bounds(*plain))
        return *std::move(plain);
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        ReservationRequest request;
        request.event = in.id<EventId>("event_id");
        refuse_unsupported_fields(in);
        request.seats = read_seat_ids(in);
        if (const auto hold = in.optional_integer("hold_seconds", kHoldSeconds))
            request.hold = std::chrono::seconds{*hold};
        request.idempotency_key = in.optional_text("idempotency_key", {1, kIdempotencyKeyMax});
        return request;
    });
}

template <class Request>
Result<Request, ParseError> parse_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        Request request{};
        FieldsReader fields{in};
        describe(fields, request);
        return request;
    });
}

template Result<ExtensionRequest, ParseError> parse_request(std::string_view body);
template Result<ApiKeyRequest, ParseError> parse_request(std::string_view body);
template Result<AccountRequest, ParseError> parse_request(std::string_view body);
template Result<domain::SaleAction, ParseError> parse_request(std::string_view body);
template Result<MemberRequest, ParseError> parse_request(std::string_view body);

std::string canonical(const domain::EventSpec& spec) {
    return write_fields([&](FieldsWriter& fields) { fields.all_of(spec); });
}

std::string canonical(const std::vector<domain::SeatSpec>& seats) {
    return write_fields([&](FieldsWriter& fields) { fields("seats", seats); });
}

template <class Request>
std::string canonical(const Request& request) {
    return write_fields([&](FieldsWriter& fields) { describe(fields, request); });
}

template std::string canonical(const ExtensionRequest& request);
template std::string canonical(const ApiKeyRequest& request);
template std::string canonical(const domain::SaleAction& request);
template std::string canonical(const MemberRequest& request);

std::optional<FieldError> check_idempotency_key(std::string_view key) {
    std::string complaint;
    if (check_text(key, {1, kIdempotencyKeyMax}, complaint)) return std::nullopt;
    return FieldError{"Idempotency-Key", std::move(complaint)};
}

Result<std::string, FieldError> accept_event_name(std::string name) {
    std::string complaint;
    if (accept_text(name, kEventName, complaint)) return name;
    return std::unexpected(FieldError{"name", std::move(complaint)});
}

std::optional<FieldError> check_sub(std::string_view sub) {
    return domain::is_valid_sub(sub)
               ? std::nullopt
               : std::optional{FieldError{"sub", std::string{domain::kSubRule}}};
}

}  // namespace frontrow::wire
