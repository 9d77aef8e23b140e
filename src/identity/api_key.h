#pragma once

#include "domain/api_key.h"
#include "io/random.h"
#include "io/sha256.h"

#include <string>

namespace frontrow::identity {

/// A key that was just made. `text` is for its owner's eyes, once.
struct NewApiKey {
    std::string text;
    std::string prefix;
    domain::ApiKeyDigest digest{};
};

/// `frk_` and 256 random bits in hexadecimal digits. So much can't be guessed or tried, so its
/// SHA-256 tells nothing and a slow hash, which passwords need, would only cost every request.
NewApiKey make_api_key(io::Random& random, io::Sha256& sha);

}  // namespace frontrow::identity
