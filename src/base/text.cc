#include "base/text.h"

#include "base/utf8.h"

#include <algorithm>

namespace frontrow {
namespace {

/// Of UTF-8.
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

bool is_within(std::size_t length, TextBounds bounds) {
    return length >= bounds.min && length <= bounds.max;
}

}  // namespace

std::optional<TextFlaw> find_flaw(std::string_view text, TextBounds bounds, TextLines lines) {
    // Most texts are, and then nothing more is to be asked.
    if (is_printable_ascii(text))
        return is_within(text.size(), bounds) ? std::nullopt
                                              : std::optional{TextFlaw::wrong_length};
    if (!is_utf8(text)) return TextFlaw::not_utf8;
    if (!is_within(count_characters(text), bounds)) return TextFlaw::wrong_length;
    const auto is_refused = [lines](char c) {
        return is_control(c) && (lines == TextLines::one || !is_line_space(c));
    };
    if (std::ranges::any_of(text, is_refused)) return TextFlaw::control_character;
    return std::nullopt;
}

}  // namespace frontrow
