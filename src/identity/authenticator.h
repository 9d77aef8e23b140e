#pragma once

#include "base/hash_map.h"
#include "base/instant.h"
#include "base/result.h"
#include "domain/api_key.h"
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

/// Why credentials are refused, as a sentence for the client. It never quotes the credentials.
struct BadCredentials {
    std::string_view message;
};

struct AuthSettings {
    /// If set, HS256 tokens are accepted.
    std::string jwt_secret;
    std::string admin_api_key;
    std::string user_api_key;
    /// X-User-ID is trusted. Only for a server on a loopback address.
    bool dev = false;

    bool any() const {
        return dev || !jwt_secret.empty() || !admin_api_key.empty() || !user_api_key.empty();
    }
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

private:
    struct KnownKey {
        io::Sha256Digest digest;
        Principal principal;
    };

    Result<std::optional<Principal>, BadCredentials> by_token(std::string_view token, Instant now);
    Result<std::optional<Principal>, BadCredentials> by_api_key(std::string_view key);
    Result<std::optional<Principal>, BadCredentials> by_name(std::string_view user);
    void add_key(const std::string& key, Principal principal);

    AuthSettings settings_;
    io::Sha256 sha_;
    FindApiKey find_key_;
    std::vector<KnownKey> keys_;
    /// Verified tokens by their digest, until they expire. Checking a signature costs as much as a
    /// sale.
    HashMap<Bits128, VerifiedToken> known_;
};

}  // namespace frontrow::identity
