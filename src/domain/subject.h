#pragma once

#include <string_view>

namespace frontrow::domain {

/// A valid `sub` has 1 to 255 bytes of UTF-8 without control characters. The length is limited
/// because every fact about its owner contains it. A token with any other `sub` isn't accepted.
bool is_valid_sub(std::string_view sub);
/// The same rule, as the text of a message.
inline constexpr std::string_view kSubRule =
    "must be 1 to 255 bytes of UTF-8 without control characters";

}  // namespace frontrow::domain
