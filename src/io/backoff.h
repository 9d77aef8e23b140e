#pragma once

#include "base/bits128.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace frontrow::io {

/// Computes the wait before the next attempt, when many clients may retry at once. The wait doubles
/// after each failure, up to `max`. Jitter shortens it by up to half, so that the clients don't all
/// come back at the same moment.
class Backoff {
public:
    Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max)
        : min_{min}, max_{max}, next_{min} {}

    std::chrono::milliseconds after_failure(Bits128 random) {
        const auto whole = next_.count();
        next_ = std::min(max_, next_ * 2);
        const auto share = static_cast<std::uint64_t>(whole - whole / 2 + 1);
        return std::chrono::milliseconds{whole - static_cast<std::int64_t>(random.lo % share)};
    }

    void after_success() { next_ = min_; }

private:
    std::chrono::milliseconds min_;
    std::chrono::milliseconds max_;
    std::chrono::milliseconds next_;
};

}  // namespace frontrow::io
