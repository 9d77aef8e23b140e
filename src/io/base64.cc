#include "io/base64.h"

#include <algorithm>
#include <cstddef>
#include <openssl/evp.h>

namespace frontrow::io {
namespace {

const unsigned char* unsigned_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_base64_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    // OpenSSL ends the text with a zero.
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        unsigned_bytes(bytes),
        static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    const auto padding = static_cast<std::size_t>(
        text.ends_with("==")  ? 2
        : text.ends_with('=') ? 1
                              : 0
    );
    const auto digits = text.substr(0, text.size() - padding);
    // OpenSSL would skip blanks at either end.
    if (text.size() % 4 != 0 || !std::ranges::all_of(digits, is_base64_digit)) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(bytes.data()),
        unsigned_bytes(text),
        static_cast<int>(text.size())
    );
    if (size < 0) return std::nullopt;
    // OpenSSL counts the padding as zero bytes.
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

}  // namespace frontrow::io
