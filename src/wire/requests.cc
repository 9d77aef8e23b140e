#include "wire/requests.h"

#include "base/some.h"
#include "domain/subject.h"
#include "wire/accepted_text.h"
#include "wire/allocation_fields.h"
#include "wire/category_fields.h"
#include "wire/fields.h"
#include "wire/held_back.h"
#include "wire/object_reader.h"
#include "wire/plain_reservation.h"
#include "wire/spec_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace frontrow::wire {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 16;
/// The most seats that a request may name at all. The event's rules say how many it may get.
constexpr std::size_t kSeatIdsMax = 1'000;
constexpr std::size_t kItemsMax = domain::kCategoriesMax;
constexpr IntegerBounds kBestQuantity{1, 100};
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

/// Calls `read(ObjectReader&)` for each object in the list. Adds a complaint for each element that
/// isn't an object. `field` is the list's name.
template <class Read>
void read_each(std::string_view field, const json::array& list, Complaints& complaints, Read read) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto place = std::string{field} + "[" + std::to_string(i) + "]";
        const auto* object = list[i].if_object();
        if (object == nullptr) {
            complaints.add(place, "must be an object");
            continue;
        }
        const auto prefix = place + ".";
        ObjectReader one{*object, prefix, complaints, Origin::request};
        read(one);
    }
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

domain::SeatIds read_seat_ids(ObjectReader& in, std::size_t most = kSeatIdsMax) {
    domain::SeatIds seats;
    const auto* list = in.array("seat_ids");
    if (list == nullptr) return seats;
    if (list->empty() || list->size() > most) {
        in.complain("seat_ids", "must name 1 to " + std::to_string(most) + " seats");
        return seats;
    }
    FieldsReader{in}("seat_ids", seats);
    return seats;
}

/// Ignores empty names, about which there is a complaint already. There are so few items that
/// comparing each with each is cheap.
bool has_category_twice(const domain::WantedItems& items) {
    for (auto one = items.begin(); one != items.end(); ++one) {
        const auto first = std::ranges::find(items, one->category, &domain::WantedItem::category);
        if (first != one && !one->category.empty()) return true;
    }
    return false;
}

domain::WantedItems read_items(ObjectReader& in, Complaints& complaints) {
    domain::WantedItems items;
    const auto* list = in.array("items");
    if (list == nullptr) return items;
    if (list->empty() || list->size() > kItemsMax) {
        in.complain("items", "must name 1 to " + std::to_string(kItemsMax) + " categories");
        return items;
    }
    items.reserve(list->size());
    read_each(in.place_of("items"), *list, complaints, [&](ObjectReader& item) {
        FieldsReader fields{item};
        describe(fields, items.emplace_back());
    });
    if (has_category_twice(items)) in.complain("items", "must name each category once");
    return items;
}

std::optional<domain::BestWish> read_best_wish(ObjectReader& in) {
    const auto* object = in.object("best_available");
    if (object == nullptr) return std::nullopt;
    auto wish = in.inside("best_available.", *object);
    domain::BestWish read;
    read.quantity = static_cast<std::uint32_t>(wish.integer("quantity", kBestQuantity));
    // An empty name means the seats without a section.
    read.section = wish.optional_text("section", kSectionOrRow);
    if (wish.has("max_price")) read.price_max = wish.amount("max_price", kPrice);
    if (wish.has("near")) read.near = wish.id<SeatId>("near");
    read.accessible = wish.flag("accessible");
    read.allow_split = wish.flag("allow_split");
    return read;
}

/// Reads what is to be reserved: seats that are named or left to us to choose, and units of
/// categories.
void read_claim(ObjectReader& in, Complaints& complaints, ReservationRequest& request) {
    const bool has_seats = in.has("seat_ids");
    const bool has_items = in.has("items");
    const bool has_best = in.has("best_available");
    if (has_seats) {
        request.seats = read_seat_ids(in);
    } else if (!has_items && !has_best) {
        in.complain("seat_ids", "is required unless there are items or best_available");
    }
    if (has_items) request.items = read_items(in, complaints);
    if (has_best && has_seats)
        in.complain("best_available", "can't be given together with seat_ids");
    else if (has_best)
        request.best = read_best_wish(in);
    request.wants_alternatives = in.flag("alternatives");
}

/// Reads the seats and units of one side of a change, which may be absent.
ClaimRequest read_side(std::string_view name, ObjectReader& in, Complaints& complaints) {
    ClaimRequest side;
    if (!in.has(name)) return side;
    const auto* object = in.object(name);
    if (object == nullptr) return side;
    const auto prefix = std::string{name} + ".";
    auto inside = in.inside(prefix, *object);
    // Refuse best_available: if the server ignored this field, the client would get less than it
    // asked for.
    if (inside.has("best_available"))
        inside.complain(
            "best_available",
            "isn't supported in a change: name each seat in seat_ids, or a category in items"
        );
    if (inside.has("seat_ids")) side.seats = read_seat_ids(inside);
    if (inside.has("items")) side.items = read_items(inside, complaints);
    return side;
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

bool are_within_bounds(const domain::WantedItems& items) {
    std::string complaint;
    const auto is_good = [&](const domain::WantedItem& item) {
        return item.quantity >= kQuantity.of_request.min &&
               item.quantity <= kQuantity.of_request.max &&
               check_text(item.category, kCategoryName, complaint);
    };
    return items.size() <= kItemsMax && std::ranges::all_of(items, is_good) &&
           !has_category_twice(items);
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
