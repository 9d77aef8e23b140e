#pragma once

#include "base/bits128.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace frontrow::io {

/// The waits between attempts, when many clients may retry at once. The wait grows by `factor`
/// after each failure, up to the longest. Chance shortens it by up to the share `jitter`, so that
/// the clients don't all come back at the same moment.
struct BackoffDelays {
    std::chrono::milliseconds first{};
    std::chrono::milliseconds longest{};
    /// 1 or more.
    double factor = 2;
    /// 0 to 1.
    double jitter = 0.5;

    /// The wait after `failures` failures in a row; 1 or more.
    std::chrono::milliseconds after(int failures, Bits128 random) const {
        // The bound keeps the power finite. The longest wait is reached much earlier.
        constexpr int kStepsMax = 64;
        const double growth = std::pow(factor, std::min(failures - 1, kStepsMax));
        const auto whole = static_cast<std::int64_t>(std::min(
            static_cast<double>(longest.count()), static_cast<double>(first.count()) * growth
        ));
        const auto share =
            static_cast<std::uint64_t>(std::ceil(static_cast<double>(whole) * jitter)) + 1;
        return std::chrono::milliseconds{whole - static_cast<std::int64_t>(random.lo % share)};
    }
};

/// Counts the failures of a client that never gives up, and computes its next wait.
class Backoff {
public:
    Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max)
        : delays_{.first = min, .longest = max} {}

    std::chrono::milliseconds after_failure(Bits128 random) {
        return delays_.after(++failures_, random);
    }

    void after_success() { failures_ = 0; }

private:
    BackoffDelays delays_;
    int failures_ = 0;
};

}  // namespace frontrow::io
