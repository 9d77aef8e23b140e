#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::tickets {

/// Writes bytes in base32 (RFC 4648): 26 capital letters and the digits 2 to 7, without padding.
void append_base32(std::string& out, std::string_view bytes);

/// Reads what append_base32() writes. Returns nothing for any other text: in lower case, with
/// padding, of an impossible length, or with a bit set behind the last byte. So the same bytes have
/// one text only.
std::optional<std::string> read_base32(std::string_view text);

}  // namespace frontrow::tickets
