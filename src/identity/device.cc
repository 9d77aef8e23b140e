#include "identity/device.h"

#include <cstddef>
#include <cstdint>

namespace frontrow::identity {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr unsigned kBitsOfCharacter = 5;
constexpr std::size_t kCodeCharacters = 10;
constexpr std::size_t kGroupCharacters = 5;

/// The character as a code has it.
char read_character(char c) {
    const auto capital = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    switch (capital) {
        case 'I':
        case 'L':
            return '1';
        case 'O':
            return '0';
        default:
            return capital;
    }
}

/// `code`: without blanks and hyphens.
Bits128 digest_of(io::Sha256& sha, std::string_view code) {
    sha.update(code);
    return sha.finish128();
}

}  // namespace

std::string account_of_device(DeviceId device) {
    return std::string{kDeviceAccount} + device.to_string();
}

PairingCode make_pairing_code(io::Random& random, io::Sha256& sha) {
    auto bits = random.next().lo;
    std::string code;
    for (std::size_t i = 0; i < kCodeCharacters; ++i) {
        code += kCrockford[bits % kCrockford.size()];
        bits >>= kBitsOfCharacter;
    }
    const auto digest = digest_of(sha, code);
    code.insert(kGroupCharacters, 1, '-');
    return {.text = std::move(code), .digest = digest};
}

std::optional<Bits128> digest_pairing_code(io::Sha256& sha, std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c == ' ' || c == '-') continue;
        code += read_character(c);
        if (kCrockford.find(code.back()) == std::string_view::npos) return std::nullopt;
    }
    if (code.size() != kCodeCharacters) return std::nullopt;
    return digest_of(sha, code);
}

}  // namespace frontrow::identity
