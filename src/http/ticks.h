#pragma once

#include <chrono>
#include <cstdint>

namespace frontrow::http {

/// The resolution of the server's timeouts. One timer for all connections costs nothing per
/// request; one timer per connection costs a microsecond.
inline constexpr std::chrono::milliseconds kTick{100};

constexpr std::uint64_t ticks_of(std::chrono::milliseconds time) {
    return static_cast<std::uint64_t>((time + kTick - std::chrono::milliseconds{1}) / kTick);
}

}  // namespace frontrow::http
