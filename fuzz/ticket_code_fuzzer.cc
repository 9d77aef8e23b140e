#include "base/check.h"
#include "base/utf8.h"
#include "support/seeded_random.h"
#include "tickets/base32.h"
#include "tickets/key_registry.h"
#include "tickets/ticket_code.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The codes of tickets and the texts with their keys. The first byte of the input says what the
// rest is:
//   c  a code as it is                   b  the bytes of a code before the signature: signed here
//   s  what a code should say: signed here, and read again
//   k  a key file                        j  a JWK set                 r  the store's record of keys
// A code is accepted only if it is the one that the signer makes for what it says.

namespace frontrow::fuzz {
namespace {

using namespace tickets;

/// The same key as in make_corpus.py.
const PrivateKey kTicketKey = [] {
    PrivateKey key;
    key.fill(7);
    return key;
}();
const SigningKey kSigning{kTicketKey};
const CodeSigner kSigner{kTicketKey};
const CodeVerifier kVerifier{std::vector{kSigning.public_key()}};

/// The code in its one form: capital letters, no blanks.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view{" -\t\r\n"}.contains(c)) continue;
        out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return out;
}

void try_code(std::string_view text) {
    const auto contents = kVerifier.verify(text);
    if (contents) CHECK(kSigner.sign(*contents) == plain(text));
}

void try_body(std::string_view body) {
    std::string message{"frontrow ticket 1"};
    message += '\0';
    message += body;
    const auto signature = kSigning.sign(message);
    std::string bytes{body};
    bytes.append(signature.begin(), signature.end());
    std::string code{"FR1"};
    append_base32(code, bytes);
    CHECK(read_base32(std::string_view{code}.substr(3)) == bytes);
    try_code(code);
}

/// What is left of a text that is too long for a code.
std::string cut(std::string_view text, std::size_t max) {
    auto size = std::min(text.size(), max);
    while (!is_utf8(text.substr(0, size)))
        --size;
    return std::string{text.substr(0, size)};
}

void try_contents(std::string_view bytes) {
    constexpr std::size_t kFixed = 48;
    if (bytes.size() < kFixed) return;
    const auto number_at = [&](std::size_t at) {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes.data() + at, sizeof number);
        return number;
    };
    const auto text = bytes.substr(kFixed);
    const auto line_end = std::min(text.find('\n'), text.size());
    CodeContents contents{
        .event = {number_at(0), number_at(8)},
        .reservation = {number_at(16), number_at(24)},
        .number = static_cast<std::uint32_t>(number_at(32)),
        .issue = static_cast<std::uint32_t>(number_at(32) >> 32),
        .starts_at = Instant{std::chrono::seconds{number_at(40) % 253'402'300'800}},
        .place = std::string{text.substr(0, line_end)},
        .gate = std::string{text.substr(std::min(line_end + 1, text.size()))},
    };
    if (!is_utf8(contents.place) || !is_utf8(contents.gate)) return;
    const auto code = kSigner.sign(contents);
    contents.place = cut(contents.place, kPlaceBytesMax);
    contents.gate = cut(contents.gate, kGateBytesMax);
    CHECK(kVerifier.verify(code) == contents);
}

void try_keys(std::string_view text) {
    const auto ring = parse_keys(text);
    if (!ring) return;
    CHECK(parse_keys(write_keys(*ring)) == *ring);
    CHECK(parse_public_keys(text) == ring->public_keys());
    const auto registry = registry_with(*ring, std::nullopt);
    CHECK(match_keys(*ring, registry) == KeyMatch::same);
    CHECK(parse_registry(write_registry(registry)) == registry);
}

void try_set(std::string_view text) {
    const auto keys = parse_jwk_set(text);
    if (keys) CHECK(parse_jwk_set(write_jwk_set(*keys)) == *keys);
}

void try_registry(std::string_view text) {
    const auto registry = parse_registry(text);
    if (!registry) return;
    CHECK(match_keys({}, *registry) == KeyMatch::lost);
    test::SeededRandom random{1};
    const auto ring = replace_lost({}, *registry, Instant{}, random);
    if (ring) CHECK(match_keys(*ring, *registry) == KeyMatch::rotated);
}

}  // namespace
}  // namespace frontrow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace frontrow::fuzz;
    if (size == 0) return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    switch (data[0]) {
        case 'c':
            try_code(rest);
            break;
        case 'b':
            try_body(rest);
            break;
        case 's':
            try_contents(rest);
            break;
        case 'k':
            try_keys(rest);
            break;
        case 'j':
            try_set(rest);
            break;
        case 'r':
            try_registry(rest);
            break;
        default:
            break;
    }
    return 0;
}
