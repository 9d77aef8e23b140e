#include "base/text.h"

#include "base/utf8.h"

#include <algorithm>
#include <utility>

namespace frontrow {
namespace {

bool is_line_space(char c) {
    return c == '\t' || c == '\n' || c == '\r';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Invisible characters: Unicode's White_Space and Default_Ignorable_Code_Point, control
/// characters, and the Braille pattern without dots. Each pair is the first and last character of a
/// run.
constexpr std::pair<char32_t, char32_t> kInvisible[] = {
    {0x0000, 0x0020},   {0x007F, 0x00A0},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_invisible(char32_t character) {
    const bool is_plain = character > U' ' && character <= U'~';
    return !is_plain && std::ranges::any_of(kInvisible, [character](const auto& run) {
        return character >= run.first && character <= run.second;
    });
}

/// Removes the first character of a text in UTF-8, and returns it.
char32_t take_character(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    char32_t character = more == 0 ? first : first & (0x3FU >> more);
    for (const char c : text.substr(1, more))
        character = character << 6 | (static_cast<unsigned char>(c) & 0x3FU);
    text.remove_prefix(1 + more);
    return character;
}

/// `text` must be UTF-8.
bool shows_something(std::string_view text) {
    while (!text.empty()) {
        if (!is_invisible(take_character(text))) return true;
    }
    return false;
}

/// A space, or an ideographic space, which is as wide as a Chinese or Japanese character.
bool is_plain_blank(char32_t character) {
    return character == U' ' || character == U'\u3000';
}

std::optional<TextFlaw> find_flaw_of_label(std::string_view label) {
    if (label.empty()) return std::nullopt;
    bool follows_blank = true;
    while (!label.empty()) {
        const auto character = take_character(label);
        const bool is_blank = is_plain_blank(character);
        if (!is_blank && is_invisible(character)) return TextFlaw::invisible_character;
        if (is_blank && follows_blank) return TextFlaw::blank;
        follows_blank = is_blank;
    }
    return follows_blank ? std::optional{TextFlaw::blank} : std::nullopt;
}

bool is_within(std::size_t length, TextBounds bounds) {
    return length >= bounds.min && length <= bounds.max;
}

}  // namespace

std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines) {
    // Most texts are printable ASCII, and need no check byte by byte.
    const bool is_plain = is_printable_ascii(text);
    if (!is_plain && !is_utf8(text)) return TextFlaw::not_utf8;
    const auto length = is_plain ? text.size() : count_characters(text);
    if (!is_within(length, bounds)) return TextFlaw::wrong_length;
    const auto is_refused = [lines](char c) {
        return is_control(c) && (lines == TextLines::one || !is_line_space(c));
    };
    if (!is_plain && std::ranges::any_of(text, is_refused)) return TextFlaw::control_character;
    const bool is_name = bounds.kind == TextKind::name || bounds.kind == TextKind::label;
    if (is_name && length > 0 && !shows_something(text)) return TextFlaw::invisible;
    return bounds.kind == TextKind::label ? find_flaw_of_label(text) : std::nullopt;
}

}  // namespace frontrow
