#include "identity/key_set.h"

#include "io/base64.h"
#include "support/token_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// Which keys of a JWK set are used, and which documents are none.

namespace frontrow::test {
namespace {

using boost::json::object;
using identity::parse_key_set;
using identity::TokenAlgorithm;
using testing::HasSubstr;

/// Why the only key of a set can't be used; empty if it can.
std::string flaw_of_key(const object& jwk) {
    const auto read = parse_key_set(key_set({jwk}));
    return read ? "" : read.error().why;
}

/// A part of a JWK, changed.
std::string changed(const object& jwk, const char* name, const auto& change) {
    auto bytes = io::read_base64url(std::string{jwk.at(name).as_string()}).value();
    change(bytes);
    return io::to_base64url(bytes);
}

TEST(KeySet, uses_a_key_of_each_kind_for_its_one_algorithm) {
    const auto rsa = TokenSigner::rsa("r");
    const auto p256 = TokenSigner::p256("e");
    const auto ed25519 = TokenSigner::ed25519("");
    const auto read = parse_key_set(key_set(
        {rsa.jwk({{"alg", "RS256"}, {"use", "sig"}, {"x5t", "…"}}),
         p256.jwk({{"alg", "ES256"}, {"key_ops", {"sign", "verify"}}}),
         ed25519.jwk({{"alg", "EdDSA"}})}
    ));
    ASSERT_TRUE(read) << read.error().why;
    EXPECT_THAT(read->skipped, testing::IsEmpty());
    EXPECT_EQ(read->keys.size(), 3);
    const std::string_view message = "message";
    const struct {
        const TokenSigner& signer;
        const char* id;
        TokenAlgorithm algorithm;
    } rows[] = {
        {rsa, "r", TokenAlgorithm::rs256},
        {p256, "e", TokenAlgorithm::es256},
        {ed25519, "", TokenAlgorithm::eddsa},
    };
    for (const auto& row : rows) {
        const auto* key = read->keys.find(row.id, row.algorithm);
        ASSERT_NE(key, nullptr) << row.id;
        EXPECT_EQ(key->algorithm(), row.algorithm);
        EXPECT_TRUE(key->verify(message, row.signer.signature(message)));
        EXPECT_FALSE(key->verify("another", row.signer.signature(message)));
        for (const auto other :
             {TokenAlgorithm::hs256,
              TokenAlgorithm::rs256,
              TokenAlgorithm::es256,
              TokenAlgorithm::eddsa})
            if (other != row.algorithm && *row.id != '\0')
                EXPECT_EQ(read->keys.find(row.id, other), nullptr);
    }
}

TEST(KeySet, skips_a_key_that_it_does_not_know_how_to_use) {
    const auto rsa = TokenSigner::rsa("r");
    const auto p256 = TokenSigner::p256("e");
    const auto ed25519 = TokenSigner::ed25519("o");
    const auto without = [](object jwk, const char* name) {
        jwk.erase(name);
        return jwk;
    };
    const auto longer = [](std::string& bytes) { bytes += '\1'; };
    const auto off_the_curve = [](std::string& bytes) { bytes.back() ^= 1; };
    const std::pair<object, const char*> rows[] = {
        {{{"kty", "oct"}, {"k", "c2VjcmV0"}}, "kty"},
        {{}, "kty"},
        {rsa.jwk({{"kty", "rsa"}}), "kty"},
        {ed25519.jwk({{"crv", "Ed448"}}), "kty"},
        {ed25519.jwk({{"crv", "X25519"}}), "kty"},
        {p256.jwk({{"crv", "secp256k1"}}), "kty"},
        {TokenSigner::p384("p").jwk(), "kty"},
        {rsa.jwk({{"use", "enc"}}), "use"},
        {rsa.jwk({{"use", nullptr}}), "use"},
        {p256.jwk({{"key_ops", boost::json::array{"sign"}}}), "key_ops"},
        {p256.jwk({{"key_ops", "verify"}}), "key_ops"},
        {rsa.jwk({{"alg", "PS256"}}), "alg"},
        {rsa.jwk({{"alg", "HS256"}}), "alg"},
        {p256.jwk({{"alg", "RS256"}}), "alg"},
        {ed25519.jwk({{"alg", 7}}), "alg"},
        {ed25519.jwk({{"d", "c2VjcmV0"}}), "private part"},
        {rsa.jwk({{"kid", 7}}), "kid"},
        {rsa.jwk({{"kid", std::string(256, 'k')}}), "kid"},
        {without(rsa.jwk(), "n"), "n and e"},
        {rsa.jwk({{"e", "AQAB="}}), "n and e"},
        {rsa.jwk({{"e", "AQ"}}), "n and e"},
        {rsa.jwk({{"e", "AQAA"}}), "n and e"},
        {rsa.jwk({{"e", "AQAAAAAB"}}), "n and e"},
        {rsa.jwk({{"e", ""}}), "n and e"},
        {rsa.jwk({{"n", "AQAB"}}), "17 bits"},
        {rsa.jwk({{"n", io::to_base64url(std::string(600, '\x7f'))}}), "4799 bits"},
        {TokenSigner::new_rsa("r", 1'024).jwk(), "1024 bits"},
        {without(p256.jwk(), "y"), "x and y"},
        {p256.jwk({{"x", changed(p256.jwk(), "x", longer)}}), "x and y"},
        {p256.jwk({{"y", changed(p256.jwk(), "y", off_the_curve)}}), "P-256"},
        {ed25519.jwk({{"x", changed(ed25519.jwk(), "x", longer)}}), "32 bytes"},
        {ed25519.jwk({{"x", std::string{ed25519.jwk().at("x").as_string()} + "="}}), "32 bytes"},
    };
    for (const auto& [jwk, why] : rows) {
        EXPECT_THAT(flaw_of_key(jwk), HasSubstr(why)) << jwk;
        const auto beside = parse_key_set(key_set({jwk, TokenSigner::ed25519("good").jwk()}));
        ASSERT_TRUE(beside) << "the other keys are used all the same: " << jwk;
        EXPECT_EQ(beside->keys.size(), 1) << jwk;
        ASSERT_EQ(beside->skipped.size(), 1) << jwk;
        EXPECT_THAT(beside->skipped[0], HasSubstr(why));
        EXPECT_EQ(beside->skipped[0].find("c2VjcmV0"), std::string::npos) << "a secret is shown";
    }
}

TEST(KeySet, takes_the_first_of_two_keys_of_one_name_and_algorithm) {
    const auto first = TokenSigner::ed25519("k");
    const auto second = TokenSigner::ed25519("k");
    const auto third = TokenSigner::p256("k");
    const auto read = parse_key_set(key_set({first.jwk(), second.jwk(), third.jwk()}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->keys.size(), 2);
    EXPECT_EQ(read->skipped.size(), 1);
    EXPECT_TRUE(read->keys.find("k", TokenAlgorithm::eddsa)->verify("m", first.signature("m")));
    EXPECT_TRUE(read->keys.find("k", TokenAlgorithm::es256)->verify("m", third.signature("m")));
}

TEST(KeySet, is_no_document_of_another_form) {
    const auto jwk = boost::json::serialize(TokenSigner::ed25519("o").jwk());
    const std::vector<object> hundred(100, TokenSigner::ed25519("o").jwk());
    auto more = hundred;
    more.push_back(hundred[0]);
    const std::pair<std::string, const char*> rows[] = {
        {"", "JSON object"},
        {"<html>", "JSON object"},
        {"[" + jwk + "]", "JSON object"},
        {"{}", "no list"},
        {R"({"keys":{}})", "no list"},
        {R"({"keys":null})", "no list"},
        {R"({"keys":[]})", "empty"},
        {R"({"keys":[7,"key",null]})", "isn't an object"},
        {R"({"keys":[],"keys":[)" + jwk + "]}", "occurs twice"},
        {R"({"keys":[{"kid":"a",)" + jwk.substr(1) + "]}", "occurs twice"},
        {R"({"keys":[)" + jwk + "]}x", "JSON object"},
        {key_set(more), "more than 100"},
        {R"({"keys":[)" + jwk + "]" + std::string(identity::kKeySetBytesMax, ' ') + "}", "256 KiB"},
    };
    for (const auto& [text, why] : rows) {
        const auto read = parse_key_set(text);
        ASSERT_FALSE(read) << text.substr(0, 200);
        EXPECT_THAT(read.error().why, HasSubstr(why)) << text.substr(0, 200);
    }
    EXPECT_TRUE(parse_key_set(key_set(hundred)));
}

}  // namespace
}  // namespace frontrow::test
