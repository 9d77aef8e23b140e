#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "identity/key_set.h"
#include "identity/principal.h"
#include "io/ed25519.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::identity {

/// Why a token is refused, in the order in which reasons are tested.
enum class TokenError : std::uint8_t {
    /// It isn't three parts in base64url, the first and the second of which are JSON objects in
    /// which no name occurs twice.
    malformed,
    /// Its header has `crit`: the token must not be accepted by a reader that doesn't know the
    /// extensions in it, and none is known here.
    unknown_extension,
    wrong_algorithm,
    unknown_key,
    bad_signature,
    incomplete,
    other_issuer,
    other_audience,
    expired,
    reserved_sub,
};

/// A longer token is malformed.
inline constexpr std::size_t kTokenBytesMax = 8'192;

/// What tokens are checked with. Each key has one algorithm, and the token's header must name it.
struct TokenKeys {
    /// For HS256; empty if such tokens aren't accepted.
    std::string secret;
    /// For the other algorithms; nothing if such tokens aren't accepted.
    std::optional<KeySet> set;
};

/// What an accepted token says besides the caller.
struct TokenRules {
    /// The token's `iss`; empty if any will do.
    std::string issuer;
    /// One of the token's `aud`; empty if any will do.
    std::string audience;
    /// How far the issuer's clock may differ from this one: `exp` is taken for so much later, and
    /// `nbf` for so much earlier.
    std::chrono::seconds skew{0};
    /// Accept guests' accounts and no others, instead of all but the reserved ones.
    bool is_for_guests = false;
};

struct VerifiedToken {
    Principal principal;
    /// When the token must be refused, clock skew included.
    Instant expires_at;
};

/// Verifies a token (RFC 7515, RFC 7519) and returns its principal. `sub`, `role` and `exp` are
/// required; `nbf` is checked if present. `exp` and `nbf` may have a fraction. Unless the rules say
/// otherwise, a reserved `sub` is refused.
Result<VerifiedToken, TokenError>
verify_token(const TokenKeys& keys, const TokenRules& rules, std::string_view token, Instant now);

/// What a token that is made here says.
struct TokenClaims {
    Principal principal;
    Instant made_at;
    std::chrono::seconds ttl{};
    /// Left out if empty, like the audience.
    std::string issuer = {};
    std::string audience = {};
};

/// Signs a token by HS256.
std::string sign_token(const std::string& secret, const TokenClaims& claims);
/// Signs a token by EdDSA. `key_id` is its `kid`, by which a verifier finds the public key.
std::string
sign_token(const io::ed25519::SigningKey& key, std::string_view key_id, const TokenClaims& claims);
/// Signs a token by HS256 that says nothing of an issuer and an audience.
std::string sign_token(
    const std::string& secret,
    const Principal& principal,
    Instant now,
    std::chrono::seconds ttl
);

}  // namespace frontrow::identity
