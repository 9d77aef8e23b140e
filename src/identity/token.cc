#include "identity/token.h"

#include "base/check.h"
#include "base/parse_number.h"

#include <cmath>
#include <cstdlib>
#include <jwt.h>
#include <memory>
#include <optional>
#include <system_error>

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

/// Returns a claim as JSON, or nothing if the token has no such claim.
std::optional<std::string> claim(jwt_t* token, const char* name) {
    const std::unique_ptr<char, decltype(&std::free)> json{
        jwt_get_grants_json(token, name), &std::free
    };
    return json == nullptr ? std::nullopt : std::optional<std::string>{json.get()};
}

/// Parses a time in seconds (RFC 7519, 2), with or without a fraction, and rounds it to
/// milliseconds. Returns nothing if the text isn't a number. A time beyond an Instant's range
/// becomes the nearest Instant.
std::optional<Instant> parse_numeric_date(std::string_view json) {
    const auto seconds = parse_number<double>(json);
    if (!seconds) return std::nullopt;
    const double ms = *seconds * 1'000;
    if (ms >= static_cast<double>(Millis::max().count())) return Instant::max();
    if (ms <= static_cast<double>(Millis::min().count())) return Instant::min();
    return Instant{Millis{std::llround(ms)}};
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
    // libjwt would read only up to the first zero byte and ignore the rest.
    if (token.contains('\0')) return std::unexpected(TokenError::bad_signature);
    jwt_t* raw = nullptr;
    const std::string text{token};
    if (jwt_decode(&raw, text.c_str(), bytes_of(secret), static_cast<int>(secret.size())) != 0) {
        return std::unexpected(TokenError::bad_signature);
    }
    const Token decoded{raw};
    if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::unexpected(TokenError::wrong_algorithm);
    const auto expires_at = claim(raw, "exp").and_then(parse_numeric_date);
    const auto nbf = claim(raw, "nbf");
    const auto not_before = nbf ? parse_numeric_date(*nbf) : Instant::min();
    const char* sub = jwt_get_grant(raw, "sub");
    const char* role_name = jwt_get_grant(raw, "role");
    const auto role = role_name == nullptr ? std::nullopt : parse_role(role_name);
    if (!expires_at || !not_before || sub == nullptr || !role)
        return std::unexpected(TokenError::incomplete);
    if (*expires_at <= now || *not_before > now) return std::unexpected(TokenError::expired);
    Principal principal{.sub = sub, .role = *role};
    if (!is_valid_sub(principal.sub)) return std::unexpected(TokenError::incomplete);
    if (is_reserved_sub(principal.sub)) return std::unexpected(TokenError::reserved_sub);
    return VerifiedToken{std::move(principal), *expires_at};
}

}  // namespace frontrow::identity
