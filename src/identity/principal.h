#pragma once

#include "domain/role.h"

#include <string>
#include <string_view>

namespace frontrow::identity {

using domain::name_of;
using domain::parse_role;
using domain::Role;

/// Whoever stands behind a request.
struct Principal {
    std::string sub;
    Role role = Role::user;
};

/// A `sub` stands in every fact about its owner, so it's 1 to 255 bytes of UTF-8 without control
/// characters. Any other isn't honoured.
bool is_valid_sub(std::string_view sub);

}  // namespace frontrow::identity
