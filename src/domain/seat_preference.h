#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace frontrow::domain {

/// How an event ranks its seats: the nearer to the focal point, the better. With `front`, the depth
/// of the distance counts more than its width; with `middle`, the width counts more.
enum class SeatPreference : std::uint8_t { balanced, front, middle };

constexpr std::string_view name_of(SeatPreference preference) {
    switch (preference) {
        case SeatPreference::balanced:
            return "balanced";
        case SeatPreference::front:
            return "front";
        case SeatPreference::middle:
            return "middle";
    }
}
constexpr std::array<SeatPreference, 3> choices(SeatPreference) {
    return {SeatPreference::balanced, SeatPreference::front, SeatPreference::middle};
}

}  // namespace frontrow::domain
