#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace frontrow {

/// Eight bytes of a text in one word, so that common checks don't go byte by byte. The text's first
/// byte is the lowest.
using Eight = std::uint64_t;
static_assert(std::endian::native == std::endian::little);

/// Loads the eight bytes that start at `text`.
inline Eight eight_at(const char* text) {
    Eight eight = 0;
    std::memcpy(&eight, text, sizeof eight);
    return eight;
}

/// Packs a text of up to eight bytes. Different texts of the same length give different words.
inline Eight eight_of(std::string_view text) {
    Eight eight = 0;
    if (text.size() < sizeof(std::uint32_t)) {
        for (const char c : text)
            eight = eight << 8 | static_cast<unsigned char>(c);
        return eight;
    }
    std::uint32_t last = 0;
    std::memcpy(&eight, text.data(), sizeof last);
    std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
    return eight | Eight{last} << 32;
}

constexpr Eight eight_times(unsigned char c) {
    return 0x0101'0101'0101'0101U * c;
}

/// The high bit of each byte: set in a byte that isn't ASCII. The functions below return a word in
/// which they set it for each byte that they mark. The first mark is exact, and so is the absence
/// of marks. Bytes above the first mark may be marked wrongly.
inline constexpr Eight kHighBits = eight_times(0x80);

/// Marks the bytes below `bound`, which is at most 0x80. The subtraction sets the high bit of each
/// byte below `bound`. In other bytes it does so only above such a byte, through its borrow.
constexpr Eight mark_below(Eight text, unsigned char bound) {
    return (text - eight_times(bound)) & ~text & kHighBits;
}

constexpr Eight mark_each(Eight text, unsigned char c) {
    return mark_below(text ^ eight_times(c), 1);
}

/// Tells whether any part of the text matches. Whole words are tested by `of_eight(Eight)`, the
/// bytes of a text shorter than that by `of_one(char)`.
template <class OfEight, class OfOne>
bool has_any(std::string_view text, OfEight of_eight, OfOne of_one) {
    if (text.size() < sizeof(Eight)) {
        for (const char c : text)
            if (of_one(c)) return true;
        return false;
    }
    const char* const last = text.data() + text.size() - sizeof(Eight);
    for (const char* at = text.data(); at < last; at += sizeof(Eight))
        if (of_eight(eight_at(at))) return true;
    return of_eight(eight_at(last));
}

}  // namespace frontrow
