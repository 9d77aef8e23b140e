#include "io/ed25519.h"

#include "base/check.h"
#include "io/hmac.h"

#include <openssl/evp.h>

namespace frontrow::io::ed25519 {
namespace {

struct FreeSigningContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

SigningKey::SigningKey(const PrivateKey& key)
    : key_{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())} {
    auto size = public_.size();
    CHECK(key_ != nullptr);
    CHECK(EVP_PKEY_get_raw_public_key(key_.get(), public_.data(), &size) == 1);
    CHECK(size == public_.size());
}

Signature SigningKey::sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, FreeSigningContext> context{EVP_MD_CTX_new()};
    Signature signature;
    auto size = signature.size();
    CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    CHECK(EVP_DigestSign(context.get(), signature.data(), &size, bytes, message.size()) == 1);
    CHECK(size == signature.size());
    return signature;
}

VerifyingKey::VerifyingKey(const PublicKey& key)
    : key_{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())} {
    CHECK(key_ != nullptr);
}

bool VerifyingKey::verify(std::string_view message, const Signature& signature) const {
    return verify_signature(*key_, SignedPart::message, message, text_of(signature));
}

}  // namespace frontrow::io::ed25519
