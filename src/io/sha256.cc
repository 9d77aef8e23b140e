#include "io/sha256.h"

#include "base/check.h"

#include <openssl/evp.h>

namespace frontrow::io {

struct Sha256::Context {
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* state = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_{std::make_unique<Context>()} {
    CHECK(context_->algorithm != nullptr && context_->state != nullptr);
    CHECK(EVP_DigestInit_ex2(context_->state, context_->algorithm, nullptr) == 1);
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(context_->state);
    EVP_MD_free(context_->algorithm);
}

void Sha256::update(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1);
}

void Sha256::update(std::span<const std::uint8_t> bytes) {
    CHECK(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest;
    CHECK(EVP_DigestFinal_ex(context_->state, digest.data(), nullptr) == 1);
    CHECK(EVP_DigestInit_ex2(context_->state, nullptr, nullptr) == 1);
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
