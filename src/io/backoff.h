#pragma once

#include "base/instant.h"
#include "io/random.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace frontrow::io {

/// How long to wait before trying again. It doubles with every failure up to `longest`, and each
/// wait is drawn from the upper half of its length, so that those who failed together don't all
/// come back together. Keeps the reference: `random` outlives it.
class Backoff {
public:
    Backoff(Millis first, Millis longest, Random& random)
        : first_{first}, longest_{longest}, random_{random} {}

    Millis next() {
        const Millis whole = std::exchange(wait_, std::min(wait_ * 2, longest_));
        const auto half = static_cast<std::uint64_t>(whole.count()) / 2;
        const auto drawn = random_.next().lo % (half + 1);
        return whole - Millis{static_cast<Millis::rep>(drawn)};
    }
    /// It went well: the next failure waits briefly again.
    void reset() { wait_ = first_; }

private:
    Millis first_;
    Millis longest_;
    Random& random_;
    Millis wait_ = first_;
};

}  // namespace frontrow::io
