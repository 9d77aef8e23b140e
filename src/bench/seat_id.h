#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace frontrow::bench {

/// A seat's id as text, without an allocation: a load has up to a million of them.
using SeatId = std::array<char, 36>;

inline std::string_view text_of(const SeatId& id) {
    return {id.data(), id.size()};
}

}  // namespace frontrow::bench
