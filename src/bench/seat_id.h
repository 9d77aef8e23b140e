#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace frontrow::bench {

/// A seat's id as it's written: a million of them are kept side by side.
using SeatId = std::array<char, 36>;

inline std::string_view text_of(const SeatId& id) {
    return {id.data(), id.size()};
}

}  // namespace frontrow::bench
