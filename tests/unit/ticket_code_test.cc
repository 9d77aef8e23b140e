#include "tickets/ticket_code.h"

#include "base/id.h"
#include "io/base64.h"
#include "support/seeded_random.h"
#include "tickets/base32.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::tickets {
namespace {

using io::read_base64url;
using io::to_base64url;

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::EndsWith;
using testing::StartsWith;

const Instant kStarts{std::chrono::sys_days{std::chrono::year{2026} / 12 / 24} + 19h};

/// The key of RFC 8032, 7.1, test 1.
std::array<std::uint8_t, 32> key_of(std::string_view hex) {
    std::array<std::uint8_t, 32> key{};
    const auto first = bytes_of(parse_hex128(hex.substr(0, 32)).value());
    const auto second = bytes_of(parse_hex128(hex.substr(32)).value());
    std::ranges::copy(second, std::ranges::copy(first, key.begin()).out);
    return key;
}
const PrivateKey kPrivate =
    key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const PublicKey kPublic =
    key_of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const PrivateKey kOtherPrivate =
    key_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

const CodeContents kContents{
    .event = parse_uuid("018f7c2e-0d40-7000-8000-000000000001").value(),
    .reservation = parse_uuid("018f7c2e-0d41-7abc-8def-0123456789ab").value(),
    .number = 3,
    .issue = 2,
    .starts_at = kStarts,
    .place = "Stalls, A 12 席",
    .gate = "North",
};

Result<CodeContents, CodeFlaw> read(std::string_view text) {
    return CodeVerifier{std::vector{kPublic}}.verify(text);
}

std::string code_with(CodeContents contents) {
    return CodeSigner{kPrivate}.sign(contents);
}

/// Reads a text that must be refused.
CodeFlaw flaw_of(std::string_view text) {
    const auto contents = read(text);
    EXPECT_FALSE(contents) << text;
    return contents ? CodeFlaw{} : contents.error();
}

std::string bytes_of_code(const std::string& code) {
    return read_base32(code.substr(3)).value();
}

std::string code_of_bytes(std::string_view bytes) {
    std::string code{"FR1"};
    append_base32(code, bytes);
    return code;
}

/// Signs bytes that CodeSigner wouldn't write.
std::string code_of_body(std::string body) {
    std::string message{"frontrow ticket 1"};
    message += '\0';
    message += body;
    const auto signature = SigningKey{kPrivate}.sign(message);
    body.append(signature.begin(), signature.end());
    return code_of_bytes(body);
}

std::string good_body() {
    const auto bytes = bytes_of_code(code_with(kContents));
    return bytes.substr(0, bytes.size() - sizeof(Signature));
}

TEST(TicketCode, says_what_was_signed) {
    EXPECT_EQ(read(code_with(kContents)).value(), kContents);
    auto other = kContents;
    const auto expect_read = [&] {
        EXPECT_EQ(read(code_with(other)).value(), other);
        EXPECT_NE(code_with(other), code_with(kContents));
    };
    other.event = {~0ULL, ~0ULL};
    expect_read();
    other.reservation = {0, 1};
    expect_read();
    other.number = ~0U;
    expect_read();
    other.issue = ~0U;
    expect_read();
    other.starts_at = kLastInstant - 999ms;
    expect_read();
    other.place = "";
    expect_read();
    other.gate = "";
    expect_read();
    EXPECT_EQ(read(code_with({})).value(), CodeContents{});
}

// Made once, by the arithmetic of tools/verify_ticket.py. Never change it: people have such codes.
TEST(TicketCode, that_was_issued_once_is_readable_for_ever) {
    EXPECT_EQ(
        read("FR1AEQ74MO7AGHXYLQNIBYABAAAAAAAAAAAAEAY67BOBVAXVPEN54ASGRLHRGVQAAAAAMAAAAACABVS2"
             "25QCBJXIYLMNRZSYICBEAYTEIHFXCWQKTTPOJ2GQV2SXESPBKN2RQ532OL7GFACCFI2OKG2JYU6Y34TC"
             "53ATVJ52KDXURFTMIXU3QTQ4IEDJFCYSIPMS6RYYKGA5MCREPD5YICZKJI7EMHQ")
            .value(),
        kContents
    );
}

TEST(TicketCode, is_the_same_for_the_same_ticket) {
    EXPECT_EQ(code_with(kContents), code_with(kContents));
}

TEST(TicketCode, fits_the_compact_mode_of_a_qr_code) {
    auto longest = kContents;
    longest.place = std::string(200, 'x');
    longest.gate = std::string(200, 'x');
    const auto code = code_with(longest);
    EXPECT_EQ(code.size(), 400);
    for (const char c : code)
        EXPECT_TRUE((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) << c;
}

TEST(TicketCode, has_the_second_in_which_the_event_starts) {
    auto contents = kContents;
    contents.starts_at = kStarts + 999ms;
    EXPECT_EQ(read(code_with(contents))->starts_at, kStarts);
}

TEST(TicketCode, cuts_a_long_place_and_gate_at_the_end_of_a_character) {
    const std::string_view characters[] = {"x", "é", "席", "🎫"};
    for (const auto& character : characters) {
        for (std::size_t before = 0; before < 4; ++before) {
            auto contents = kContents;
            contents.place = std::string(before, '.');
            contents.gate = contents.place;
            for (int i = 0; i < 200; ++i) {
                contents.place += character;
                contents.gate += character;
            }
            const auto got = read(code_with(contents)).value();
            const auto fits = [&](std::size_t max) {
                return before + (max - before) / character.size() * character.size();
            };
            EXPECT_EQ(got.place, contents.place.substr(0, fits(100)));
            EXPECT_EQ(got.gate, contents.gate.substr(0, fits(32)));
        }
    }
    auto exact = kContents;
    exact.place = std::string(97, '.') + "席";
    exact.gate = std::string(28, '.') + "🎫";
    EXPECT_EQ(read(code_with(exact)).value(), exact);
}

TEST(TicketCode, is_read_as_people_type_it) {
    const auto code = code_with(kContents);
    std::string lower;
    std::string grouped;
    for (const char c : code) {
        lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        grouped += c;
        if (grouped.size() % 9 == 4) grouped += "-";
        if (grouped.size() % 9 == 8) grouped += " ";
    }
    EXPECT_EQ(read(lower).value(), kContents);
    EXPECT_EQ(read(grouped).value(), kContents);
    EXPECT_EQ(read("\t " + code + " \r\n").value(), kContents);
}

TEST(TicketCode, with_any_flipped_bit_is_refused) {
    const auto bytes = bytes_of_code(code_with(kContents));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        EXPECT_FALSE(read(code_of_bytes(flipped))) << bit;
    }
}

TEST(TicketCode, with_any_other_character_is_refused) {
    const auto code = code_with(kContents);
    for (std::size_t i = 0; i < code.size(); ++i) {
        for (const char c : std::string_view{"A7Z21=+/.\0", 10}) {
            if (c == code[i]) continue;
            auto changed = code;
            changed[i] = c;
            EXPECT_FALSE(read(changed)) << i << c;
        }
    }
}

TEST(TicketCode, that_is_cut_off_or_has_more_behind_it_is_none) {
    const auto code = code_with(kContents);
    for (std::size_t length = 0; length < code.size(); ++length)
        EXPECT_EQ(flaw_of(code.substr(0, length)), CodeFlaw::not_a_code) << length;
    for (const auto* more : {"A", "AA", "AAAAAAAA", "=", "======"})
        EXPECT_EQ(flaw_of(code + more), CodeFlaw::not_a_code) << more;
    EXPECT_EQ(flaw_of(code + code), CodeFlaw::not_a_code);
    EXPECT_EQ(flaw_of(code + std::string(5'000, ' ')), CodeFlaw::not_a_code);
}

TEST(TicketCode, is_not_any_text) {
    for (const auto* text :
         {"", "FR1", "FR", "fr1", "FR2AAAA", "https://tickets.example/1", "AAAA", "FR1席"})
        EXPECT_EQ(flaw_of(text), CodeFlaw::not_a_code);
}

TEST(TicketCode, of_another_version_or_with_an_impossible_field_is_refused_though_it_is_signed) {
    ASSERT_EQ(read(code_of_body(good_body())).value(), kContents);
    constexpr std::size_t kSecondsAt = 45;
    constexpr std::size_t kPlaceAt = 50;
    auto version = good_body();
    version[0] = 2;
    EXPECT_EQ(flaw_of(code_of_body(version)), CodeFlaw::not_a_code);
    auto late = good_body();
    std::fill_n(late.begin() + kSecondsAt, 5, '\xff');
    EXPECT_EQ(flaw_of(code_of_body(late)), CodeFlaw::not_a_code);
    auto no_text = good_body();
    no_text[kPlaceAt + 1] = '\xff';
    EXPECT_EQ(flaw_of(code_of_body(no_text)), CodeFlaw::not_a_code);
    const auto head = good_body().substr(0, kPlaceAt);
    EXPECT_EQ(
        flaw_of(code_of_body(head + "\x65" + std::string(101, 'x') + std::string(1, '\0'))),
        CodeFlaw::not_a_code
    );
    EXPECT_EQ(
        flaw_of(code_of_body(head + std::string(1, '\0') + "\x21" + std::string(33, 'x'))),
        CodeFlaw::not_a_code
    );
}

TEST(TicketCode, signed_for_another_purpose_is_forged) {
    auto body = good_body();
    const auto signature = SigningKey{kPrivate}.sign(body);
    body.append(signature.begin(), signature.end());
    EXPECT_EQ(flaw_of(code_of_bytes(body)), CodeFlaw::forged);
}

TEST(TicketCode, of_another_key_is_told_apart_from_a_forged_one) {
    const CodeSigner other{kOtherPrivate};
    const auto code = other.sign(kContents);
    EXPECT_EQ(flaw_of(code), CodeFlaw::unknown_key);
    // The other key signs, and says that it is ours.
    auto body = good_body();
    auto bytes = bytes_of_code(code);
    bytes.replace(0, body.size(), body);
    EXPECT_EQ(flaw_of(code_of_bytes(bytes)), CodeFlaw::forged);
    EXPECT_FALSE(CodeVerifier{{}}.verify(code));
}

TEST(TicketCode, is_good_whichever_of_the_verifiers_keys_signed_it) {
    const CodeSigner old{kOtherPrivate};
    const std::vector keys{SigningKey{kOtherPrivate}.public_key(), kPublic};
    const CodeVerifier verifier{keys};
    EXPECT_EQ(verifier.verify(old.sign(kContents)).value(), kContents);
    EXPECT_EQ(verifier.verify(code_with(kContents)).value(), kContents);
}

TEST(TicketCode, is_refused_with_a_sentence) {
    for (const auto flaw : {CodeFlaw::not_a_code, CodeFlaw::unknown_key, CodeFlaw::forged}) {
        EXPECT_THAT(std::string{sentence_of(flaw)}, EndsWith("."));
        EXPECT_THAT(std::string{sentence_of(flaw)}, AnyOf(StartsWith("The "), StartsWith("This ")));
    }
}

TEST(Ed25519, gives_the_signature_of_rfc_8032) {
    const SigningKey key{kPrivate};
    EXPECT_EQ(key.public_key(), kPublic);
    const auto signature = key.sign("");
    std::string text{reinterpret_cast<const char*>(signature.data()), signature.size()};
    EXPECT_EQ(
        to_base64url(text),
        "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw"
    );
    EXPECT_TRUE(VerifyingKey{kPublic}.verify("", signature));
    EXPECT_FALSE(VerifyingKey{kPublic}.verify("x", signature));
}

TEST(Base32, is_that_of_rfc_4648_without_padding) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"f", "MY"},
        {"fo", "MZXQ"},
        {"foo", "MZXW6"},
        {"foob", "MZXW6YQ"},
        {"fooba", "MZXW6YTB"},
        {"foobar", "MZXW6YTBOI"},
    };
    for (const auto& [bytes, text] : rows) {
        std::string written;
        append_base32(written, bytes);
        EXPECT_EQ(written, text);
        EXPECT_EQ(read_base32(text), bytes);
    }
}

TEST(Base32, has_one_text_for_the_same_bytes) {
    for (const auto* text : {"M", "MZX", "MZXW6Y", "MZ", "MZXR", "my", "MY======", "M1", "M Y"})
        EXPECT_EQ(read_base32(text), std::nullopt) << text;
}

TEST(Base64url, has_one_text_for_the_same_bytes) {
    test::SeededRandom random{7};
    for (std::size_t size = 0; size < 70; ++size) {
        std::string bytes;
        while (bytes.size() < size)
            bytes += static_cast<char>(random.next().lo);
        EXPECT_EQ(read_base64url(to_base64url(bytes)), bytes);
    }
    EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
    for (const auto* text : {"-_9", "+/8", "-_8=", " -_8", "-_8\n", "-", "-_8-_", "-_!"})
        EXPECT_EQ(read_base64url(text), std::nullopt) << text;
}

}  // namespace
}  // namespace frontrow::tickets
