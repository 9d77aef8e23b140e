#include "io/redis/redis_script.h"

#include <array>
#include <openssl/sha.h>
#include <utility>

namespace frontrow::io {

RedisScript::RedisScript(std::string source) : source_{std::move(source)} {
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(source_.data()), source_.size(), digest.data());
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const unsigned byte : digest) {
        sha1_ += kDigits[byte >> 4U];
        sha1_ += kDigits[byte & 0xFU];
    }
}

}  // namespace frontrow::io
