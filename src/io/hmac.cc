#include "io/hmac.h"

#include "base/check.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace frontrow::io {

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
    Sha256Digest digest{};
    unsigned int size = 0;
    const auto* const made = HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(message.data()),
        message.size(),
        digest.data(),
        &size
    );
    CHECK(made != nullptr && size == digest.size());
    return digest;
}

bool is_same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace frontrow::io
