#pragma once

#include "base/bits128.h"
#include "base/instant.h"
#include "io/backoff.h"

#include <algorithm>
#include <optional>

namespace frontrow::io {

/// When a call that failed is made again, and when no more. It has no state: the caller counts its
/// attempts, which may outlive the process, and passes in the randomness.
struct RetryPolicy {
    /// How many attempts may follow the first.
    int retries = 4;
    BackoffDelays delays{.first = Millis{250}, .longest = Millis{8'000}};

    /// Returns the wait before the next attempt, after `failures` (1 or more) failed ones. Nothing
    /// if there shall be no other attempt. `asked` is how long the service asks callers to wait
    /// (Retry-After); the wait is at least that, but not longer than the longest delay.
    std::optional<Millis>
    after(int failures, Bits128 random, std::optional<Millis> asked = std::nullopt) const {
        if (failures > retries) return std::nullopt;
        const auto delay = delays.after(failures, random);
        return std::max(delay, std::min(asked.value_or(Millis{0}), delays.longest));
    }
};

}  // namespace frontrow::io
