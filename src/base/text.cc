#include "base/text.h"

#include "base/utf8.h"

#include <algorithm>
#include <utility>

namespace frontrow {
namespace {

/// `text` must be UTF-8.
std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (c & 0xC0) != 0x80;
    }));
}

bool is_line_space(char c) {
    return c == '\t' || c == '\n' || c == '\r';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Characters that show nothing on their own: Unicode's White_Space, Default_Ignorable_Code_Point,
/// and the Braille pattern without dots. First and last character of each run.
constexpr std::pair<char32_t, char32_t> kInvisible[] = {
    {0x0000, 0x0020},   {0x007F, 0x00A0},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_invisible(char32_t character) {
    return std::ranges::any_of(kInvisible, [character](const auto& run) {
        return character >= run.first && character <= run.second;
    });
}

/// `text` must be UTF-8.
bool shows_something(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i++]);
        const int more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        char32_t character = more == 0 ? first : first & (0x3FU >> more);
        for (int n = 0; n < more; ++n)
            character = character << 6 | (static_cast<unsigned char>(text[i++]) & 0x3FU);
        if (!is_invisible(character)) return true;
    }
    return false;
}

bool is_within(std::size_t length, TextBounds bounds) {
    return length >= bounds.min && length <= bounds.max;
}

}  // namespace

std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines) {
    // Most texts are printable ASCII, and then need no look at single bytes.
    const bool is_plain = is_printable_ascii(text);
    if (!is_plain && !is_utf8(text)) return TextFlaw::not_utf8;
    const auto length = is_plain ? text.size() : count_characters(text);
    if (!is_within(length, bounds)) return TextFlaw::wrong_length;
    const auto is_refused = [lines](char c) {
        return is_control(c) && (lines == TextLines::one || !is_line_space(c));
    };
    if (!is_plain && std::ranges::any_of(text, is_refused)) return TextFlaw::control_character;
    if (bounds.is_name && length > 0 && !shows_something(text)) return TextFlaw::invisible;
    return std::nullopt;
}

}  // namespace frontrow
