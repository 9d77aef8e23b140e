#pragma once

#include "base/bits128.h"
#include "base/check.h"
#include "base/instant.h"

#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace frontrow::io::postgres {

/// PostgreSQL's binary format of values: numbers are big-endian; times are microseconds since 2000
/// in UTC.

/// libpq's code for the binary format.
constexpr int kBinary = 1;

template <std::unsigned_integral Number>
constexpr Number big_endian(Number value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (sizeof(Number) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(Number) == 8) return __builtin_bswap64(value);
}

template <std::unsigned_integral Number>
void append_big_endian(std::string& out, Number value) {
    const Number swapped = big_endian(value);
    out.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
}

template <std::unsigned_integral Number>
Number read_big_endian(const char* bytes) {
    Number value;
    std::memcpy(&value, bytes, sizeof value);
    return big_endian(value);
}

inline Bits128 read_uuid(const char* bytes) {
    return {read_big_endian<std::uint64_t>(bytes), read_big_endian<std::uint64_t>(bytes + 8)};
}

inline constexpr Instant kPgEpoch{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
inline constexpr auto kPgInfinity = std::numeric_limits<std::int64_t>::max();
inline constexpr auto kPgMinusInfinity = std::numeric_limits<std::int64_t>::min();
/// timestamp_of() accepts finite instants only before this one, the last day of std::chrono's last
/// year. PostgreSQL's own timestamps go on until the year 294276.
inline constexpr Instant kPgEnd{std::chrono::sys_days{std::chrono::year{32767} / 12 / 31}};

inline std::int64_t timestamp_of(Instant at) {
    if (at == Instant::max()) return kPgInfinity;
    if (at == Instant::min()) return kPgMinusInfinity;
    CHECK(at > Instant{-kPgEnd.time_since_epoch()} && at < kPgEnd);
    return (at - kPgEpoch).count() * 1'000;
}

/// Rounds down to the millisecond.
inline Instant instant_of(std::int64_t timestamp) {
    if (timestamp == kPgInfinity) return Instant::max();
    if (timestamp == kPgMinusInfinity) return Instant::min();
    return kPgEpoch + std::chrono::floor<Millis>(std::chrono::microseconds{timestamp});
}

}  // namespace frontrow::io::postgres
