#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct evp_pkey_st;

namespace frontrow::io {

struct FreeEvpKey {
    void operator()(evp_pkey_st* key) const;
};
/// A key inside OpenSSL.
using EvpKey = std::unique_ptr<evp_pkey_st, FreeEvpKey>;

/// What is signed: the message's SHA-256, or the message itself, which Ed25519 hashes in its own
/// way.
enum class SignedPart : std::uint8_t { sha256, message };

/// Whether the signature is the key's, in the form that OpenSSL expects: DER for an elliptic curve.
/// False for any damaged signature. Leaves nothing in OpenSSL's error queue, which TLS connections
/// of the same thread read. Any thread.
bool verify_signature(
    evp_pkey_st& key,
    SignedPart part,
    std::string_view message,
    std::string_view signature
);

}  // namespace frontrow::io
