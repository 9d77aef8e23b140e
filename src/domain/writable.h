#pragma once

#include "base/instant.h"
#include "base/money.h"
#include "domain/facts.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace frontrow::domain {

// The values that the written form can represent exactly: UTF-8 texts, calendar times, non-negative
// amounts, coordinates to the millionth. These are not the limits on requests, but a second check:
// it keeps the journal readable even if those limits have a bug.

/// Longer than the calendar, but too short to cause an overflow.
inline constexpr std::chrono::seconds kHoldMax{1'000'000'000'000};
/// Low enough that the prices of any reservation have a sum that fits.
inline constexpr Amount kWrittenPriceMax = 1'000 * kPriceMax;

bool is_writable(Instant at);

/// An upper bound for the length of the fact's line, in bytes; nothing if it can't be written.
std::optional<std::size_t> written_bytes_max(const FactBody& body);

}  // namespace frontrow::domain
