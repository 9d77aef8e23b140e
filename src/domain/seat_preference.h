#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace frontrow::domain {

/// What makes a seat of an event better than another: its distance from the focal point, in which
/// either direction may count more.
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
