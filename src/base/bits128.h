#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace frontrow {

/// 128 bits with order and equality: the body of an id, a digest, a trace.
struct Bits128 {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;

    friend auto operator<=>(const Bits128&, const Bits128&) = default;
};

}  // namespace frontrow

template <>
struct std::hash<frontrow::Bits128> {
    std::size_t operator()(const frontrow::Bits128& bits) const noexcept {
        return bits.hi * 0x9E3779B97F4A7C15ULL ^ bits.lo;
    }
};
