#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace frontrow {

/// A 128-bit value that can be compared and ordered: the content of an id, a digest or a trace id.
struct Bits128 {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;

    friend auto operator<=>(const Bits128&, const Bits128&) = default;
};

using Bytes128 = std::array<std::uint8_t, sizeof(Bits128)>;
static_assert(std::endian::native == std::endian::little);

/// The 16 bytes as they are written, most significant first.
constexpr Bytes128 bytes_of(Bits128 bits) {
    return std::bit_cast<Bytes128>(Bits128{std::byteswap(bits.hi), std::byteswap(bits.lo)});
}

constexpr Bits128 bits_of(const Bytes128& bytes) {
    const auto swapped = std::bit_cast<Bits128>(bytes);
    return {std::byteswap(swapped.hi), std::byteswap(swapped.lo)};
}

}  // namespace frontrow

template <>
struct std::hash<frontrow::Bits128> {
    std::size_t operator()(const frontrow::Bits128& bits) const noexcept {
        return bits.hi * 0x9E3779B97F4A7C15ULL ^ bits.lo;
    }
};
