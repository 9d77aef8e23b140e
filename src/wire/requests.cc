#include "wire/requests.h"

#include "base/some.h"
#include "domain/subject.h"
#include "wire/accepted_text.h"
#include "wire/allocation_fields.h"
#include "wire/category_fields.h"
#include "wire/claim_reader.h"
#include "wire/fields.h"
#include "wire/held_back.h"
#include "wire/object_reader.h"
#include "wire/parse_object.h"
#include "wire/plain_reservation.h"
#include "wire/spec_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace frontrow::wire {
namespace {

namespace json = boost::json;

constexpr IntegerBounds kBulkCount{1, static_cast<std::int64_t>(kBulkSeatsMax)};
constexpr TextBounds kPrefix{1, 50, TextKind::label};
constexpr TextBounds kApiKeyName{1, 255, TextKind::name};

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

void read_seat_list(ObjectReader& in, Complaints& complaints, BulkSeatsRequest& request) {
    const auto* list = in.array("seats");
    if (list == nullptr) return;
    if (list->empty() || list->size() > kBulkSeatsMax)
        return in.complain("seats", "must hold 1 to " + std::to_string(kBulkSeatsMax) + " seats");
    request.seats.reserve(list->size());
    HeldBackReader held_back;
    read_each("seats", *list, complaints, [&](ObjectReader& seat) {
        held_back.read(seat, request.seats.size());
        request.seats.push_back(read_seat_spec(seat));
    });
    request.held_back = held_back.take();
}

/// Reads the seats and units of one side of a change, which may be absent.
ClaimRequest read_side(std::string_view name, ObjectReader& in, Complaints& complaints) {
    if (!in.has(name)) return {};
    const auto* object = in.object(name);
    if (object == nullptr) return {};
    const auto prefix = std::string{name} + ".";
    auto inside = in.inside(prefix, *object);
    // Refuse best_available: if the server ignored this field, the client would get less than it
    // asked for.
    if (inside.has("best_available"))
        inside.complain(
            "best_available",
            "isn't supported in a change: name each seat in seat_ids, or a category in items"
        );
    return read_seats_and_items(inside, complaints);
}

/// Reads what an allocation holds back: seats, or units of one category.
void read_held_back(ObjectReader& in, domain::Allocation& allocation) {
    if (in.has("seat_ids")) {
        if (in.has("category")) in.complain("category", "can't be given together with seat_ids");
        allocation.seats = read_seat_ids(in, kSeatsOfAllocationMax);
    } else if (in.has("category") || in.has("quantity")) {
        FieldsReader fields{in};
        fields("category", allocation.category, kCategoryName);
        fields("quantity", allocation.quantity, kAllocatedUnits);
    } else {
        in.complain("seat_ids", "is required unless there are a category and a quantity");
    }
}

/// Refuses a change of what an allocation holds back. If the server ignored these fields, the
/// organizer would think that more or less is held back than is.
void refuse_held_back(ObjectReader& in) {
    for (const auto* field : {"seat_ids", "category", "quantity"})
        if (in.has(field))
            in.complain(field, "can't be changed: end the allocation and add another");
}

AccessCodeTexts read_code_list(ObjectReader& in) {
    AccessCodeTexts codes;
    const auto* list = in.array("access_codes");
    if (list == nullptr) return codes;
    if (list->size() > kCodesOfAllocationMax) {
        in.complain(
            "access_codes", "must hold at most " + std::to_string(kCodesOfAllocationMax) + " codes"
        );
        return codes;
    }
    codes.reserve(list->size());
    std::string complaint;
    for (const auto& one : *list) {
        const auto* text = one.if_string();
        if (text == nullptr || !check_text(*text, kAccessCode, complaint)) {
            in.complain("access_codes", "must hold texts of 1 to 64 characters");
            return codes;
        }
        codes.emplace_back(*text);
    }
    auto in_order = codes;
    std::ranges::sort(in_order);
    if (std::ranges::adjacent_find(in_order) != in_order.end())
        in.complain("access_codes", "must hold each code once");
    return codes;
}

/// Reads one code or a list of them; nothing if there is neither.
std::optional<AccessCodeTexts> read_codes(ObjectReader& in) {
    if (in.has("access_codes")) {
        if (in.has("access_code"))
            in.complain("access_code", "can't be given together with access_codes");
        return read_code_list(in);
    }
    auto code = in.optional_text("access_code", kAccessCode);
    if (!code) return std::nullopt;
    return AccessCodeTexts{*std::move(code)};
}

/// Checks the bounds of a request from read_plain_reservation(), which leaves them to its caller.
bool is_within_bounds(const ReservationRequest& request) {
    const auto& [event, seats, hold, key, items, best, wants_alternatives, access_code] = request;
    std::string complaint;
    return seats.size() <= kSeatIdsMax &&
           (!hold || (hold->count() >= kHoldSeconds.min && hold->count() <= kHoldSeconds.max)) &&
           (!key || (!key->empty() && key->size() <= kIdempotencyKeyMax)) &&
           are_within_bounds(items) &&
           (!access_code || check_text(*access_code, kAccessCode, complaint));
}

template <class Fields, Some<ExtensionRequest> Request>
void describe(Fields& fields, Request& request) {
    auto& [by] = request;
    fields("seconds", by, NumberLimits{kExtensionSeconds, kAnyNatural});
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

template <class Fields, Some<CategoryTerms> Terms>
void describe(Fields& fields, Terms& terms) {
    auto& [price, total_stock] = terms;
    fields.amount("price", price, kPriceLimits);
    fields("total_stock", total_stock, kTotalStock);
}

template <class Fields, Some<domain::SaleAction> Action>
void describe(Fields& fields, Action& action) {
    fields("action", action);
}

Result<std::string, FieldError> accept_name(std::string name, TextBounds bounds) {
    std::string complaint;
    if (accept_text(name, bounds, complaint)) return name;
    return std::unexpected(FieldError{"name", std::move(complaint)});
}

}  // namespace

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
        BulkSeatsRequest request{.seats = {}, .dry_run = in.flag("dry_run")};
        if (in.has("seats"))
            read_seat_list(in, complaints, request);
        else
            request.seats = read_seat_run(in);
        return request;
    });
}

