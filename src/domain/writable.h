#pragma once

#include "base/instant.h"
#include "base/money.h"
#include "domain/facts.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace frontrow::domain {

// What the written form can hold and give back as it was: texts in UTF-8, times of the calendar,
// amounts that aren't negative, coordinates to the millionth. It has none of the limits that
// requests have; it is what stands between a fault in one of those and a journal that nobody can
// read.

/// Longer than the calendar, and far from an overflow.
inline constexpr std::chrono::seconds kHoldMax{1'000'000'000'000};
/// The sum over any reservation still fits.
inline constexpr Amount kWrittenPriceMax = 1'000 * kPriceMax;

bool is_writable(Instant at);

/// How many bytes the fact takes as a line, at most; nothing if it can't be written.
std::optional<std::size_t> written_bytes_max(const FactBody& body);

}  // namespace frontrow::domain
