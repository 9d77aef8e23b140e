#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow {

/// What a text is for, which decides what it may contain.
enum class TextKind : std::uint8_t {
    /// A key: compared byte by byte, and stored as it was sent.
    exact,
    /// For people to read.
    prose,
    /// A name: must not consist only of blanks and invisible characters.
    name,
    /// A name by which people tell things apart, like a seat's number. So that no two labels look
    /// the same, a label has only single blanks, none at either end, and no invisible characters.
    label,
};

/// The length that a text may have, in characters, and its kind.
struct TextBounds {
    std::size_t min = 0;
    std::size_t max = 0;
    TextKind kind = TextKind::exact;
};

/// Whether a text may contain tabs and line ends. Other control characters are never allowed.
enum class TextLines : std::uint8_t { one, many };

enum class TextFlaw : std::uint8_t {
    not_utf8,
    wrong_length,
    control_character,
    /// The text has no visible character.
    invisible,
    /// A label has a blank at either end, or two blanks in a row.
    blank,
    /// A label contains an invisible character, or a blank other than U+0020 and U+3000.
    invisible_character,
};

/// Checks a text from outside: a body, a header, a token, a table, a flag. The text must be UTF-8,
/// have a length within bounds, contain no control characters except those that `lines` allows, and
/// be of the given kind. Returns nothing if the text is fine.
std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines);

}  // namespace frontrow
