#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string_view>

namespace frontrow::identity {

/// Parses a JSON object. Returns nothing if the text isn't one, or if any object in it has two
/// members of the same name: two readers could take it for two different documents.
std::optional<boost::json::object> parse_strict_object(std::string_view text);

/// Returns nothing if the member is missing or isn't a text.
std::optional<std::string_view> text_in(const boost::json::object& object, std::string_view name);

}  // namespace frontrow::identity
