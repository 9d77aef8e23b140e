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

/// A `sub` stands in every fact about its owner, so it's 1 to 255 bytes of UTF-8 without control
/// characters. Any other isn't honoured.
bool is_valid_sub(std::string_view sub);

}  // namespace frontrow::identity
