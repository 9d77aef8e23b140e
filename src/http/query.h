#pragma once

#include "base/result.h"
#include "wire/parse_error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http {

/// Decodes percent-encoding. Returns nothing if it is malformed.
std::optional<std::string> decode_percent(std::string_view text);

/// The value of a parameter of a query string; nothing if it is absent. Names and values are
/// decoded. If one can't be decoded, it is used as it is.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

/// A whole number from `min` to `max`, or `otherwise` if the parameter is absent.
Result<std::size_t, wire::ParseError> query_number(
    std::string_view query,
    std::string_view name,
    std::size_t min,
    std::size_t max,
    std::size_t otherwise
);

}  // namespace frontrow::http
