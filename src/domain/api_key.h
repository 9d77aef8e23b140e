#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "domain/role.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::domain {

/// The SHA-256 of a key. Of the key itself nothing is kept but its beginning.
using ApiKeyDigest = std::array<std::uint8_t, 32>;

/// A key's default account is this and the key's id.
inline constexpr std::string_view kApiKeyAccount = "api-key:";

/// By which a server proves who it is. It acts for an account, with a role.
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
    /// Empty for the default. Use account_of().
    std::string account;

    friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

/// The account that the key acts for: the `sub` of every request with it.
inline std::string account_of(const ApiKey& key) {
    return key.account.empty() ? std::string{kApiKeyAccount} + key.id.to_string() : key.account;
}

/// How many may be in force at once.
inline constexpr std::size_t kApiKeysMax = 1'000;

}  // namespace frontrow::domain
