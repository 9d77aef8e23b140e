#pragma once

#include <string_view>

namespace frontrow {

/// Tells whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no
/// surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes);

/// Tells whether all characters are printable ASCII or spaces, as in most names and keys. Then the
/// text is UTF-8, has no control characters, and has as many characters as bytes.
bool is_printable_ascii(std::string_view bytes);

}  // namespace frontrow
