#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_pkey_st;

namespace frontrow::tickets {

using PublicKey = std::array<std::uint8_t, 32>;
/// The private key of RFC 8032: 32 random bytes.
using PrivateKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

struct FreeKey {
    void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, FreeKey>;

/// Signs by Ed25519 (RFC 8032), with OpenSSL. Any thread.
class SigningKey {
public:
    explicit SigningKey(const PrivateKey& key);

    const PublicKey& public_key() const { return public_; }
    /// The same message always gets the same signature.
    Signature sign(std::string_view message) const;

private:
    KeyHandle key_;
    PublicKey public_{};
};

/// Checks signatures of one key. Any thread.
class VerifyingKey {
public:
    explicit VerifyingKey(const PublicKey& key);

    bool verify(std::string_view message, const Signature& signature) const;

private:
    KeyHandle key_;
};

}  // namespace frontrow::tickets
