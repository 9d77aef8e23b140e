#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::io {

/// Base64 with padding (RFC 4648, 4), by OpenSSL.
std::string to_base64(std::string_view bytes);
/// Returns nothing if the text isn't base64 with padding, or contains blanks.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace frontrow::io
