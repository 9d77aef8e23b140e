#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace frontrow {

/// Eight bytes of a text, looked at together: what most texts of ours aren't asked byte by byte.
/// The first is the lowest.
using Eight = std::uint64_t;
static_assert(std::endian::native == std::endian::little);

/// The eight from `text` on.
inline Eight eight_at(const char* text) {
    Eight eight = 0;
    std::memcpy(&eight, text, sizeof eight);
    return eight;
}

/// Of a text of up to eight bytes. Of those of one length each has another.
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

/// Where a byte has it, it isn't ASCII; in what the functions below return, it's marked. They are
/// exact about the first that is marked, and so about whether there is one; above it they may mark
/// others.
inline constexpr Eight kHighBits = eight_times(0x80);

/// `bound` is at most 0x80. The subtraction gives a byte below it a high bit that it didn't have;
/// another gets one only above such a byte, which borrowed.
constexpr Eight mark_below(Eight text, unsigned char bound) {
    return (text - eight_times(bound)) & ~text & kHighBits;
}

constexpr Eight mark_each(Eight text, unsigned char c) {
    return mark_below(text ^ eight_times(c), 1);
}

/// Whether any of the text is as `of_eight(Eight)` and `of_one(char)` tell.
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
