#include "tickets/base32.h"

#include <cstddef>
#include <cstdint>

namespace frontrow::tickets {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned kBitsOfDigit = 5;
constexpr unsigned kBitsOfByte = 8;

}  // namespace

void append_base32(std::string& out, std::string_view bytes) {
    unsigned bits = 0;
    std::uint32_t rest = 0;
    for (const char byte : bytes) {
        rest = rest << kBitsOfByte | static_cast<std::uint8_t>(byte);
        for (bits += kBitsOfByte; bits >= kBitsOfDigit;) {
            bits -= kBitsOfDigit;
            out += kBase32[rest >> bits & 31U];
        }
    }
    if (bits > 0) out += kBase32[rest << (kBitsOfDigit - bits) & 31U];
}

std::optional<std::string> read_base32(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() * kBitsOfDigit / kBitsOfByte);
    unsigned bits = 0;
    std::uint32_t rest = 0;
    for (const char digit : text) {
        const auto value = kBase32.find(digit);
        if (value == std::string_view::npos) return std::nullopt;
        rest = rest << kBitsOfDigit | static_cast<std::uint32_t>(value);
        bits += kBitsOfDigit;
        if (bits < kBitsOfByte) continue;
        bits -= kBitsOfByte;
        bytes += static_cast<char>(rest >> bits & 255U);
    }
    const bool has_spare_digit = bits >= kBitsOfDigit;
    const bool has_spare_bit = (rest & ((1U << bits) - 1)) != 0;
    if (has_spare_digit || has_spare_bit) return std::nullopt;
    return bytes;
}

}  // namespace frontrow::tickets
