#pragma once

#include "domain/role.h"
#include "domain/subject.h"

#include <string>
#include <string_view>

namespace frontrow::identity {

using domain::is_valid_sub;
using domain::kSubRule;
using domain::name_of;
using domain::parse_role;
using domain::Role;

/// The caller of a request.
struct Principal {
    std::string sub;
    Role role = Role::user;
    /// It came with an API key.
    bool is_key = false;
};

// Frontrow's own callers: requests without credentials under --dev, and requests with ADMIN_API_KEY
// or USER_API_KEY.
inline constexpr std::string_view kDevSub = "dev";
inline constexpr std::string_view kAdminKeySub = "admin-api-key";
inline constexpr std::string_view kUserKeySub = "user-api-key";

/// True for the three built-in subs above. No created API key may act for one of them.
bool is_built_in_sub(std::string_view sub);
/// True for the three built-in subs, for the default account of any API key, and for the account of
/// any device or guest. A token or X-User-ID with such a `sub` is refused, because its holder could
/// act for a key, a device or a guest.
bool is_reserved_sub(std::string_view sub);

}  // namespace frontrow::identity
