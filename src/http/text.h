#pragma once

#include <array>
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

}  // namespace frontrow::http
