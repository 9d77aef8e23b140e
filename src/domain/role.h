#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::domain {

/// Each role may do everything that the roles before it may.
enum class Role : std::uint8_t { user, scanner, organizer, admin };

constexpr std::string_view name_of(Role role) {
    switch (role) {
        case Role::user:
            return "user";
        case Role::scanner:
            return "scanner";
        case Role::organizer:
            return "organizer";
        case Role::admin:
            return "admin";
    }
}

constexpr std::array<Role, 4> choices(Role) {
    return {Role::user, Role::scanner, Role::organizer, Role::admin};
}

constexpr std::optional<Role> parse_role(std::string_view name) {
    for (const auto role : choices(Role{})) {
        if (name == name_of(role)) return role;
    }
    return std::nullopt;
}

}  // namespace frontrow::domain
