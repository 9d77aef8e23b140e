#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "identity/principal.h"

#include <chrono>
#include <string>
#include <string_view>

namespace frontrow::identity {

enum class TokenError : std::uint8_t {
    wrong_algorithm,
    bad_signature,
    expired,
    incomplete,
    reserved_sub,
};

struct VerifiedToken {
    Principal principal;
    Instant expires_at;
};

/// Signs an HS256 JWT with `sub`, `role`, `iat` and `exp`.
std::string sign_token(
    const std::string& secret,
    const Principal& principal,
    Instant now,
    std::chrono::seconds ttl
);

/// Verifies a token and returns its principal. The algorithm must be HS256, whatever the token
/// says. `sub`, `role` and `exp` are required; `nbf` is checked if present. `exp` and `nbf` may
/// have a fraction. A reserved `sub` is refused.
Result<VerifiedToken, TokenError>
verify_token(const std::string& secret, std::string_view token, Instant now);

}  // namespace frontrow::identity
