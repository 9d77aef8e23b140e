#pragma once

namespace frontrow::wire {

/// A printable ASCII character that needs no escape in a JSON text. The fast paths leave texts with
/// any other character to the document parser.
constexpr bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace frontrow::wire
