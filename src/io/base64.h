#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::io {

/// Base64 with padding (RFC 4648, 4), by OpenSSL.
std::string to_base64(std::string_view bytes);
/// Returns nothing if the text isn't base64 with padding, or contains blanks.
std::optional<std::string> from_base64(std::string_view text);

/// Writes bytes in base64url (RFC 4648, 5) without padding, as in JSON Web Keys and tokens.
std::string to_base64url(std::string_view bytes);
/// Reads what to_base64url() writes. Returns nothing for any other text: no padding, no other
/// alphabet and no spare bits are accepted, so the same bytes never have two spellings.
std::optional<std::string> read_base64url(std::string_view text);

}  // namespace frontrow::io
