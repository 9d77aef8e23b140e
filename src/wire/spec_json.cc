#include "wire/spec_json.h"

#include <cmath>

namespace frontrow::wire {
namespace {

constexpr TextBounds kDescription{0, 10'000};
constexpr TextBounds kVenue{0, 255};
constexpr TextBounds kSectionOrRow{0, 64};
constexpr IntegerBounds kCapacity{1, 10'000'000};
constexpr IntegerBounds kHoldSeconds{1, 3'600};
constexpr IntegerBounds kSeatsPerReservation{1, 100};
constexpr IntegerBounds kSeatsPerUser{1, 100'000};
constexpr IntegerBounds kPrice{0, kPriceMax};
constexpr double kCoordinateMax = 1e9;

/// To a millionth: Boost.JSON may read the last digit of a longer number otherwise than it was
/// written, and a plan must be the same after a restart.
std::optional<double> read_coordinate(ObjectReader& in, std::string_view field) {
    const auto number = in.optional_number(field);
    if (!number) return std::nullopt;
    if (!(std::abs(*number) <= kCoordinateMax)) {
        in.complain(field, "must be a number from -1000000000 to 1000000000");
        return std::nullopt;
    }
    // A zero has no sign: it isn't written with a point, by which it would keep one.
    return std::round(*number * 1e6) / 1e6 + 0.0;
}

Currency read_currency(ObjectReader& in) {
    const auto text = in.optional_text("currency", {3, 3});
    if (!text) return Currency{};
    const auto currency = Currency::parse(*text);
    if (!currency)
        in.complain("currency", "must be an ISO 4217 code of three capital letters, like JPY");
    return currency.value_or(Currency{});
}

domain::PaymentRule read_payment(ObjectReader& in) {
    const auto text = in.optional_text("payment", {0, 255});
    if (!text || *text == "none") return domain::PaymentRule::none;
    if (*text != "required") in.complain("payment", "must be none or required");
    return domain::PaymentRule::required;
}

}  // namespace

void write_event_spec(JsonWriter& json, const domain::EventSpec& spec) {
    json.field("name", spec.name);
    json.field("description", spec.description);
    json.field("venue", spec.venue);
    json.field("start_at", spec.start_at);
    json.field("end_at", spec.end_at);
    json.field("total_seats", spec.total_seats);
    if (spec.sales_start_at) json.field("sales_start_at", *spec.sales_start_at);
    json.field("hold_seconds", spec.hold.count());
    json.field("max_seats_per_reservation", spec.max_seats_per_reservation);
    if (spec.max_seats_per_user) json.field("max_seats_per_user", *spec.max_seats_per_user);
    json.field("currency", spec.currency.code());
    json.field("payment", spec.payment == domain::PaymentRule::required ? "required" : "none");
}

domain::EventSpec read_event_spec(ObjectReader& in, std::chrono::seconds hold) {
    domain::EventSpec spec;
    spec.name = in.text("name", kEventName);
    spec.description = in.optional_text("description", kDescription).value_or("");
    spec.venue = in.optional_text("venue", kVenue).value_or("");
    spec.start_at = in.instant("start_at");
    spec.end_at = in.instant("end_at");
    spec.total_seats = in.integer("total_seats", kCapacity);
    spec.sales_start_at = in.optional_instant("sales_start_at");
    spec.hold = std::chrono::seconds{
        in.optional_integer("hold_seconds", kHoldSeconds).value_or(hold.count())
    };
    spec.max_seats_per_reservation = static_cast<std::uint32_t>(
        in.optional_integer("max_seats_per_reservation", kSeatsPerReservation).value_or(10)
    );
    if (const auto limit = in.optional_integer("max_seats_per_user", kSeatsPerUser)) {
        spec.max_seats_per_user = static_cast<std::uint32_t>(*limit);
    }
    spec.currency = read_currency(in);
    spec.payment = read_payment(in);
    if (in.has("start_at") && in.has("end_at") && spec.end_at <= spec.start_at)
        in.complain("end_at", "must be after start_at");
    return spec;
}

domain::Role read_role(ObjectReader& in) {
    constexpr TextBounds kRole{0, 255};
    const auto role = domain::parse_role(in.text("role", kRole));
    if (!role && in.has("role")) in.complain("role", "must be user, scanner, organizer or admin");
    return role.value_or(domain::Role::user);
}

void write_seat_spec(JsonWriter& json, const domain::SeatSpec& spec) {
    json.field("seat_number", spec.number);
    if (!spec.section.empty()) json.field("section", spec.section);
    if (!spec.row.empty()) json.field("row", spec.row);
    json.field("price", spec.price);
    if (spec.position && spec.position->x) json.field("x", *spec.position->x);
    if (spec.position && spec.position->y) json.field("y", *spec.position->y);
}

domain::SeatSpec read_seat_spec(ObjectReader& in) {
    domain::SeatSpec spec;
    spec.number = in.text("seat_number", kSeatNumber);
    spec.section = in.optional_text("section", kSectionOrRow).value_or("");
    spec.row = in.optional_text("row", kSectionOrRow).value_or("");
    spec.price = in.integer("price", kPrice);
    const domain::Position position{read_coordinate(in, "x"), read_coordinate(in, "y")};
    if (position.x || position.y)
        spec.position = std::make_shared<const domain::Position>(position);
    return spec;
}

}  // namespace frontrow::wire
