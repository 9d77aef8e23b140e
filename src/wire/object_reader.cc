#include "wire/object_reader.h"

#include "domain/subject.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace frontrow::wire {
namespace {

constexpr std::size_t kComplaintsMax = 50;

std::string between(std::int64_t min, std::int64_t max) {
    return std::to_string(min) + " to " + std::to_string(max);
}

/// A whole number. A client may write `10.0` or `1e1` for `10`, as its language does; that is a
/// double, and exact up to 2^53, which is more than a request may ask for. The journal has digits
/// alone.
std::optional<std::int64_t> whole_number(const boost::json::value& value, Origin origin) {
    constexpr double kExactMax = 9'007'199'254'740'992;
    if (const auto* integer = value.if_int64()) return *integer;
    const auto* number = value.if_double();
    const bool is_whole = origin == Origin::request && number != nullptr &&
                          std::abs(*number) <= kExactMax && std::trunc(*number) == *number;
    return is_whole ? std::optional{static_cast<std::int64_t>(*number)} : std::nullopt;
}

}  // namespace

void Complaints::add(std::string field, std::string message) {
    if (error_.fields.size() < kComplaintsMax)
        error_.fields.push_back({std::move(field), std::move(message)});
}

bool Complaints::has(std::string_view field) const {
    return std::ranges::find(error_.fields, field, &FieldError::field) != error_.fields.end();
}

bool check_text(std::string_view text, TextBounds bounds, std::string& complaint) {
    const auto flaw = find_flaw(text, bounds, TextLines::many);
    if (!flaw) return true;
    switch (*flaw) {
        case TextFlaw::not_utf8:
            complaint = "must be UTF-8";
            break;
        case TextFlaw::wrong_length:
            complaint =
                "must be " +
                between(
                    static_cast<std::int64_t>(bounds.min), static_cast<std::int64_t>(bounds.max)
                ) +
                " characters long";
            break;
        case TextFlaw::control_character:
            complaint = "must not contain control characters";
            break;
        case TextFlaw::invisible:
            complaint = "must have something to see, not blanks and invisible characters alone";
            break;
    }
    return false;
}

void ObjectReader::complain(std::string_view field, std::string message) {
    complaints_.add(std::string{prefix_} + std::string{field}, std::move(message));
}

const boost::json::value* ObjectReader::find(std::string_view field) const {
    const auto* value = object_.if_contains(field);
    return value == nullptr || value->is_null() ? nullptr : value;
}

bool ObjectReader::has(std::string_view field) const {
    return find(field) != nullptr;
}

bool ObjectReader::has_good(std::string_view field) const {
    return has(field) && !complaints_.has(std::string{prefix_} + std::string{field});
}

const boost::json::value* ObjectReader::find_required(std::string_view field) {
    const auto* value = find(field);
    if (value == nullptr) complain(field, "is required");
    return value;
}

std::string
ObjectReader::text_of(std::string_view field, const boost::json::value& value, TextBounds bounds) {
    const auto* text = value.if_string();
    if (text == nullptr) {
        complain(field, "must be a string");
        return {};
    }
    std::string complaint;
    if (origin_ == Origin::request && !check_text(*text, bounds, complaint))
        complain(field, std::move(complaint));
    return std::string{std::string_view{*text}};
}

std::string ObjectReader::text(std::string_view field, TextBounds bounds) {
    const auto* value = find_required(field);
    return value == nullptr ? std::string{} : text_of(field, *value, bounds);
}

std::optional<std::string> ObjectReader::optional_text(std::string_view field, TextBounds bounds) {
    const auto* value = find(field);
    return value == nullptr ? std::nullopt : std::optional{text_of(field, *value, bounds)};
}

std::string ObjectReader::sub(std::string_view field) {
    const auto* value = find_required(field);
    if (value == nullptr) return {};
    const auto* text = value->if_string();
    if (text != nullptr && domain::is_valid_sub(*text)) return std::string{std::string_view{*text}};
    complain(field, std::string{domain::kSubRule});
    return {};
}

std::int64_t ObjectReader::integer_of(
    std::string_view field,
    const boost::json::value& value,
    IntegerBounds bounds
) {
    const auto number = whole_number(value, origin_);
    if (!number || *number < bounds.min || *number > bounds.max) {
        complain(field, "must be a whole number from " + between(bounds.min, bounds.max));
        return bounds.min;
    }
    return *number;
}

std::int64_t ObjectReader::integer(std::string_view field, IntegerBounds bounds) {
    const auto* value = find_required(field);
    return value == nullptr ? bounds.min : integer_of(field, *value, bounds);
}

std::optional<std::int64_t>
ObjectReader::optional_integer(std::string_view field, IntegerBounds bounds) {
    const auto* value = find(field);
    return value == nullptr ? std::nullopt : std::optional{integer_of(field, *value, bounds)};
}

std::optional<double> ObjectReader::optional_number(std::string_view field) {
    const auto* value = find(field);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
        complain(field, "must be a number");
        return std::nullopt;
    }
    return value->to_number<double>();
}

Instant ObjectReader::instant_of(std::string_view field, const boost::json::value& value) {
    const auto* text = value.if_string();
    const auto at = text == nullptr ? std::nullopt : parse_rfc3339(*text);
    if (!at)
        complain(
            field, "must be a time in RFC 3339 with an offset, like 2026-12-24T19:00:00+09:00"
        );
    return at.value_or(Instant{});
}

Instant ObjectReader::instant(std::string_view field) {
    const auto* value = find_required(field);
    return value == nullptr ? Instant{} : instant_of(field, *value);
}

std::optional<Instant> ObjectReader::optional_instant(std::string_view field) {
    const auto* value = find(field);
    return value == nullptr ? std::nullopt : std::optional{instant_of(field, *value)};
}

Bits128 ObjectReader::uuid(std::string_view field) {
    const auto* value = find_required(field);
    if (value == nullptr) return {};
    const auto* text = value->if_string();
    const auto bits = text == nullptr ? std::nullopt : parse_uuid(*text);
    if (!bits) complain(field, "must be a UUID");
    return bits.value_or(Bits128{});
}

Bits128 ObjectReader::hex128(std::string_view field) {
    const auto* value = find_required(field);
    if (value == nullptr) return {};
    const auto* text = value->if_string();
    const auto bits = text == nullptr ? std::nullopt : parse_hex128(*text);
    if (!bits) complain(field, "must be 32 hexadecimal digits");
    return bits.value_or(Bits128{});
}

const boost::json::array* ObjectReader::array(std::string_view field) {
    const auto* value = find_required(field);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) complain(field, "must be an array");
    return value->if_array();
}

const boost::json::object* ObjectReader::object(std::string_view field) {
    const auto* value = find_required(field);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) complain(field, "must be an object");
    return value->if_object();
}

}  // namespace frontrow::wire
