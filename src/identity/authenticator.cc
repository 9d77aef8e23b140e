#include "identity/authenticator.h"

#include "base/ascii.h"
#include "identity/guest.h"
#include "identity/token.h"

#include <algorithm>
#include <array>
#include <openssl/crypto.h>
#include <utility>

namespace frontrow::identity {
namespace {

/// Of each of the two tables.
constexpr std::size_t kKnownMax = 50'000;
constexpr std::string_view kBearer = "bearer";

std::unexpected<BadCredentials> bad(std::string_view message) {
    return std::unexpected(BadCredentials{message});
}

/// Returns the token after `Bearer`; nothing if the header has another scheme.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
    const auto scheme_end = std::min(authorization.find(' '), authorization.size());
    const auto scheme = authorization.substr(0, scheme_end);
    if (!same_ignoring_case(scheme, kBearer)) return std::nullopt;
    const auto begin = authorization.find_first_not_of(' ', scheme_end);
    return authorization.substr(std::min(begin, authorization.size()));
}

std::string_view sentence_of(TokenError error) {
    switch (error) {
        case TokenError::malformed:
            return "This isn't a signed token (JWT) of at most 8 KiB.";
        case TokenError::unknown_extension:
            return "The token demands an extension (crit) that this server doesn't know.";
        case TokenError::wrong_algorithm:
            return "The token is signed with another algorithm than this server takes.";
        case TokenError::unknown_key:
            return "The token isn't signed with one of the keys that this server knows.";
        case TokenError::bad_signature:
            return "The token's signature is wrong.";
        case TokenError::incomplete:
            return "The token needs a valid sub, role and exp, and a valid nbf if it has one.";
        case TokenError::other_issuer:
            return "The token's iss isn't the issuer that this server trusts.";
        case TokenError::other_audience:
            return "The token is for another service: its aud doesn't name this one.";
        case TokenError::expired:
            return "The token isn't valid at this time.";
        case TokenError::reserved_sub:
            return "The token's sub is reserved for one of Frontrow's own callers.";
    }
}

TokenRules guest_rules() {
    return {.issuer = std::string{kGuestIssuer}, .is_for_guests = true};
}

}  // namespace

bool is_by_key(const Credentials& credentials) {
    return !bearer_token(credentials.authorization) && !credentials.api_key.empty();
}

Authenticator::Authenticator(AuthSettings settings, FindApiKey find_key)
    : settings_{std::move(settings)},
      token_keys_{.secret = settings_.jwt_secret},
      find_key_{std::move(find_key)} {
    if (!settings_.key_set.location.empty()) token_keys_.set.emplace();
    add_key(
        settings_.admin_api_key,
        {.sub = std::string{kAdminKeySub}, .role = Role::admin, .is_key = true}
    );
    add_key(
        settings_.user_api_key,
        {.sub = std::string{kUserKeySub}, .role = Role::user, .is_key = true}
    );
}

void Authenticator::accept_keys(KeySet keys) {
    token_keys_.set = std::move(keys);
    forget_known();
}

void Authenticator::accept_guest_keys(KeySet keys) {
    guest_keys_.set = std::move(keys);
    forget_known();
}

void Authenticator::forget_known() {
    known_.clear();
    known_before_.clear();
}

void Authenticator::add_key(const std::string& key, Principal principal) {
    if (key.empty()) return;
    sha_.update(key);
    keys_.push_back({sha_.finish(), std::move(principal)});
}

Result<std::optional<Principal>, BadCredentials>
Authenticator::identify(const Credentials& credentials, Instant now) {
    if (const auto token = bearer_token(credentials.authorization)) return by_token(*token, now);
    if (is_by_key(credentials)) return by_api_key(credentials.api_key);
    if (!credentials.dev_user.empty()) return by_name(credentials.dev_user);
    if (credentials.authorization.empty()) return std::nullopt;
    return bad("Authorization must be a bearer token; an API key is sent as X-API-Key.");
}

Result<std::optional<Principal>, BadCredentials> Authenticator::by_name(std::string_view user) {
    if (!settings_.dev)
        return bad("X-User-ID is believed with --dev alone: send a bearer token or an API key.");
    if (!is_valid_sub(user))
        return bad("X-User-ID must be 1 to 255 bytes of UTF-8 without control characters.");
    if (is_reserved_sub(user))
        return bad("X-User-ID is reserved for one of Frontrow's own callers.");
    return Principal{.sub = std::string{user}, .role = Role::user};
}

Result<std::optional<Principal>, BadCredentials>
Authenticator::by_token(std::string_view token, Instant now) {
    if (token_keys_.secret.empty() && !token_keys_.set && !guest_keys_.set)
        return bad("This server takes no bearer tokens.");
    sha_.update(token);
    const auto digest = sha_.finish128();
    if (const auto* known = find_known(digest, now)) return known->principal;
    auto verified = verify(token, now);
    if (!verified) return refuse_token(verified.error());
    remember(digest, *verified);
    return std::move(verified->principal);
}

/// A guest's token names one of our keys, and no other token does.
Result<VerifiedToken, TokenError> Authenticator::verify(std::string_view token, Instant now) const {
    auto guest = verify_token(guest_keys_, guest_rules(), token, now);
    const bool is_ours = guest || (guest.error() != TokenError::wrong_algorithm &&
                                   guest.error() != TokenError::unknown_key);
    if (is_ours) return guest;
    return verify_token(token_keys_, settings_.token_rules, token, now);
}

const VerifiedToken* Authenticator::find_known(Bits128 digest, Instant now) {
    auto found = known_.find(digest);
    if (found == known_.end()) {
        const auto before = known_before_.find(digest);
        if (before == known_before_.end()) return nullptr;
        auto moved = std::move(before->second);
        known_before_.erase(before);
        remember(digest, std::move(moved));
        found = known_.find(digest);
    }
    return found->second.expires_at > now ? &found->second : nullptr;
}

void Authenticator::remember(std::string_view token, VerifiedToken verified) {
    sha_.update(token);
    remember(sha_.finish128(), std::move(verified));
}

void Authenticator::remember(Bits128 digest, VerifiedToken verified) {
    if (known_.size() >= kKnownMax) {
        known_before_ = std::move(known_);
        known_.clear();
    }
    known_[digest] = std::move(verified);
}

std::unexpected<BadCredentials> Authenticator::refuse_token(TokenError error) {
    if (error == TokenError::unknown_key) tell_unknown_key_();
    if (error == TokenError::unknown_key && !is_ready()) {
        return std::unexpected(BadCredentials{.is_temporary = true});
    }
    return bad(sentence_of(error));
}

Result<std::optional<Principal>, BadCredentials> Authenticator::by_api_key(std::string_view key) {
    sha_.update(key);
    const auto digest = sha_.finish();
    // Compares all keys of the settings, each in constant time.
    const Principal* found = nullptr;
    for (const auto& known : keys_) {
        if (CRYPTO_memcmp(known.digest.data(), digest.data(), digest.size()) == 0)
            found = &known.principal;
    }
    if (found != nullptr) return *found;
    // Frontrow generated these keys with 256 random bits, as many as their digest has. They can't
    // be guessed, so a slow hash or a constant-time comparison would add no protection.
    const auto* made = find_key_ ? find_key_(digest) : nullptr;
    if (made == nullptr) return bad("The API key isn't known.");
    return Principal{.sub = account_of(*made), .role = made->role, .is_key = true};
}

}  // namespace frontrow::identity
