#pragma once

#include "base/result.h"
#include "io/ed25519.h"
#include "io/evp_key.h"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::identity {

/// How a token may be signed (RFC 7518, RFC 8037).
enum class TokenAlgorithm : std::uint8_t { hs256, rs256, es256, eddsa };

std::string_view name_of(TokenAlgorithm algorithm);
/// Nothing for any other name, also for `none`.
std::optional<TokenAlgorithm> parse_token_algorithm(std::string_view name);

/// A public key that checks tokens. It knows its one algorithm, so a token can't choose another.
/// Any thread.
class TokenKey {
public:
    explicit TokenKey(const io::ed25519::PublicKey& key);
    /// Reads a JSON Web Key (RFC 7517): RSA of 2048 to 4096 bits for RS256, P-256 for ES256,
    /// Ed25519 for EdDSA. Refuses every other key, and one that isn't for checking signatures, with
    /// why, as a part of a sentence.
    static Result<TokenKey, std::string> from_jwk(const boost::json::object& jwk);

    TokenAlgorithm algorithm() const { return algorithm_; }
    /// `signature`: as in a token. For ES256 that is r and s in 32 bytes each, and not DER.
    bool verify(std::string_view message, std::string_view signature) const;

private:
    TokenKey(TokenAlgorithm algorithm, io::EvpKey key)
        : algorithm_{algorithm}, key_{std::move(key)} {}
    static Result<TokenKey, std::string> rsa(const boost::json::object& jwk);
    static Result<TokenKey, std::string> p256(const boost::json::object& jwk);
    static Result<TokenKey, std::string> ed25519(const boost::json::object& jwk);

    TokenAlgorithm algorithm_;
    io::EvpKey key_;
};

}  // namespace frontrow::identity
