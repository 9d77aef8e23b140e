#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "domain/role.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace frontrow::domain {

/// The SHA-256 of a key. Of the key itself nothing is kept but its beginning.
using ApiKeyDigest = std::array<std::uint8_t, 32>;

/// By which a server proves who it is. It stands for a caller of its own with a role.
struct ApiKey {
    ApiKeyId id;
    /// For people, to tell one from another; need not be unique.
    std::string name;
    Role role = Role::user;
    /// How the key begins: enough to know it again, far too little to use it.
    std::string prefix;
    ApiKeyDigest digest{};
    std::string created_by;
    Instant created_at;
    /// From then on it opens nothing.
    std::optional<Instant> revoked_at;

    friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

/// How many may be in force at once.
inline constexpr std::size_t kApiKeysMax = 1'000;

}  // namespace frontrow::domain
