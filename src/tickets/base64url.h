#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::tickets {

/// Writes bytes in base64url (RFC 4648) without padding, as in JSON Web Keys.
std::string to_base64url(std::string_view bytes);

/// Reads what to_base64url() writes. Returns nothing for any other text.
std::optional<std::string> read_base64url(std::string_view text);

}  // namespace frontrow::tickets
