#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace frontrow {

/// Eight bytes of a text as one integer, so that common checks handle eight bytes at a time. The
/// first byte of the text is the least significant.
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

/// The high bit of each byte. In a text it is set in each byte that isn't ASCII. The functions
/// below return a word in which it marks the bytes that match. The lowest mark is always right, and
/// so is a word without marks. Higher marks may be wrong.
inline constexpr Eight kHighBits = eight_times(0x80);

/// Marks the bytes less than `bound`, which is at most 0x80. The subtraction sets the high bit of
/// each byte less than `bound`. Its borrow may also mark bytes above such a byte wrongly.
constexpr Eight mark_below(Eight text, unsigned char bound) {
    return (text - eight_times(bound)) & ~text & kHighBits;
}

constexpr Eight mark_each(Eight text, unsigned char c) {
    return mark_below(text ^ eight_times(c), 1);
}

/// True if any part of the text matches. `of_eight(Eight)` tests eight bytes at a time;
/// `of_one(char)` tests each byte of a text of fewer than eight bytes.
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
