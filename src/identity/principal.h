#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::identity {

/// Each role may do all that those before it may.
enum class Role : std::uint8_t { user, scanner, organizer, admin };

std::optional<Role> parse_role(std::string_view name);
std::string_view name_of(Role role);

/// Whoever stands behind a request.
struct Principal {
    std::string sub;
    Role role = Role::user;
};

/// A `sub` longer than this isn't honoured: it stands in every fact about its owner.
inline constexpr std::size_t kSubMax = 255;

}  // namespace frontrow::identity
