#pragma once

#include "io/sha256.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace frontrow::io {

/// HMAC with SHA-256 (RFC 2104) by OpenSSL.
Sha256Digest hmac_sha256(std::string_view key, std::string_view message);

/// The bytes of a digest, a key or a signature as a text of as many characters.
template <std::size_t size>
std::string_view text_of(const std::array<std::uint8_t, size>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Compares two texts in a time that doesn't depend on where they differ, so that nobody can guess
/// a signature byte by byte.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace frontrow::io
