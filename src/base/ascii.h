#pragma once

#include "base/eight_bytes.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace frontrow {

/// Converts an ASCII letter to lower case.
constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Converts the ASCII letters of eight characters to lower case.
constexpr Eight lower_case(Eight eight) {
    const Eight seven_bits = eight & eight_times(0x7f);
    const Eight from_a = seven_bits + eight_times(0x80 - 'A');
    const Eight beyond_z = seven_bits + eight_times(0x7f - 'Z');
    const Eight is_upper = from_a & ~beyond_z & ~eight & kHighBits;
    return eight | is_upper >> 2;
}

/// Compares ignoring ASCII case, as for header names and most words in headers. `lower` must be in
/// lower case.
inline bool same_ignoring_case(std::string_view word, std::string_view lower) {
    const auto size = word.size();
    if (size != lower.size()) return false;
    if (size < sizeof(Eight)) {
        return std::ranges::equal(word, lower, [](char a, char b) { return lower_case(a) == b; });
    }
    const auto same_at = [&](std::size_t at) {
        return lower_case(eight_at(word.data() + at)) == eight_at(lower.data() + at);
    };
    // The last eight bytes may overlap those before them.
    for (std::size_t at = 0; at + sizeof(Eight) < size; at += sizeof(Eight)) {
        if (!same_at(at)) return false;
    }
    return same_at(size - sizeof(Eight));
}

}  // namespace frontrow
