#pragma once

#include "base/hash_map.h"
#include "base/instant.h"
#include "base/result.h"
#include "domain/api_key.h"
#include "identity/key_set.h"
#include "identity/principal.h"
#include "identity/token.h"
#include "io/sha256.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::identity {

/// The credentials of a request, as views into it. A missing credential is empty.
struct Credentials {
    std::string_view authorization;
    std::string_view api_key;
    std::string_view dev_user;
};

/// Whether an API key says who is asking. A bearer token comes before a key.
bool is_by_key(const Credentials& credentials);

/// Why credentials are refused, as a sentence for the client. It never quotes the credentials.
struct BadCredentials {
    std::string_view message;
    /// The credentials can't be judged yet, because no keys for tokens have been read. There is no
    /// message then.
    bool is_temporary = false;
};

/// Where the public keys of whoever issues tokens come from.
struct KeySetSource {
    /// A file, an https URL, or empty.
    std::string location;
    /// The time between two readings, at least; also if a token names an unknown key, or the last
    /// reading failed.
    Millis pause_min{10'000};
    /// The time between two readings of a URL, at most.
    Millis pause_max{300'000};

    bool is_url() const { return location.contains("://"); }
};

struct AuthSettings {
    /// If set, HS256 tokens are accepted.
    std::string jwt_secret;
    std::string admin_api_key;
    std::string user_api_key;
    /// X-User-ID is trusted. Only for a server on a loopback address.
    bool dev = false;
    /// If it has a location, tokens that are signed by its keys are accepted.
    KeySetSource key_set = {};
    TokenRules token_rules = {};
};

/// How reading the key set goes, for the metrics.
struct KeySetHealth {
    /// When the keys were last read.
    std::optional<Instant> read_at;
    std::uint64_t failures = 0;
};

/// Returns the valid API key with this digest, or null if this node knows none. Read the result at
/// once, before the key can change.
using FindApiKey = std::function<const domain::ApiKey*(const domain::ApiKeyDigest& digest)>;

/// Identifies the caller of a request. One thread.
class Authenticator {
public:
    /// `find_key` looks up the API keys that are not in the settings.
    explicit Authenticator(AuthSettings settings, FindApiKey find_key = {});

    /// Returns the caller, or nothing if the request has no credentials. An Authorization header of
    /// another scheme than Bearer may belong to a proxy; it is ignored if the request has an API
    /// key or X-User-ID, and refused otherwise.
    Result<std::optional<Principal>, BadCredentials>
    identify(const Credentials& credentials, Instant now);
    /// True with --dev: then a caller without credentials is `dev`, an admin.
    bool dev() const { return settings_.dev; }

    /// From now on these keys check tokens, and no others do. Tokens that were accepted before are
    /// checked again.
    void accept_keys(KeySet keys);
    /// The same for the tokens of guests, which are signed here.
    void accept_guest_keys(KeySet keys);
    /// Accepts a token that was just signed here, without checking it again: that would cost as
    /// much as a sale, for each of the many guests who come before a sale begins.
    void remember(std::string_view token, VerifiedToken verified);
    /// Calls `tell` for each token that names an unknown key: the key may be new.
    void on_unknown_key(std::function<void()> tell) { tell_unknown_key_ = std::move(tell); }
    /// False as long as tokens can't be judged, because no keys were accepted yet.
    bool is_ready() const { return !token_keys_.set || token_keys_.set->size() > 0; }
    /// Where the keys for tokens come from, and how reading them goes.
    const KeySetSource& key_set_source() const { return settings_.key_set; }
    KeySetHealth& key_set_health() { return key_set_health_; }

private:
    struct KnownKey {
        io::Sha256Digest digest;
        Principal principal;
    };

    Result<std::optional<Principal>, BadCredentials> by_token(std::string_view token, Instant now);
    Result<VerifiedToken, TokenError> verify(std::string_view token, Instant now) const;
    const VerifiedToken* find_known(Bits128 digest, Instant now);
    void remember(Bits128 digest, VerifiedToken verified);
    std::unexpected<BadCredentials> refuse_token(TokenError error);
    Result<std::optional<Principal>, BadCredentials> by_api_key(std::string_view key);
    Result<std::optional<Principal>, BadCredentials> by_name(std::string_view user);
    void forget_known();
    void add_key(const std::string& key, Principal principal);

    AuthSettings settings_;
    TokenKeys token_keys_;
    TokenKeys guest_keys_;
    KeySetHealth key_set_health_;
    std::function<void()> tell_unknown_key_ = [] {};
    io::Sha256 sha_;
    FindApiKey find_key_;
    std::vector<KnownKey> keys_;
    /// Verified tokens by their digest, until they expire. Checking a signature costs as much as a
    /// sale. When the first table is full, it replaces the second, so those in use are found in one
    /// of both.
    HashMap<Bits128, VerifiedToken> known_;
    HashMap<Bits128, VerifiedToken> known_before_;
};

}  // namespace frontrow::identity
