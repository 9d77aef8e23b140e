#pragma once

#include <algorithm>
#include <string_view>

namespace frontrow::http {

/// The names of headers, and most words in them, are the same in either case. `lower` is in lower
/// case.
inline bool same_ignoring_case(std::string_view word, std::string_view lower) {
    return std::ranges::equal(word, lower, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b;
    });
}

}  // namespace frontrow::http
