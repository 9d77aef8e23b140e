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
    /// It must show something: not only blanks and invisible characters.
    name,
    /// A name by which people tell things apart, like a seat's number. No two may look the same:
    /// single blanks only, none at either end, and no invisible characters.
    label,
};

/// The length that a text may have, in characters, and its kind.
struct TextBounds {
    std::size_t min = 0;
    std::size_t max = 0;
    TextKind kind = TextKind::exact;
};

/// Whether a text may contain tabs and line ends, which are control characters too.
enum class TextLines : std::uint8_t { one, many };

enum class TextFlaw : std::uint8_t {
    not_utf8,
    wrong_length,
    control_character,
    /// The whole text.
    invisible,
    /// At either end of a label, or two in a row.
    blank,
    /// In a label, or a blank other than U+0020.
    invisible_character,
};

/// The one check for every text from outside: a body, a header, a token, a table, a flag. The text
/// must be UTF-8, of a length within bounds, and without control characters. Returns nothing if it
/// is.
std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines);

}  // namespace frontrow
