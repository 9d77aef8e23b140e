#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow {

/// How long a text may be, in characters.
struct TextBounds {
    std::size_t min = 0;
    std::size_t max = 0;
    /// It must show something, and not blanks and invisible characters alone.
    bool is_name = false;
};

/// Whether a text may have tabs and line ends, which are control characters too.
enum class TextLines : std::uint8_t { one, many };

enum class TextFlaw : std::uint8_t { not_utf8, wrong_length, control_character, invisible };

/// The one check of every text that comes from outside: a body, a header, a token, a table, a
/// flag. It must be UTF-8, of such a length, and without control characters. Nothing where it is.
std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines);

}  // namespace frontrow
