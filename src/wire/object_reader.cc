#include "wire/object_reader.h"

#include "domain/subject.h"
#include "wire/accepted_text.h"
#include "wire/plain_text.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace frontrow::wire {
namespace {

constexpr std::size_t kComplaintsMax = 50;

/// Returns the amount as text if it has decimals: 80.5, "80.00" or "80,5". Returns nothing
/// for 80.0, which is a whole number, and for a number with more than two decimals or more than
/// `max` hundredths.
std::optional<std::string> find_fraction(const boost::json::value& value, std::int64_t max) {
    if (const auto* number = value.if_double()) {
        const double cents = std::round(*number * 100);
        const bool is_amount = cents > 0 && cents <= static_cast<double>(max) &&
                               *number != std::floor(*number) && cents / 100 == *number;
        if (!is_amount) return std::nullopt;
        std::array<char, 32> digits;
        const auto written = std::to_chars(
            digits.data(), digits.data() + digits.size(), *number, std::chars_format::fixed, 2
        );
        return std::string{digits.data(), written.ptr};
    }
    const auto* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    const bool is_amount =
        text->size() <= 20 && text->find_first_of(".,") != text->npos &&
        std::ranges::all_of(*text, [](char c) { return is_digit(c) || c == '.' || c == ','; });
    return is_amount ? std::optional{std::string{std::string_view{*text}}} : std::nullopt;
}

/// The complaint about an `amount` with decimals. It shows the whole number to send instead.
std::string in_minor_units(std::string_view amount) {
    std::string complaint = "must be a whole number in the currency's minor unit: ";
    const auto point = amount.find_first_of(".,");
    auto fraction = std::string{amount.substr(point + 1)};
    const bool is_clear = point > 0 && (fraction.size() == 1 || fraction.size() == 2) &&
                          std::ranges::all_of(fraction, is_digit);
    if (!is_clear) return complaint + "8000 for 80.00 EUR, and 80 for 80 JPY";
    fraction.resize(2, '0');
    const std::string whole{amount.substr(0, point)};
    auto cents = whole + fraction;
    cents.erase(0, std::min(cents.find_first_not_of('0'), cents.size() - 1));
    complaint += cents + " for " + std::string{amount} + " of a currency with cents, like EUR";
    if (fraction == "00") complaint += ", and " + whole + " of one without, like JPY";
    return complaint;
}

std::string between(std::int64_t min, std::int64_t max) {
    return std::to_string(min) + " to " + std::to_string(max);
}

/// A whole number. The languages of some clients write `10` as `10.0` or `1e1`, which the JSON
/// parser reads as a double. A double is exact up to 2^53, which exceeds all limits on requests.
/// The journal has integers only.
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

std::string ObjectReader::place_of(std::string_view field) const {
    return std::string{prefix_} + std::string{field};
}

void ObjectReader::refuse_others(
    std::initializer_list<std::string_view> known,
    const std::string& message
) {
    // A longer name would be most of the answer.
    constexpr std::size_t kNameMax = 64;
    for (const auto& field : object_) {
        const std::string_view name{field.key()};
        if (std::ranges::find(known, name) == known.end())
            complain(name.size() <= kNameMax ? name : "body", message);
    }
}

void ObjectReader::complain(std::string_view field, std::string message) {
    complaints_.add(place_of(field), std::move(message));
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
    std::string taken{std::string_view{*text}};
    std::string complaint;
    if (origin_ == Origin::request && !accept_text(taken, bounds, complaint))
        complain(field, std::move(complaint));
    return taken;
}

std::string ObjectReader::text(std::string_view field, TextBounds bounds) {
    const auto* value = find_required(field);
    return value == nullptr ? std::string{} : text_of(field, *value, bounds);
}

std::optional<std::string> ObjectReader::optional_text(std::string_view field, TextBounds bounds) {
    const auto* value = find(field);
    return value == nullptr ? std::nullopt : std::optional{text_of(field, *value, bounds)};
}

std::vector<std::string> ObjectReader::texts(std::string_view field, TextBounds bounds) {
    std::vector<std::string> texts;
    const auto* const list = array(field);
    if (list == nullptr) return texts;
    texts.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto place = std::string{field} + "[" + std::to_string(i) + "]";
        texts.push_back(text_of(place, (*list)[i], bounds));
    }
    return texts;
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

std::int64_t ObjectReader::amount(std::string_view field, IntegerBounds bounds) {
    const auto* value = find_required(field);
    if (value == nullptr) return bounds.min;
    const auto fraction = find_fraction(*value, bounds.max);
    if (!fraction) return integer_of(field, *value, bounds);
    complain(field, in_minor_units(*fraction));
    return bounds.min;
}

bool ObjectReader::flag(std::string_view field) {
    const auto* value = find(field);
    if (value == nullptr) return false;
    if (!value->is_bool()) complain(field, "must be true or false");
    return value->is_bool() && value->get_bool();
}

std::optional<std::int64_t>
ObjectReader::optional_integer(std::string_view field, IntegerBounds bounds) {
    const auto* value = find(field);
    return value == nullptr ? std::nullopt : std::optional{integer_of(field, *value, bounds)};
}

std::optional<double>
ObjectReader::number_of(std::string_view field, const boost::json::value& value) {
    if (value.is_number()) return value.to_number<double>();
    complain(field, "must be a number");
    return std::nullopt;
}

double ObjectReader::number(std::string_view field) {
    const auto* value = find_required(field);
    return value == nullptr ? 0 : number_of(field, *value).value_or(0);
}

std::optional<double> ObjectReader::optional_number(std::string_view field) {
    const auto* value = find(field);
    return value == nullptr ? std::nullopt : number_of(field, *value);
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
