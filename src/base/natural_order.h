#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string_view>

namespace frontrow {

/// Removes the leading digits of `text`. Returns them without leading zeros.
inline std::string_view take_number(std::string_view& text) {
    const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
    auto number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

/// Compares labels as people count: the numbers in them by value, so that "A-2" comes before
/// "A-10", and the rest byte by byte. Labels that differ only in leading zeros, like "A-2" and
/// "A-02", are then compared byte by byte, so two different labels are never equal.
inline std::strong_ordering compare_naturally(std::string_view a, std::string_view b) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    auto in_a = a;
    auto in_b = b;
    while (!in_a.empty() && !in_b.empty()) {
        if (is_digit(in_a.front()) && is_digit(in_b.front())) {
            const auto number_a = take_number(in_a);
            const auto number_b = take_number(in_b);
            // Without leading zeros, the longer number is the larger one.
            if (number_a.size() != number_b.size()) return number_a.size() <=> number_b.size();
            if (number_a != number_b) return number_a <=> number_b;
        } else {
            const auto order = in_a.substr(0, 1) <=> in_b.substr(0, 1);
            if (order != 0) return order;
            in_a.remove_prefix(1);
            in_b.remove_prefix(1);
        }
    }
    if (in_a.size() != in_b.size()) return in_a.size() <=> in_b.size();
    return a <=> b;
}

}  // namespace frontrow
