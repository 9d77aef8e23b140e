#pragma once

#include "io/evp_key.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {

/// A key pair of somebody who issues tokens. It signs whatever it is told to, also what no honest
/// issuer would.
class TokenSigner {
public:
    /// RS256 with 2048 bits; the same key in each test. `id`: the `kid`; left out if empty.
    static TokenSigner rsa(std::string id);
    /// RS256 with a new key.
    static TokenSigner new_rsa(std::string id, unsigned bits);
    /// ES256 with a new key.
    static TokenSigner p256(std::string id);
    /// EdDSA with a new key.
    static TokenSigner ed25519(std::string id);
    /// A new key of another curve, for which there is no algorithm here.
    static TokenSigner p384(std::string id);

    /// The public key, with `more` members, which replace those of the same name.
    boost::json::object jwk(const boost::json::object& more = {}) const;
    /// The header that names this key.
    boost::json::object header() const;
    std::string token(std::string_view claims) const;
    /// A token with any header.
    std::string token(std::string_view header, std::string_view claims) const;
    /// The signature in the form of a token's, and in DER if it has such a form.
    std::string signature(std::string_view message) const;
    std::string der_signature(std::string_view message) const;
    /// The public key in PEM, as a forger would use it for a secret.
    std::string public_pem() const;

private:
    TokenSigner(std::string algorithm, std::string id, evp_pkey_st* key);

    std::string algorithm_;
    std::string id_;
    io::EvpKey key_;
};

/// A JWK set with these keys.
std::string key_set(const std::vector<boost::json::object>& keys);

/// Header and claims in base64url, with a dot between them: what is signed.
std::string part_to_sign(std::string_view header, std::string_view claims);
/// A token by HS256, whatever its header says.
std::string hmac_token(std::string_view secret, std::string_view header, std::string_view claims);

}  // namespace frontrow::test
