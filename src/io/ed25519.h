#pragma once

#include "io/evp_key.h"

#include <array>
#include <cstdint>
#include <string_view>

/// Signatures by Ed25519 (RFC 8032), with OpenSSL.
namespace frontrow::io::ed25519 {

using PublicKey = std::array<std::uint8_t, 32>;
/// The private key of RFC 8032: 32 random bytes.
using PrivateKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// Signs messages. Any thread.
class SigningKey {
public:
    explicit SigningKey(const PrivateKey& key);

    const PublicKey& public_key() const { return public_; }
    /// The same message always gets the same signature.
    Signature sign(std::string_view message) const;

private:
    EvpKey key_;
    PublicKey public_{};
};

/// Checks signatures of one key. Any thread.
class VerifyingKey {
public:
    explicit VerifyingKey(const PublicKey& key);

    bool verify(std::string_view message, const Signature& signature) const;

private:
    EvpKey key_;
};

}  // namespace frontrow::io::ed25519
