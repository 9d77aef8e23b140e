#pragma once

#include <string_view>

namespace frontrow {

/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no
/// surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes);

/// Whether all of it is ASCII that can be seen, or a space: what most names and keys are, and then
/// they are UTF-8 without control characters, and as many characters as bytes.
bool is_printable_ascii(std::string_view bytes);

}  // namespace frontrow
