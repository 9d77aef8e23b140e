#include "identity/token.h"

#include "identity/guest.h"
#include "identity/strict_json.h"
#include "io/base64.h"
#include "io/hmac.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace frontrow::identity {
namespace {

namespace json = boost::json;

std::unexpected<TokenError> refused(TokenError error) {
    return std::unexpected(error);
}

/// A token, taken apart and not yet verified.
struct TokenParts {
    json::object header;
    json::object claims;
    /// Header and claims as they were signed.
    std::string_view signed_part;
    std::string signature;
};

std::optional<json::object> object_in_base64url(std::string_view text) {
    const auto bytes = io::read_base64url(text);
    return bytes ? parse_strict_object(*bytes) : std::nullopt;
}

std::optional<TokenParts> take_apart(std::string_view token) {
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (token.size() > kTokenBytesMax || first == last) return std::nullopt;
    auto header = object_in_base64url(token.substr(0, first));
    auto claims = object_in_base64url(token.substr(first + 1, last - first - 1));
    auto signature = io::read_base64url(token.substr(last + 1));
    if (!header || !claims || !signature) return std::nullopt;
    return TokenParts{
        *std::move(header), *std::move(claims), token.substr(0, last), *std::move(signature)
    };
}

Result<void, TokenError> check_by_secret(const std::string& secret, const TokenParts& parts) {
    const auto mac = io::hmac_sha256(secret, parts.signed_part);
    if (!io::is_same_secret(io::text_of(mac), parts.signature))
        return refused(TokenError::bad_signature);
    return {};
}

/// The header chooses a key, and the key has its one algorithm. So a token that is signed with a
/// public key as if that were a secret finds no key.
Result<void, TokenError> check_signature(const TokenKeys& keys, const TokenParts& parts) {
    const auto name = text_in(parts.header, "alg");
    const auto algorithm = name ? parse_token_algorithm(*name) : std::nullopt;
    if (!algorithm) return refused(TokenError::wrong_algorithm);
    if (algorithm == TokenAlgorithm::hs256) {
        if (keys.secret.empty()) return refused(TokenError::wrong_algorithm);
        return check_by_secret(keys.secret, parts);
    }
    if (!keys.set) return refused(TokenError::wrong_algorithm);
    if (parts.header.contains("kid") && !text_in(parts.header, "kid"))
        return refused(TokenError::malformed);
    const auto* key = keys.set->find(text_in(parts.header, "kid").value_or(""), *algorithm);
    if (key == nullptr) return refused(TokenError::unknown_key);
    if (!key->verify(parts.signed_part, parts.signature)) return refused(TokenError::bad_signature);
    return {};
}

/// Reads a time in seconds (RFC 7519, 2), with or without a fraction, and rounds it to
/// milliseconds. Returns nothing if the claim is missing or isn't a number. A time beyond an
/// Instant's range becomes the nearest Instant.
std::optional<Instant> time_in(const json::object& claims, std::string_view name) {
    const auto* claim = claims.if_contains(name);
    if (claim == nullptr || !claim->is_number()) return std::nullopt;
    const double ms = claim->to_number<double>() * 1'000;
    if (ms >= static_cast<double>(Millis::max().count())) return Instant::max();
    if (ms <= static_cast<double>(Millis::min().count())) return Instant::min();
    return Instant{Millis{std::llround(ms)}};
}

Instant add_up_to_max(Instant at, Millis skew) {
    return at > Instant::max() - skew ? Instant::max() : at + skew;
}

/// The claim is a text or a list of texts (RFC 7519, 4.1.3).
bool is_for_audience(const json::object& claims, const std::string& audience) {
    if (text_in(claims, "aud") == audience) return true;
    const auto* claim = claims.if_contains("aud");
    const auto* list = claim == nullptr ? nullptr : claim->if_array();
    return list != nullptr && std::ranges::any_of(*list, [&](const json::value& one) {
               return one.is_string() && std::string_view{one.get_string()} == audience;
           });
}

Result<VerifiedToken, TokenError>
check_claims(const json::object& claims, const TokenRules& rules, Instant now) {
    const auto sub = text_in(claims, "sub");
    const auto role_name = text_in(claims, "role");
    const auto role = role_name ? parse_role(*role_name) : std::nullopt;
    const auto exp = time_in(claims, "exp");
    const auto nbf = claims.contains("nbf") ? time_in(claims, "nbf") : Instant::min();
    if (!sub || !is_valid_sub(*sub) || !role || !exp || !nbf)
        return refused(TokenError::incomplete);
    if (!rules.issuer.empty() && text_in(claims, "iss") != rules.issuer)
        return refused(TokenError::other_issuer);
    if (!rules.audience.empty() && !is_for_audience(claims, rules.audience))
        return refused(TokenError::other_audience);
    const auto expires_at = add_up_to_max(*exp, rules.skew);
    if (expires_at <= now || *nbf > add_up_to_max(now, rules.skew))
        return refused(TokenError::expired);
    const bool is_allowed = rules.is_for_guests ? is_guest_account(*sub) && *role == Role::user
                                                : !is_reserved_sub(*sub);
    if (!is_allowed) return refused(TokenError::reserved_sub);
    return VerifiedToken{{.sub = std::string{*sub}, .role = *role}, expires_at};
}

std::int64_t seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

json::object claims_object(const TokenClaims& claims) {
    json::object object{
        {"sub", claims.principal.sub},
        {"role", name_of(claims.principal.role)},
        {"iat", seconds_of(claims.made_at)},
        {"exp", seconds_of(claims.made_at + claims.ttl)},
    };
    if (!claims.issuer.empty()) object["iss"] = claims.issuer;
    if (!claims.audience.empty()) object["aud"] = claims.audience;
    return object;
}

/// What is signed of a token with this header.
std::string part_to_sign(const json::object& header, const TokenClaims& claims) {
    return io::to_base64url(json::serialize(header)) + "." +
           io::to_base64url(json::serialize(claims_object(claims)));
}

}  // namespace

Result<VerifiedToken, TokenError>
verify_token(const TokenKeys& keys, const TokenRules& rules, std::string_view token, Instant now) {
    const auto parts = take_apart(token);
    if (!parts) return refused(TokenError::malformed);
    if (parts->header.contains("crit")) return refused(TokenError::unknown_extension);
    if (const auto checked = check_signature(keys, *parts); !checked)
        return refused(checked.error());
    return check_claims(parts->claims, rules, now);
}

std::string sign_token(const std::string& secret, const TokenClaims& claims) {
    auto token = part_to_sign({{"alg", "HS256"}, {"typ", "JWT"}}, claims);
    const auto mac = io::hmac_sha256(secret, token);
    return token + "." + io::to_base64url(io::text_of(mac));
}

std::string
sign_token(const io::ed25519::SigningKey& key, std::string_view key_id, const TokenClaims& claims) {
    auto token = part_to_sign({{"alg", "EdDSA"}, {"typ", "JWT"}, {"kid", key_id}}, claims);
    const auto signature = key.sign(token);
    return token + "." + io::to_base64url(io::text_of(signature));
}

std::string sign_token(
    const std::string& secret,
    const Principal& principal,
    Instant now,
    std::chrono::seconds ttl
) {
    return sign_token(secret, {.principal = principal, .made_at = now, .ttl = ttl});
}

}  // namespace frontrow::identity
