#include "tickets/base64url.h"

#include "base/check.h"

#include <algorithm>
#include <limits>
#include <openssl/evp.h>

namespace frontrow::tickets {
namespace {

const unsigned char* unsigned_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* unsigned_of(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
    CHECK(bytes.size() < std::numeric_limits<int>::max() / 2);
    // OpenSSL writes a zero byte behind the text.
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(unsigned_of(text), unsigned_of(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    while (text.ends_with('='))
        text.pop_back();
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::optional<std::string> read_base64url(std::string_view text) {
    if (text.size() >= std::numeric_limits<int>::max() / 2) return std::nullopt;
    std::string padded{text};
    std::ranges::replace(padded, '-', '+');
    std::ranges::replace(padded, '_', '/');
    padded.append((4 - padded.size() % 4) % 4, '=');
    std::string bytes(padded.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(unsigned_of(bytes), unsigned_of(padded), static_cast<int>(padded.size())) <
        0)
        return std::nullopt;
    bytes.resize(text.size() * 3 / 4);
    // OpenSSL also accepts blanks around the text, the other alphabet, and spare bits.
    if (to_base64url(bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace frontrow::tickets
