// OpenSSL deprecates the SHA256_* functions in favour of EVP. EVP only calls them, and for a short
// message its overhead is three fifths of the time.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "io/sha256.h"

#include "base/check.h"

#include <openssl/sha.h>

namespace frontrow::io {

struct Sha256::Context {
    SHA256_CTX state;
};

Sha256::Sha256() : context_{std::make_unique<Context>()} {
    CHECK(SHA256_Init(&context_->state) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
    CHECK(SHA256_Update(&context_->state, bytes.data(), bytes.size()) == 1);
}

void Sha256::update(std::span<const std::uint8_t> bytes) {
    CHECK(SHA256_Update(&context_->state, bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest;
    CHECK(SHA256_Final(digest.data(), &context_->state) == 1);
    CHECK(SHA256_Init(&context_->state) == 1);
    return digest;
}

Bits128 Sha256::finish128() {
    const auto digest = finish();
    Bits128 bits;
    for (std::size_t i = 0; i < 8; ++i) {
        bits.hi = bits.hi << 8 | digest[i];
        bits.lo = bits.lo << 8 | digest[i + 8];
    }
    return bits;
}

}  // namespace frontrow::io
