#include "base/id.h"
#include "support/paths.h"
#include "support/sample_ticket.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"
#include "tickets/base32.h"
#include "tickets/ticket_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <utility>
#include <vector>

// tools/verify_ticket.py, the second reader of codes, agrees with the first one.

namespace frontrow::tickets {
namespace {

using testing::HasSubstr;

struct Said {
    int exit_code = -1;
    std::string text;
};

std::string in_quotes(const std::string& word) {
    return "'" + word + "'";
}

class OtherVerifier : public testing::Test {
protected:
    OtherVerifier() {
        for (int i = 0; i < 2; ++i)
            add_new_key(ring, Instant{}, random);
        write_set(ring.public_keys());
    }

    void write_set(const std::vector<PublicKey>& keys) const {
        std::ofstream{set} << write_jwk_set(keys);
    }
    Said verify(const std::string& code, const std::string& before = {}) const {
        const auto command = before + in_quotes(FRONTROW_PYTHON) + " -B " +
                             in_quotes(std::string{test::kCheckout} + "/tools/verify_ticket.py") +
                             " " + in_quotes(set.string()) + " " + in_quotes(code) + " 2>&1";
        FILE* pipe = popen(command.c_str(), "r");
        Said said;
        for (int c = 0; (c = std::fgetc(pipe)) != EOF;)
            said.text += static_cast<char>(c);
        said.exit_code = WEXITSTATUS(pclose(pipe));
        return said;
    }
    void expect_refused(const std::string& code, const std::string& why) const {
        const auto said = verify(code);
        EXPECT_EQ(said.exit_code, 1) << said.text;
        EXPECT_THAT(said.text, HasSubstr(why));
        EXPECT_FALSE(CodeVerifier{ring.public_keys()}.verify(code));
    }
    std::string code_with(const CodeContents& contents) const {
        return CodeSigner{*ring.keys.back().private_key}.sign(contents);
    }

    test::SeededRandom random{3};
    KeyRing ring;
    test::TempFolder folder;
    std::filesystem::path set = folder.path() / "set.json";
    CodeContents contents = test::kSampleTicket;
};

TEST_F(OtherVerifier, reads_what_was_signed) {
    const auto said = verify(code_with(contents));
    EXPECT_EQ(said.exit_code, 0) << said.text;
    EXPECT_EQ(said.text, test::kSampleTicketPrinted);
    contents = {.event = {~0ULL, ~0ULL}, .number = ~0U, .issue = ~0U, .starts_at = kLastInstant};
    const auto extreme = verify(code_with(contents));
    EXPECT_EQ(extreme.exit_code, 0) << extreme.text;
    EXPECT_THAT(extreme.text, HasSubstr("number: 4294967295\nissue: 4294967295\n"));
    EXPECT_THAT(extreme.text, HasSubstr("starts_at: 9999-12-31T23:59:59.000Z\nplace: \ngate: \n"));
}

TEST_F(OtherVerifier, reads_a_code_as_people_type_it_also_from_standard_input) {
    auto code = code_with(contents);
    for (auto& c : code)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (std::size_t at = code.size(); at > 8; at -= 8)
        code.insert(at - 8, at % 3 == 0 ? "-" : " ");
    EXPECT_EQ(verify(code).text, verify(code_with(contents)).text);
    EXPECT_EQ(verify("-", "printf %s\\\\n " + in_quotes(code) + " | ").exit_code, 0);
}

TEST_F(OtherVerifier, reads_codes_of_keys_that_no_longer_sign) {
    const auto old = code_with(contents);
    add_new_key(ring, Instant{}, random);
    write_set(ring.public_keys());
    EXPECT_EQ(verify(old).exit_code, 0);
}

TEST_F(OtherVerifier, refuses_what_was_tampered_with) {
    const auto code = code_with(contents);
    const auto bytes = read_base32(code.substr(3)).value();
    for (std::size_t at = 0; at < bytes.size(); at += at < 70 ? 7 : 21) {
        auto tampered = bytes;
        tampered[at] = static_cast<char>(tampered[at] ^ 1 << at % 8);
        std::string text{"FR1"};
        append_base32(text, tampered);
        expect_refused(text, "code");
    }
    // The signature's second half plus the order of the curve fits the same equation.
    auto larger = bytes;
    const unsigned char order[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        auto& byte = larger[larger.size() - 32 + i];
        carry += static_cast<unsigned char>(byte) + unsigned{order[i]};
        byte = static_cast<char>(carry);
        carry >>= 8;
    }
    std::string text{"FR1"};
    append_base32(text, larger);
    expect_refused(text, "forged");
}

TEST_F(OtherVerifier, refuses_what_is_no_whole_code) {
    const auto code = code_with(contents);
    expect_refused(code.substr(0, code.size() - 1), "isn't a whole ticket code");
    expect_refused(code + "A", "isn't a whole ticket code");
    expect_refused("FR1", "isn't a whole ticket code");
    expect_refused("hello", "isn't a whole ticket code");
}

TEST_F(OtherVerifier, takes_the_same_texts_for_a_code_as_the_first_one) {
    contents.place = "SKI";
    const auto code = code_with(contents);
    const auto with = [&](char letter, const std::string& instead) {
        auto text = code;
        const auto at = text.find(letter, 3);
        return at == std::string::npos ? instead : text.replace(at, 1, instead);
    };
    const std::string room(1'000 - code.size(), ' ');
    const std::pair<std::string, bool> rows[] = {
        {code + room, true},
        {code + room + " ", false},
        // Letters outside of ASCII whose capital letter, or small one, is in it.
        {with('S', "\u017f"), false},
        {with('I', "\u0131"), false},
        {with('K', "\u212a"), false},
        {"\u212a" + code, false},
        {code + "\u00a0", false},
        {code + "\v", false},
        {"\ufeff" + code, false},
        {code + "\xff", false},
        {code + "======", false},
        {"fr1" + code.substr(3), true},
    };
    for (const auto& [text, is_code] : rows) {
        EXPECT_EQ(verify(text).exit_code, is_code ? 0 : 1) << text;
        EXPECT_EQ(CodeVerifier{ring.public_keys()}.verify(text).has_value(), is_code) << text;
    }
}

TEST_F(OtherVerifier, refuses_the_code_of_a_key_that_it_does_not_have) {
    const auto code = code_with(contents);
    ring.keys.pop_back();
    write_set(ring.public_keys());
    expect_refused(code, "signed with a key that isn't among these");
}

TEST_F(OtherVerifier, says_if_the_file_of_keys_is_wrong) {
    for (const auto* text : {"", "[]", "{}", R"({"keys":[]})", R"({"keys":[{"kty":"OKP"}]})"}) {
        std::ofstream{set} << text;
        const auto said = verify(code_with(contents));
        EXPECT_EQ(said.exit_code, 1);
        EXPECT_THAT(said.text, HasSubstr("isn't a set of public keys"));
    }
}

}  // namespace
}  // namespace frontrow::tickets
