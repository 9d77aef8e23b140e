#pragma once

#include "io/sha256.h"

#include <string_view>

namespace frontrow::io {

/// HMAC with SHA-256 (RFC 2104) by OpenSSL.
Sha256Digest hmac_sha256(std::string_view key, std::string_view message);

/// The digest's bytes as a text of 32 characters.
inline std::string_view text_of(const Sha256Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Compares two texts in a time that doesn't depend on where they differ, so that nobody can guess
/// a signature byte by byte.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace frontrow::io
