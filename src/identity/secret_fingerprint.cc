#include "identity/secret_fingerprint.h"

#include "io/base64.h"
#include "io/hmac.h"

namespace frontrow::identity {

std::string fingerprint_of_secret(std::string_view secret) {
    // No token has this text.
    return io::to_base64(io::text_of(io::hmac_sha256(secret, "frontrow jwt secret 1")));
}

}  // namespace frontrow::identity
