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

/// The SHA-256 of a key. Only this digest and the key's prefix are stored, never the key itself.
using ApiKeyDigest = std::array<std::uint8_t, 32>;

/// A key's default account is this prefix followed by the key's id.
inline constexpr std::string_view kApiKeyAccount = "api-key:";

/// A credential for another server. Requests with it act for the key's account and have the key's
/// role.
struct ApiKey {
    ApiKeyId id;
    /// Helps people to tell keys apart; need not be unique.
    std::string name;
    Role role = Role::user;
    /// The first characters of the key: enough to recognise it, far too few to use it.
    std::string prefix;
    ApiKeyDigest digest{};
    std::string created_by;
    Instant created_at;
    /// From this instant on the key is invalid.
    std::optional<Instant> revoked_at;
    /// Empty for the default account. Read it through account_of().
    std::string account;

    friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

/// The account that the key acts for: the `sub` of every request with this key.
inline std::string account_of(const ApiKey& key) {
    return key.account.empty() ? std::string{kApiKeyAccount} + key.id.to_string() : key.account;
}

/// The most keys that may be in force at once.
inline constexpr std::size_t kApiKeysMax = 1'000;

}  // namespace frontrow::domain
