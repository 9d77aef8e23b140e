#pragma once

#include "base/instant.h"
#include "base/money.h"
#include "domain/facts.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace frontrow::domain {

// Checks that a fact can be written to the journal as a line and read back exactly. That limits its
// values to UTF-8 texts, calendar times, non-negative amounts, and coordinates to the millionth.
// Requests have limits of their own; this second check keeps the journal readable even if those
// have a bug.

/// Longer than the calendar, but too short to cause an overflow.
inline constexpr std::chrono::seconds kHoldMax{1'000'000'000'000};
/// Low enough that the prices of any reservation have a sum that fits.
inline constexpr Amount kWrittenPriceMax = 1'000 * kPriceMax;

bool is_writable(Instant at);

/// An upper bound for the length of the fact's line, in bytes; nothing if it can't be written.
std::optional<std::size_t> written_bytes_max(const FactBody& body);

}  // namespace frontrow::domain
