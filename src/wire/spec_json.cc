#include "wire/spec_json.h"

#include "base/some.h"
#include "domain/writable.h"

#include <boost/json.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::wire {

using namespace domain;

namespace {

constexpr TextBounds kDescription{0, 10'000, TextKind::prose};
constexpr TextBounds kVenue{0, 255, TextKind::prose};
constexpr TextBounds kSeatLabel{0, 16, TextKind::label};

constexpr IntegerBounds kAnyInteger{
    std::numeric_limits<std::int64_t>::min(),
    std::numeric_limits<std::int64_t>::max()
};
constexpr NumberLimits kCapacity{{1, 10'000'000}, kAnyInteger};
constexpr NumberLimits kSeatsPerReservation{{1, 100}, kAnyCount};
constexpr NumberLimits kSeatsPerUser{{1, 100'000}, kAnyCount};
constexpr NumberLimits kHold{kHoldSeconds, {1, kHoldMax.count()}};

template <class Fields, Some<EventSpec> Spec>
void describe(Fields& fields, Spec& spec) {
    auto& [name, description, venue, start_at, end_at, total_seats, sales_start_at, hold, max_seats_per_reservation, max_seats_per_user, currency, payment, sales_end_at, stage, focal_point, best_seats, admission] =
        spec;
    fields("name", name, kEventName);
    fields.with_default("description", description, kDescription);
    fields.with_default("venue", venue, kVenue);
    fields("start_at", start_at);
    fields("end_at", end_at);
    fields("total_seats", total_seats, kCapacity);
    fields("sales_start_at", sales_start_at);
    fields("sales_end_at", sales_end_at);
    fields.with_default("hold_seconds", hold, kHold);
    fields.with_default(
        "max_seats_per_reservation", max_seats_per_reservation, kSeatsPerReservation
    );
    fields("max_seats_per_user", max_seats_per_user, kSeatsPerUser);
    fields.with_default("currency", currency);
    fields.with_default("payment", payment);
    fields("stage", stage);
    fields("focal_point", focal_point);
    // The default isn't written, because older versions didn't know this field. So the JSON of a
    // request without it stays the same across an upgrade, and so does the digest of that JSON.
    // Older facts lack the field, too.
    fields.unless_default("best_seats", best_seats);
    fields.all_of(admission);
}

template <class Fields, Some<Stage> Rectangle>
void describe(Fields& fields, Rectangle& stage) {
    auto& [x, y, width, height] = stage;
    fields.coordinate("x", x);
    fields.coordinate("y", y);
    fields.length("width", width);
    fields.length("height", height);
}

template <class Fields, Some<Point> Place>
void describe(Fields& fields, Place& point) {
    auto& [x, y] = point;
    fields.coordinate("x", x);
    fields.coordinate("y", y);
}

template <class Fields, Some<SeatSpec> Spec>
void describe(Fields& fields, Spec& spec) {
    auto& [number, section, row, price, details] = spec;
    fields("seat_number", number, kSeatNumber);
    fields.unless_empty("section", section, kSectionOrRow);
    fields.unless_empty("row", row, kSectionOrRow);
    fields.amount("price", price, kPriceLimits);
    fields.all_of(details);
}

template <class Fields, Some<Position> Place>
void describe(Fields& fields, Place& place) {
    auto& [x, y] = place;
    fields.coordinate("x", x);
    fields.coordinate("y", y);
}

template <class Fields, Some<SeatDetails> Details>
void describe(Fields& fields, Details& details) {
    auto& [position, flags, label] = details;
    describe(fields, position);
    fields.unless_empty("label", label, kSeatLabel);
    fields.flag("accessible", flags, SeatFlags::accessible);
    fields.flag("companion", flags, SeatFlags::companion);
    fields.flag("restricted_view", flags, SeatFlags::restricted_view);
}

template <class Fields, Some<SeatBlock> Block>
void describe(Fields& fields, Block& block) {
    auto& [first_id, seats] = block;
    fields("first_seat_id", first_id);
    fields("seats", seats);
}

/// Checks the order of the times, as far as they could be read.
void check_order(ObjectReader& in, const EventSpec& spec) {
    const bool has_end = in.has_good("end_at");
    const bool closes_at_start = !in.has("sales_end_at");
    const bool has_sales_end = in.has_good(closes_at_start ? "start_at" : "sales_end_at");
    if (has_end && in.has_good("start_at") && spec.end_at <= spec.start_at)
        in.complain("end_at", "must be after start_at");
    if (has_end && has_sales_end && spec.sales_end_at && *spec.sales_end_at > spec.end_at)
        in.complain("sales_end_at", "must not be after end_at");
    if (has_sales_end && in.has_good("sales_start_at") && *spec.sales_start_at >= sales_end(spec)) {
        in.complain(
            "sales_start_at", "must be before sales end: at sales_end_at, or else at start_at"
        );
    }
}

void check_currency(ObjectReader& in, const EventSpec& spec, std::optional<Currency> kept) {
    if (in.has_good("currency") && !spec.currency.exponent() && spec.currency != kept)
        in.complain("currency", kCurrencyRule);
}

}  // namespace

void FieldsWriter::operator()(Key name, const Point& point) {
    json_.key(name);
    json_.begin_object();
    describe(*this, point);
    json_.end_object();
}
void FieldsWriter::operator()(Key name, const Stage& stage) {
    json_.key(name);
    json_.begin_object();
    describe(*this, stage);
    json_.end_object();
}
void FieldsWriter::all_of(const EventSpec& spec) {
    describe(*this, spec);
}
void FieldsWriter::all_of(const std::shared_ptr<const SeatBlock>& block) {
    describe(*this, *block);
}
void FieldsWriter::all_of(const std::shared_ptr<const SeatDetails>& details) {
    if (details) describe(*this, *details);
}

template <class Value>
void FieldsReader::read_object(std::string_view name, Value& value) {
    const auto* const object = in_.object(name);
    if (object == nullptr) return;
    const auto prefix = std::string{name} + ".";
    auto inside = in_.inside(prefix, *object);
    FieldsReader fields{inside};
    describe(fields, value);
}
void FieldsReader::operator()(std::string_view name, Point& point) {
    read_object(name, point);
}
void FieldsReader::operator()(std::string_view name, Stage& stage) {
    read_object(name, stage);
}
void FieldsReader::all_of(EventSpec& spec) {
    describe(*this, spec);
}
void FieldsReader::all_of(std::shared_ptr<const SeatBlock>& block) {
    SeatBlock read;
    describe(*this, read);
    block = std::make_shared<const SeatBlock>(std::move(read));
}
void FieldsReader::all_of(std::shared_ptr<const SeatDetails>& details) {
    SeatDetails read;
    describe(*this, read);
    if (read != SeatDetails{}) details = std::make_shared<const SeatDetails>(std::move(read));
}

void write_event_spec(JsonWriter& json, const EventSpec& spec) {
    FieldsWriter{json}.all_of(spec);
}

EventSpec
read_event_spec(ObjectReader& in, std::chrono::seconds hold, std::optional<Currency> kept) {
    EventSpec spec{.hold = hold};
    FieldsReader{in}.all_of(spec);
    if (in.origin() == Origin::request) {
        check_currency(in, spec, kept);
        check_order(in, spec);
    }
    return spec;
}

void write_seat_spec(JsonWriter& json, const SeatSpec& spec) {
    FieldsWriter fields{json};
    describe(fields, spec);
}

SeatSpec read_seat_spec(ObjectReader& in) {
    SeatSpec spec;
    FieldsReader fields{in};
    describe(fields, spec);
    return spec;
}

}  // namespace frontrow::wire
