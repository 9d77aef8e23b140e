#pragma once

#include "base/bits128.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace frontrow::io {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) by OpenSSL. One thread.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void update(std::string_view bytes);
    void update(std::span<const std::uint8_t> bytes);
    /// The digest of all bytes since the last call of finish() or finish128().
    Sha256Digest finish();
    /// The first 128 bits of the digest.
    Bits128 finish128();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace frontrow::io
