#pragma once

#include <cstddef>
#include <string_view>

namespace frontrow {

/// True if the bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no
/// surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes);

/// The number of characters in a UTF-8 text. If the bytes aren't UTF-8, the number of bytes that
/// aren't continuation bytes.
std::size_t count_characters(std::string_view text);

/// The text without the byte order mark that some editors put at a file's beginning.
std::string_view without_byte_order_mark(std::string_view text);

/// True if all characters are printable ASCII, including the space, as in most names and keys. Such
/// a text is UTF-8, has no control characters, and has as many characters as bytes.
bool is_printable_ascii(std::string_view bytes);

}  // namespace frontrow
