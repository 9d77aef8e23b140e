#include "io/base64.h"

#include "base/check.h"

#include <algorithm>
#include <cstddef>
#include <limits>
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

std::string to_base64url(std::string_view bytes) {
    CHECK(bytes.size() < std::numeric_limits<int>::max() / 2);
    auto text = to_base64(bytes);
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
    auto bytes = from_base64(padded);
    // The other alphabet, padding and spare bits are accepted so far.
    if (bytes && to_base64url(*bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace frontrow::io
