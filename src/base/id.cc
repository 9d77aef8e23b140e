#include "base/id.h"

#include <array>
#include <cstring>

namespace frontrow {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::uint8_t kNotHex = 0xFF;

constexpr std::array<std::uint8_t, 256> make_hex_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNotHex);
    for (std::uint8_t i = 0; i < 10; ++i)
        values[static_cast<std::size_t>('0' + i)] = i;
    for (std::uint8_t i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}

constexpr auto kHexValues = make_hex_values();

constexpr std::array<std::array<char, 2>, 256> make_hex_pairs() {
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {kHex[i >> 4], kHex[i & 0xF]};
    return pairs;
}

constexpr auto kHexPairs = make_hex_pairs();

/// Writes the lowest `bytes` bytes of `value` in hexadecimal.
char* write_hex(char* to, std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8, to += 2)
        std::memcpy(to, kHexPairs[(value >> shift) & 0xFF].data(), 2);
    return to;
}

/// Reads hexadecimal digits into `value`; false when one of them isn't.
bool read_hex(std::string_view digits, std::uint64_t& value) {
    std::uint8_t seen = 0;
    for (const char c : digits) {
        const auto digit = kHexValues[static_cast<std::uint8_t>(c)];
        seen |= digit;
        value = value << 4 | (digit & 0xF);
    }
    return (seen & 0xF0) == 0;
}

}  // namespace

Bits128 uuid_v7(Instant at, Bits128 random) {
    const auto ms = static_cast<std::uint64_t>(at.time_since_epoch().count());
    return Bits128{
        .hi = ms << 16 | 0x7000 | (random.hi & 0x0FFF),
        .lo = 0x8000'0000'0000'0000ULL | (random.lo & 0x1FFF'FFFF'FFFF'FFFFULL),
    };
}

std::optional<Bits128> parse_uuid(std::string_view text) {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-')
        return std::nullopt;
    Bits128 bits;
    const bool valid =
        read_hex(text.substr(0, 8), bits.hi) && read_hex(text.substr(9, 4), bits.hi) &&
        read_hex(text.substr(14, 4), bits.hi) && read_hex(text.substr(19, 4), bits.lo) &&
        read_hex(text.substr(24, 12), bits.lo);
    return valid ? std::optional{bits} : std::nullopt;
}

char* write_uuid(char* to, Bits128 bits) {
    to = write_hex(to, bits.hi >> 32, 4);
    *to++ = '-';
    to = write_hex(to, bits.hi >> 16, 2);
    *to++ = '-';
    to = write_hex(to, bits.hi, 2);
    *to++ = '-';
    to = write_hex(to, bits.lo >> 48, 2);
    *to++ = '-';
    return write_hex(to, bits.lo, 6);
}

void append_uuid(std::string& out, Bits128 bits) {
    std::array<char, 36> text;
    write_uuid(text.data(), bits);
    out.append(text.data(), text.size());
}

std::optional<Bits128> parse_hex128(std::string_view text) {
    if (text.size() != 32) return std::nullopt;
    Bits128 bits;
    const bool valid = read_hex(text.substr(0, 16), bits.hi) && read_hex(text.substr(16), bits.lo);
    return valid ? std::optional{bits} : std::nullopt;
}

char* write_hex128(char* to, Bits128 bits) {
    return write_hex(write_hex(to, bits.hi, 8), bits.lo, 8);
}

void append_hex128(std::string& out, Bits128 bits) {
    std::array<char, 32> text;
    write_hex128(text.data(), bits);
    out.append(text.data(), text.size());
}

}  // namespace frontrow
