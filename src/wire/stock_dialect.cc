#include "wire/stock_dialect.h"

#include "base/ascii.h"
#include "wire/category_fields.h"
#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/parse_object.h"
#include "wire/spec_json.h"
#include "wire/status_names.h"

#include <algorithm>
#include <optional>

namespace frontrow::wire {
namespace {

using domain::CategoryView;

constexpr TextBounds kDate{1, 64};
constexpr std::chrono::hours kLength{24};
/// The dialect has no such limit, so an event has the highest one.
constexpr std::uint32_t kTicketsMax = 100;

/// Reads `date` into the event's times. A day without a time is on sale until it is over.
void read_date(ObjectReader& in, domain::EventSpec& spec) {
    const auto text = in.text("date", kDate);
    if (!in.has_good("date")) return;
    const auto at_a_time = parse_rfc3339(text);
    const auto start = at_a_time ? at_a_time : parse_rfc3339(text + "T00:00:00Z");
    if (!start || *start > kLastInstant - kLength)
        return in.complain(
            "date",
            "must be a day or a time before 9999-12-31, like 2027-01-31 or "
            "2027-01-31T19:00:00Z"
        );
    spec.start_at = *start;
    spec.end_at = *start + kLength;
    if (!at_a_time) spec.sales_end_at = spec.end_at;
}

std::string in_lower_case(std::string_view name) {
    std::string lower{name};
    std::ranges::transform(lower, lower.begin(), [](char c) { return lower_case(c); });
    return lower;
}

/// The first one with this name in any case.
std::vector<CategoryView>::const_iterator
find_in_any_case(const std::vector<CategoryView>& categories, std::string_view name) {
    const auto lower = in_lower_case(name);
    return std::ranges::find_if(categories, [&](const CategoryView& one) {
        return in_lower_case(one.category.name) == lower;
    });
}

/// What the reservation has, if it is of one category.
void write_units(JsonWriter& json, const domain::Reservation& reservation) {
    json.field("ReservationId", reservation.id);
    json.field("EventId", reservation.event);
    if (reservation.items.size() != 1) return;
    json.field("Category", reservation.items.front().category);
    json.field("Qty", reservation.items.front().quantity);
}

}  // namespace

Result<domain::EventSpec, ParseError>
parse_stock_event_request(std::string_view body, std::chrono::seconds hold) {
    return parse_object(body, [hold](ObjectReader& in, Complaints&) {
        domain::EventSpec spec;
        spec.name = in.text("name", kEventName);
        read_date(in, spec);
        spec.total_seats = domain::kStockMax;
        spec.hold = hold;
        spec.max_seats_per_reservation = kTicketsMax;
        return spec;
    });
}

Result<StockReservationRequest, ParseError> parse_stock_reservation_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        StockReservationRequest request;
        FieldsReader fields{in};
        fields("event_id", request.event);
        fields("category", request.category, kCategoryName);
        fields("qty", request.quantity, kQuantity);
        return request;
    });
}

Result<StockConfirmationRequest, ParseError> parse_stock_confirmation_request(std::string_view body
) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        StockConfirmationRequest request;
        FieldsReader fields{in};
        fields("reservation_id", request.reservation);
        fields("payment_ok", request.payment_ok);
        return request;
    });
}

const CategoryView*
find_category(const std::vector<CategoryView>& categories, std::string_view name) {
    auto found = std::ranges::find(categories, name, [](const CategoryView& one) {
        return std::string_view{one.category.name};
    });
    if (found == categories.end()) found = find_in_any_case(categories, name);
    return found == categories.end() ? nullptr : &*found;
}

void append_stock_event(std::string& out, const domain::Event& event) {
    JsonWriter json{out};
    json.begin_object();
    json.field("Id", event.id);
    json.field("Name", event.spec.name);
    json.field("Date", event.spec.start_at);
    json.end_object();
}

void append_stock_category(std::string& out, EventId event, const CategoryView& category) {
    JsonWriter json{out};
    json.begin_object();
    json.field("EventId", event);
    json.field("Name", category.category.name);
    json.field("TotalStock", category.category.total_stock);
    json.field("Available", category.available());
    json.field("Price", category.category.price);
    json.end_object();
}

void append_stock_left(std::string& out, const std::vector<CategoryView>& categories) {
    JsonWriter json{out};
    json.begin_object();
    for (auto one = categories.begin(); one != categories.end(); ++one) {
        if (find_in_any_case(categories, one->category.name) != one) continue;
        json.key_of(in_lower_case(one->category.name));
        json.value(one->available());
    }
    json.end_object();
}

void append_stock_reservation(std::string& out, const domain::Reservation& reservation) {
    JsonWriter json{out};
    json.begin_object();
    write_units(json, reservation);
    json.field("Status", name_of(reservation.status));
    json.field("ExpiresAt", reservation.expires_at);
    json.end_object();
}

/// A booking is a confirmed reservation, and has its id.
void append_booking(std::string& out, const domain::Reservation& reservation) {
    JsonWriter json{out};
    json.begin_object();
    json.field("BookingId", reservation.id);
    write_units(json, reservation);
    json.field("Status", name_of(reservation.status));
    json.end_object();
}

void append_stock_dialect_error(std::string& out, const Problem& problem, TraceId trace) {
    const bool is_sold_out = problem.code == "SOLD_OUT";
    JsonWriter json{out};
    json.begin_object();
    json.field("Error", is_sold_out ? std::string_view{"out of stock"} : problem.message);
    json.field("Code", problem.code);
    json.field("TraceId", trace.bits);
    json.end_object();
}

}  // namespace frontrow::wire
