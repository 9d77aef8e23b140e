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

/// What a request brought to show who it is; empty where it brought nothing. Views into the
/// request.
struct Credentials {
    std::string_view authorization;
    std::string_view api_key;
    std::string_view dev_user;
};

/// Why credentials aren't good, in a sentence for their sender. It never repeats them.
struct BadCredentials {
    std::string_view message;
};

struct AuthSettings {
    /// HS256 tokens are honoured where this is set.
    std::string jwt_secret;
    std::string admin_api_key;
    std::string user_api_key;
    /// X-User-ID is believed. For a loopback address only.
    bool dev = false;

    bool any() const {
        return dev || !jwt_secret.empty() || !admin_api_key.empty() || !user_api_key.empty();
    }
};

/// The key in force that has this digest, as far as this node knows; nothing where there is none.
/// What it points to is read at once.
using FindApiKey = std::function<const domain::ApiKey*(const domain::ApiKeyDigest& digest)>;

/// Tells who is asking. One thread.
class Authenticator {
public:
    /// `find_key`: where else keys are looked for than in the settings.
    explicit Authenticator(AuthSettings settings, FindApiKey find_key = {});

    /// Nothing where no credentials were brought.
    Result<std::optional<Principal>, BadCredentials>
    identify(const Credentials& credentials, Instant now);
    /// With --dev, whoever brings no credentials runs the house: `dev`, an admin.
    bool dev() const { return settings_.dev; }

private:
    struct KnownKey {
        io::Sha256Digest digest;
        Principal principal;
    };

    Result<std::optional<Principal>, BadCredentials>
    by_token(std::string_view authorization, Instant now);
    Result<std::optional<Principal>, BadCredentials> by_api_key(std::string_view key);
    void add_key(const std::string& key, Principal principal);

    AuthSettings settings_;
    io::Sha256 sha_;
    FindApiKey find_key_;
    std::vector<KnownKey> keys_;
    /// Tokens that were verified, by digest, until they expire: checking a signature costs as much
    /// as a sale.
    HashMap<Bits128, VerifiedToken> known_;
};

}  // namespace frontrow::identity
