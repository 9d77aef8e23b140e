#include "identity/token.h"

#include "base/check.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <jwt.h>
#include <memory>
#include <optional>

namespace frontrow::identity {
namespace {

struct FreeToken {
    void operator()(jwt_t* token) const { jwt_free(token); }
};
using Token = std::unique_ptr<jwt_t, FreeToken>;

std::time_t seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

const unsigned char* bytes_of(const std::string& secret) {
    return reinterpret_cast<const unsigned char*>(secret.data());
}

/// A claim's number: 0 if the claim is absent, nothing if it isn't a number. libjwt returns 0 for
/// everything that isn't a number.
std::optional<long> claim(jwt_t* token, const char* name) {
    errno = 0;
    const long number = jwt_get_grant_int(token, name);
    if (errno != 0) return 0;
    if (number != 0) return number;
    char* text = jwt_get_grants_json(token, name);
    const bool is_zero = text != nullptr && std::string_view{text} == "0";
    std::free(text);
    return is_zero ? std::optional{0L} : std::nullopt;
}

}  // namespace

std::string sign_token(
    const std::string& secret,
    const Principal& principal,
    Instant now,
    std::chrono::seconds ttl
) {
    jwt_t* raw = nullptr;
    CHECK(jwt_new(&raw) == 0);
    const Token token{raw};
    CHECK(jwt_add_grant(raw, "sub", principal.sub.c_str()) == 0);
    CHECK(jwt_add_grant(raw, "role", std::string{name_of(principal.role)}.c_str()) == 0);
    CHECK(jwt_add_grant_int(raw, "iat", seconds_of(now)) == 0);
    CHECK(jwt_add_grant_int(raw, "exp", seconds_of(now + ttl)) == 0);
    CHECK(jwt_set_alg(raw, JWT_ALG_HS256, bytes_of(secret), static_cast<int>(secret.size())) == 0);
    char* text = jwt_encode_str(raw);
    CHECK(text != nullptr);
    std::string signed_token{text};
    std::free(text);
    return signed_token;
}

Result<VerifiedToken, TokenError>
verify_token(const std::string& secret, std::string_view token, Instant now) {
    // libjwt reads up to the first zero byte and would ignore what follows.
    if (token.contains('\0')) return std::unexpected(TokenError::bad_signature);
    jwt_t* raw = nullptr;
    const std::string text{token};
    if (jwt_decode(&raw, text.c_str(), bytes_of(secret), static_cast<int>(secret.size())) != 0) {
        return std::unexpected(TokenError::bad_signature);
    }
    const Token decoded{raw};
    if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::unexpected(TokenError::wrong_algorithm);
    const auto expires_at = claim(raw, "exp").value_or(0);
    const char* sub = jwt_get_grant(raw, "sub");
    const char* role_name = jwt_get_grant(raw, "role");
    const auto role = role_name == nullptr ? std::nullopt : parse_role(role_name);
    const auto not_before = claim(raw, "nbf");
    if (expires_at == 0 || !not_before || sub == nullptr || !role)
        return std::unexpected(TokenError::incomplete);
    if (expires_at <= seconds_of(now) || *not_before > seconds_of(now))
        return std::unexpected(TokenError::expired);
    Principal principal{.sub = sub, .role = *role};
    if (!is_valid_sub(principal.sub)) return std::unexpected(TokenError::incomplete);
    if (is_reserved_sub(principal.sub)) return std::unexpected(TokenError::reserved_sub);
    // An expiry beyond the last Instant is read as the last Instant.
    const auto last = seconds_of(Instant::max());
    return VerifiedToken{
        std::move(principal), Instant{std::chrono::seconds{std::min(expires_at, last)}}
    };
}

}  // namespace frontrow::identity
