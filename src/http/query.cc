#include "http/query.h"

#include "base/parse_number.h"

#include <boost/url/pct_string_view.hpp>

#include <algorithm>

namespace frontrow::http {

namespace urls = boost::urls;

std::optional<std::string> decode_percent(std::string_view text) {
    if (!text.contains('%')) return std::string{text};
    const auto encoded = urls::make_pct_string_view(urls::string_view{text.data(), text.size()});
    if (!encoded) return std::nullopt;
    return encoded->decode();
}

namespace {

/// Decodes a value as HTML forms encode it. A value that can't be decoded is returned as it is, so
/// that it is refused as wrong and not taken for absent.
std::string decode_form(std::string_view text) {
    std::string value{text};
    std::ranges::replace(value, '+', ' ');
    return decode_percent(value).value_or(value);
}

}  // namespace

// Split by hand: Boost 1.81's urls::params_encoded_view reads the last value beyond the query, to
// the end of the buffer that contains it.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto parameter = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(parameter.find('='), parameter.size());
        const auto asked = parameter.substr(0, equals);
        const bool is_it = asked == name || (asked.contains('%') && decode_form(asked) == name);
        if (is_it) return decode_form(parameter.substr(std::min(equals + 1, parameter.size())));
    }
    return std::nullopt;
}

Result<std::size_t, wire::ParseError> query_number(
    std::string_view query,
    std::string_view name,
    std::size_t min,
    std::size_t max,
    std::size_t otherwise
) {
    const auto text = query_parameter(query, name);
    if (!text) return otherwise;
    const auto number = parse_number<std::size_t>(*text);
    if (number && *number >= min && *number <= max) return *number;
    auto message =
        "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    return std::unexpected(wire::ParseError{{{std::string{name}, std::move(message)}}});
}

}  // namespace frontrow::http
