#pragma once

#include <string_view>

namespace frontrow {

/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no
/// surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes);

}  // namespace frontrow