Result<ReservationRequest, ParseError> parse_reservation_request(std::string_view body) {
    if (auto plain = read_plain_reservation(body); plain && is_within_bounds(*plain))
        return *std::move(plain);
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        ReservationRequest request;
        request.event = in.id<EventId>("event_id");
        read_claim(in, complaints, request);
        if (const auto hold = in.optional_integer("hold_seconds", kHoldSeconds))
            request.hold = std::chrono::seconds{*hold};
        request.idempotency_key = in.optional_text("idempotency_key", {1, kIdempotencyKeyMax});
        request.access_code = in.optional_text("access_code", kAccessCode);
        return request;
    });
}

Result<AllocationRequest, ParseError> parse_allocation_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        AllocationRequest request;
        FieldsReader fields{in};
        fields("name", request.allocation.name, kAllocationName);
        read_held_back(in, request.allocation);
        describe_terms(fields, request.allocation);
        request.access_codes = read_codes(in).value_or(AccessCodeTexts{});
        return request;
    });
}

Result<AllocationChangeRequest, ParseError> parse_allocation_change_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        AllocationChangeRequest request;
        FieldsReader fields{in};
        refuse_held_back(in);
        describe_terms(fields, request.change);
        request.access_codes = read_codes(in);
        return request;
    });
}

Result<ChangeRequest, ParseError> parse_change_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints& complaints) {
        ChangeRequest request{
            .add = read_side("add", in, complaints), .remove = read_side("remove", in, complaints)
        };
        if (complaints.none() && request.add.is_empty() && request.remove.is_empty())
            complaints.add("", "Name a seat or a category, in add or in remove.");
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
template Result<domain::Category, ParseError> parse_request(std::string_view body);
template Result<CategoryTerms, ParseError> parse_request(std::string_view body);

std::string canonical(const domain::EventSpec& spec) {
    return write_fields([&](FieldsWriter& fields) { fields.all_of(spec); });
}

std::string canonical(const domain::Allocation& allocation) {
    return write_fields([&](FieldsWriter& fields) { fields.all_of(allocation); });
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
template std::string canonical(const domain::Category& request);

std::optional<FieldError> check_idempotency_key(std::string_view key) {
    std::string complaint;
    if (check_text(key, {1, kIdempotencyKeyMax}, complaint)) return std::nullopt;
    return FieldError{"Idempotency-Key", std::move(complaint)};
}

Result<std::string, FieldError> accept_event_name(std::string name) {
    return accept_name(std::move(name), kEventName);
}

Result<std::string, FieldError> accept_category_name(std::string name) {
    return accept_name(std::move(name), kCategoryName);
}

Result<std::string, FieldError> accept_allocation_name(std::string name) {
    return accept_name(std::move(name), kAllocationName);
}

std::optional<FieldError> check_sub(std::string_view sub) {
    return domain::is_valid_sub(sub)
               ? std::nullopt
               : std::optional{FieldError{"sub", std::string{domain::kSubRule}}};
}

}  // namespace frontrow::wire
