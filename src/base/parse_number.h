#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace frontrow {

/// Parses a decimal number that is the whole text, without blanks or a plus sign. Returns nothing
/// if the text is anything else or the number doesn't fit.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

}  // namespace frontrow
