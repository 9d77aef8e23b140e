#pragma once

#include "base/eight_bytes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::http {

/// Frees the memory of a text; assigning an empty text would keep it.
inline void free_memory(std::string& text) {
    std::string{}.swap(text);
}

/// A table that is true for the bytes of these characters.
constexpr std::array<bool, 256> set_of(std::string_view characters) {
    std::array<bool, 256> set{};
    for (const char c : characters)
        set[static_cast<unsigned char>(c)] = true;
    return set;
}

/// Converts ASCII letters to lower case.
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
        return std::ranges::equal(word, lower, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b;
        });
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

}  // namespace frontrow::http
