#pragma once

namespace frontrow::wire {

/// Stands for itself in JSON's texts: the readers of plain lines and bodies leave any other to the
/// document tree.
constexpr bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace frontrow::wire
