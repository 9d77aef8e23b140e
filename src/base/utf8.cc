#include "base/utf8.h"

#include "base/eight_bytes.h"

#include <algorithm>
#include <cstdint>

namespace frontrow {
namespace {

bool is_between(std::uint8_t byte, std::uint8_t low, std::uint8_t high) {
    return byte >= low && byte <= high;
}

/// Returns the length of the sequence that starts with `lead`, or 0 if `lead` can't start a
/// sequence. Sets the bounds of the second byte.
std::size_t length_after(std::uint8_t lead, std::uint8_t& low, std::uint8_t& high) {
    low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0x80) return 1;
    if (is_between(lead, 0xC2, 0xDF)) return 2;
    if (is_between(lead, 0xE0, 0xEF)) return 3;
    return is_between(lead, 0xF0, 0xF4) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        if (bytes.size() >= sizeof(Eight) && (eight_at(bytes.data()) & kHighBits) == 0) {
            bytes.remove_prefix(sizeof(Eight));
            continue;
        }
        std::uint8_t low = 0;
        std::uint8_t high = 0;
        const auto length = length_after(static_cast<std::uint8_t>(bytes.front()), low, high);
        if (length == 0 || length > bytes.size()) return false;
        for (std::size_t i = 1; i < length; ++i) {
            if (!is_between(static_cast<std::uint8_t>(bytes[i]), low, high)) return false;
            low = 0x80;
            high = 0xBF;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (c & 0xC0) != 0x80;
    }));
}

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.substr(text.starts_with(mark) ? mark.size() : 0);
}

bool is_printable_ascii(std::string_view bytes) {
    constexpr char kDelete = 0x7F;
    return !has_any(
        bytes,
        [](Eight eight) {
            return (eight & kHighBits) != 0 || mark_below(eight, ' ') != 0 ||
                   mark_each(eight, kDelete) != 0;
        },
        [](char c) { return !is_between(static_cast<std::uint8_t>(c), ' ', kDelete - 1); }
    );
}

}  // namespace frontrow
