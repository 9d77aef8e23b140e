#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow {

/// The length that a text may have, in characters.
struct TextBounds {
    std::size_t min = 0;
    std::size_t max = 0;
    /// The text must show something: not only blanks and invisible characters.
    bool is_name = false;
};

/// Whether a text may contain tabs and line ends, which are control characters too.
enum class TextLines : std::uint8_t { one, many };

enum class TextFlaw : std::uint8_t { not_utf8, wrong_length, control_character, invisible };

/// The one check for every text from outside: a body, a header, a token, a table, a flag. The text
/// must be UTF-8, of a length within bounds, and without control characters. Returns nothing if it
/// is.
std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines);

}  // namespace frontrow
