#pragma once

#include <string_view>

namespace frontrow::domain {

/// A `sub` stands in every fact about its owner, so it's 1 to 255 bytes of UTF-8 without control
/// characters. Any other isn't honoured.
bool is_valid_sub(std::string_view sub);
/// The same, for a message.
inline constexpr std::string_view kSubRule =
    "must be 1 to 255 bytes of UTF-8 without control characters";

}  // namespace frontrow::domain
