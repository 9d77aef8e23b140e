#pragma once

#include "domain/api_key.h"
#include "io/random.h"
#include "io/sha256.h"

#include <string>

namespace frontrow::identity {

/// A new API key. Show `text` to its owner only, and only once.
struct NewApiKey {
    std::string text;
    std::string prefix;
    domain::ApiKeyDigest digest{};
};

/// Makes a key of `frk_` and 256 random bits in hexadecimal digits. Such a key can't be guessed or
/// found by trial, so its SHA-256 reveals nothing. Passwords need a slow hash; here it would only
/// make every request slower, and would protect nothing more.
NewApiKey make_api_key(io::Random& random, io::Sha256& sha);

}  // namespace frontrow::identity
