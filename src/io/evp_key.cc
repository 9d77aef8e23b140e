#include "io/evp_key.h"

#include "base/check.h"

#include <openssl/err.h>
#include <openssl/evp.h>

namespace frontrow::io {
namespace {

struct FreeDigestContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* evp_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void FreeEvpKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

bool verify_signature(
    evp_pkey_st& key,
    SignedPart part,
    std::string_view message,
    std::string_view signature
) {
    const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context{EVP_MD_CTX_new()};
    const auto* const digest = part == SignedPart::sha256 ? EVP_sha256() : nullptr;
    CHECK(EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, &key) == 1);
    // Also not 1 if an Ed25519 key isn't a point of the curve.
    const bool is_good = EVP_DigestVerify(
                             context.get(),
                             evp_bytes(signature),
                             signature.size(),
                             evp_bytes(message),
                             message.size()
                         ) == 1;
    if (!is_good) ERR_clear_error();
    return is_good;
}

}  // namespace frontrow::io
