#include "tickets/ed25519.h"

#include "base/check.h"

#include <openssl/evp.h>

namespace frontrow::tickets {
namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* message_bytes(std::string_view message) {
    return reinterpret_cast<const unsigned char*>(message.data());
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

SigningKey::SigningKey(const PrivateKey& key)
    : key_{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())} {
    auto size = public_.size();
    CHECK(key_ != nullptr);
    CHECK(EVP_PKEY_get_raw_public_key(key_.get(), public_.data(), &size) == 1);
    CHECK(size == public_.size());
}

Signature SigningKey::sign(std::string_view message) const {
    const Context context{EVP_MD_CTX_new()};
    Signature signature;
    auto size = signature.size();
    CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    const auto* bytes = message_bytes(message);
    CHECK(EVP_DigestSign(context.get(), signature.data(), &size, bytes, message.size()) == 1);
    CHECK(size == signature.size());
    return signature;
}

VerifyingKey::VerifyingKey(const PublicKey& key)
    : key_{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())} {
    CHECK(key_ != nullptr);
}

bool VerifyingKey::verify(std::string_view message, const Signature& signature) const {
    const Context context{EVP_MD_CTX_new()};
    CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    const auto* bytes = message_bytes(message);
    // Not 1 also if the key isn't a point of the curve.
    return EVP_DigestVerify(
               context.get(), signature.data(), signature.size(), bytes, message.size()
           ) == 1;
}

}  // namespace frontrow::tickets
