#include "wire/spec_json.h"

#include "domain/writable.h"

#include <cmath>
#include <limits>

namespace frontrow::wire {
namespace {

constexpr TextBounds kDescription{0, 10'000};
constexpr TextBounds kVenue{0, 255};
constexpr TextBounds kSectionOrRow{0, 64};
constexpr IntegerBounds kCapacity{1, 10'000'000};
constexpr IntegerBounds kSeatsPerReservation{1, 100};
constexpr IntegerBounds kSeatsPerUser{1, 100'000};

// What a fact may have: no limit of ours, but what the rules can reckon with.

constexpr IntegerBounds kAnyInteger{
    std::numeric_limits<std::int64_t>::min(),
    std::numeric_limits<std::int64_t>::max()
};
constexpr IntegerBounds kAnyCount{0, std::numeric_limits<std::uint32_t>::max()};
constexpr IntegerBounds kAnyHoldSeconds{1, domain::kHoldMax.count()};
constexpr IntegerBounds kAnyPrice{0, domain::kWrittenPriceMax};

std::optional<double> read_coordinate(ObjectReader& in, std::string_view field) {
    const auto number = in.optional_number(field);
    if (!number) return std::nullopt;
    const double max = in.origin() == Origin::request ? domain::kCoordinateMax
                                                      : std::numeric_limits<double>::max();
    if (!(std::abs(*number) <= max)) {
        in.complain(field, "must be a number from -1000000000 to 1000000000");
        return std::nullopt;
    }
    return domain::to_millionth(*number);
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
    spec.total_seats = in.integer("total_seats", in.bounds(kCapacity, kAnyInteger));
    spec.sales_start_at = in.optional_instant("sales_start_at");
    const auto hold_seconds =
        in.optional_integer("hold_seconds", in.bounds(kHoldSeconds, kAnyHoldSeconds));
    spec.hold = std::chrono::seconds{hold_seconds.value_or(hold.count())};
    const auto per_reservation = in.optional_integer(
        "max_seats_per_reservation", in.bounds(kSeatsPerReservation, kAnyCount)
    );
    spec.max_seats_per_reservation = static_cast<std::uint32_t>(per_reservation.value_or(10));
    const auto per_user =
        in.optional_integer("max_seats_per_user", in.bounds(kSeatsPerUser, kAnyCount));
    if (per_user) spec.max_seats_per_user = static_cast<std::uint32_t>(*per_user);
    spec.currency = read_currency(in);
    spec.payment = read_payment(in);
    const bool has_both = in.has("start_at") && in.has("end_at");
    if (in.origin() == Origin::request && has_both && spec.end_at <= spec.start_at)
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
    spec.price = in.integer("price", in.bounds(kPrice, kAnyPrice));
    const domain::Position position{read_coordinate(in, "x"), read_coordinate(in, "y")};
    if (position.x || position.y)
        spec.position = std::make_shared<const domain::Position>(position);
    return spec;
}

}  // namespace frontrow::wire
