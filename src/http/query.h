#pragma once

#include "base/result.h"
#include "wire/parse_error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http {

/// Percent-decoded text; nothing where it isn't well-formed.
std::optional<std::string> decode_percent(std::string_view text);

/// The value of a parameter of a query string; nothing where it isn't there. Names and values are
/// decoded where that's possible.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

/// A whole number within bounds, or `otherwise` where the parameter isn't there.
Result<std::size_t, wire::ParseError> query_number(
    std::string_view query,
    std::string_view name,
    std::size_t min,
    std::size_t max,
    std::size_t otherwise
);

}  // namespace frontrow::http
