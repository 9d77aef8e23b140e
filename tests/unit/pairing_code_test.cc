#include "identity/device.h"
#include "support/seeded_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace frontrow::identity {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

class PairingCodes : public testing::Test {
protected:
    std::optional<Bits128> read(std::string_view typed) { return digest_pairing_code(sha, typed); }

    test::SeededRandom random{1};
    io::Sha256 sha;
};

TEST_F(PairingCodes, are_ten_random_characters_in_two_groups) {
    std::array<std::set<char>, 11> seen;
    std::set<std::string> codes;
    for (int i = 0; i < 1'000; ++i) {
        const auto code = make_pairing_code(random, sha);
        ASSERT_EQ(code.text.size(), seen.size());
        for (std::size_t at = 0; at < seen.size(); ++at)
            seen[at].insert(code.text[at]);
        codes.insert(code.text);
        EXPECT_EQ(read(code.text), code.digest);
    }
    EXPECT_EQ(codes.size(), 1'000U);
    for (std::size_t at = 0; at < seen.size(); ++at) {
        const std::set<char> expected =
            at == 5 ? std::set{'-'} : std::set<char>(kAlphabet.begin(), kAlphabet.end());
        EXPECT_EQ(seen[at], expected) << at;
    }
}

TEST_F(PairingCodes, are_read_as_a_person_types_them) {
    const auto digest = read("01ABC-DEFGH");
    ASSERT_TRUE(digest);
    for (const auto* typed :
         {"01abc-defgh",
          "01ABCDEFGH",
          "  01AB-CD EF--GH ",
          "OIABC-DEFGH",
          "oiabc-defgh",
          "OLABCDEFGH",
          "olabcdefgh"})
        EXPECT_EQ(read(typed), digest) << typed;
    EXPECT_NE(read("01ABC-DEFGJ"), digest);
}

TEST_F(PairingCodes, are_no_other_texts) {
    for (const auto* typed :
         {"", "-", "01ABC-DEFG", "01ABC-DEFGHJ", "U1ABC-DEFGH", "01ABC_DEFGH", "01ABC-DEFG\xc3\x84"
         })
        EXPECT_EQ(read(typed), std::nullopt) << typed;
}

}  // namespace
}  // namespace frontrow::identity
