#include "base/id.h"

#include <array>
#include <cstring>

namespace frontrow {
namespace {

// Every request writes and reads a few ids, so vector instructions convert all digits of an id at
// once. Each byte of the id becomes a 16-bit pair of digits, the first digit in the low half.

constexpr std::size_t kDigits = 32;
using Digits = std::array<char, kDigits>;
using Bytes = std::uint8_t __attribute__((vector_size(16)));
using Pairs = std::uint16_t __attribute__((vector_size(32)));
using Values = std::uint8_t __attribute__((vector_size(32)));

Digits digits_of(Bits128 bits) {
    const auto bytes = std::bit_cast<Bytes>(bytes_of(bits));
    const auto pairs = __builtin_convertvector(bytes, Pairs);
    const auto values = Values(pairs >> 4 | (pairs & 0xF) << 8);
    const auto is_letter = Values(values > 9);
    return std::bit_cast<Digits>(values + '0' + (is_letter & ('a' - '9' - 1)));
}

std::optional<Bits128> read_digits(const Digits& digits) {
    Values text;
    std::memcpy(&text, digits.data(), kDigits);
    const Values numbers = text - '0';
    const Values letters = (text | 0x20) - 'a';
    const auto is_number = Values(numbers < 10);
    const auto is_letter = Values(letters < 6);
    const auto others = std::bit_cast<std::array<std::uint64_t, 4>>(~(is_number | is_letter));
    if ((others[0] | others[1] | others[2] | others[3]) != 0) return std::nullopt;
    const auto pairs = Pairs((is_number & numbers) | (is_letter & (letters + 10)));
    const auto bytes = __builtin_convertvector((pairs << 4 | pairs >> 8) & 0xFF, Bytes);
    return bits_of(std::bit_cast<Bytes128>(bytes));
}

/// A UUID's text consists of groups of digits with hyphens between them. This is one group.
struct Group {
    std::size_t in_text;
    std::size_t in_digits;
    std::size_t length;
};
constexpr Group kGroups[]{{0, 0, 8}, {9, 8, 4}, {14, 12, 4}, {19, 16, 4}, {24, 20, 12}};
constexpr std::size_t kHyphens[]{8, 13, 18, 23};

}  // namespace

Bits128 uuid_v7(Instant at, Bits128 random) {
    const auto ms = static_cast<std::uint64_t>(at.time_since_epoch().count());
    return Bits128{
        .hi = ms << 16 | 0x7000 | (random.hi & 0x0FFF),
        .lo = 0x8000'0000'0000'0000ULL | (random.lo & 0x1FFF'FFFF'FFFF'FFFFULL),
    };
}

std::optional<Bits128> parse_uuid(std::string_view text) {
    if (text.size() != kUuidLength) return std::nullopt;
    for (const auto at : kHyphens)
        if (text[at] != '-') return std::nullopt;
    Digits digits;
    for (const auto& group : kGroups)
        std::memcpy(&digits[group.in_digits], &text[group.in_text], group.length);
    return read_digits(digits);
}

char* write_uuid(char* to, Bits128 bits) {
    const auto digits = digits_of(bits);
    for (const auto& group : kGroups)
        std::memcpy(to + group.in_text, &digits[group.in_digits], group.length);
    for (const auto at : kHyphens)
        to[at] = '-';
    return to + kUuidLength;
}

void append_uuid(std::string& out, Bits128 bits) {
    std::array<char, kUuidLength> text;
    write_uuid(text.data(), bits);
    out.append(text.data(), text.size());
}

std::optional<Bits128> parse_hex128(std::string_view text) {
    if (text.size() != kDigits) return std::nullopt;
    Digits digits;
    std::memcpy(digits.data(), text.data(), kDigits);
    return read_digits(digits);
}

char* write_hex128(char* to, Bits128 bits) {
    const auto digits = digits_of(bits);
    std::memcpy(to, digits.data(), kDigits);
    return to + kDigits;
}

void append_hex128(std::string& out, Bits128 bits) {
    const auto digits = digits_of(bits);
    out.append(digits.data(), digits.size());
}

}  // namespace frontrow
