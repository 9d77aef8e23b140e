#pragma once

#include "bench/ask.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

// The presale of the bench. Its allocations hold back equal parts of the event's seats. Access
// codes are numbered: code n opens allocation n % kAllocations.

inline constexpr std::uint32_t kAllocations = 10;
/// The codes that are valid during the load. Many buyers share one.
inline constexpr std::uint32_t kCodes = 1'000;
/// The codes behind them, which are withdrawn before the load.
inline constexpr std::uint32_t kLateCodes = 100;
inline constexpr std::uint32_t kPresaleTicketsPerBuyer = 2;
/// Of this many requests, kPresaleBuyers send a right code, each for a seat of its own. The others
/// have no right to the seat that they name.
inline constexpr std::uint32_t kPresaleOf = 8;
inline constexpr std::uint32_t kPresaleBuyers = 4;
/// A presale's seats are a multiple of this, so that the parts are equal.
inline constexpr std::uint32_t kPresaleGrain = kAllocations * kPresaleBuyers;

/// A code's text is this prefix and its number with twelve digits.
inline constexpr std::string_view kCodePrefix = "bench-";
std::string code_text(std::uint64_t number);

/// The request with this number, for an event of `seats` seats.
Ask presale_ask(std::uint64_t number, std::uint32_t seats);

}  // namespace frontrow::bench
