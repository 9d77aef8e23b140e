#include "identity/token.h"
#include "io/base64.h"
#include "io/hmac.h"
#include "support/token_signer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// What somebody without a key, or with the wrong one, sends in order to be let in.

namespace frontrow::test {
namespace {

using identity::TokenError;
using identity::TokenKeys;
using identity::TokenRules;
using namespace std::chrono_literals;
using namespace std::string_literals;

const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
const std::string kSecret = "a secret of thirty-two bytes, ok";

std::string seconds(Instant at) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

/// Mallory's claims, with `more` members.
std::string claims(const std::string& more = "", Instant exp = kNow + 1h) {
    return R"({"sub":"mallory","role":"admin","exp":)" + seconds(exp) + more + "}";
}

/// An issuer with a key of each kind.
class TokenAttack : public testing::Test {
protected:
    TokenSigner rsa = TokenSigner::rsa("r");
    TokenSigner p256 = TokenSigner::p256("e");
    TokenSigner ed25519 = TokenSigner::ed25519("o");

    /// Accepts the tokens of these keys.
    static TokenKeys accepting(const std::vector<boost::json::object>& jwks) {
        auto read = identity::parse_key_set(key_set(jwks));
        EXPECT_TRUE(read) << read.error().why;
        EXPECT_TRUE(read->skipped.empty()) << read->skipped.front();
        return {.secret = {}, .set = std::move(read->keys)};
    }
    TokenKeys all_keys() const { return accepting({rsa.jwk(), p256.jwk(), ed25519.jwk()}); }
    std::vector<const TokenSigner*> signers() const { return {&rsa, &p256, &ed25519}; }

    static std::optional<TokenError> error_of(
        const TokenKeys& keys,
        const std::string& token,
        const TokenRules& rules = {},
        Instant now = kNow
    ) {
        const auto verified = verify_token(keys, rules, token, now);
        return verified ? std::nullopt : std::optional{verified.error()};
    }
    std::optional<TokenError> error_of(const std::string& token) const {
        return error_of(all_keys(), token);
    }
};

TEST_F(TokenAttack, is_needed_by_nobody_whom_the_issuer_gave_a_token) {
    for (const auto* signer : signers()) {
        const auto verified = verify_token(all_keys(), {}, signer->token(claims()), kNow);
        ASSERT_TRUE(verified) << signer->header();
        EXPECT_EQ(verified->principal.sub, "mallory");
        EXPECT_EQ(verified->principal.role, identity::Role::admin);
        EXPECT_EQ(verified->expires_at, kNow + 1h);
    }
}

TEST_F(TokenAttack, by_a_key_of_ones_own_under_the_issuers_kid) {
    const TokenSigner forgers[] = {
        TokenSigner::new_rsa("r", 2'048), TokenSigner::p256("e"), TokenSigner::ed25519("o")
    };
    for (const auto& forger : forgers)
        EXPECT_EQ(error_of(forger.token(claims())), TokenError::bad_signature) << forger.header();
}

TEST_F(TokenAttack, by_a_key_of_ones_own_within_the_token) {
    const auto forger = TokenSigner::ed25519("o");
    auto header = forger.header();
    header["jwk"] = forger.jwk();
    header["jku"] = "https://mallory.example/keys";
    header["x5u"] = "https://mallory.example/cert";
    EXPECT_EQ(
        error_of(forger.token(boost::json::serialize(header), claims())), TokenError::bad_signature
    );
    header["kid"] = "mallory";
    EXPECT_EQ(
        error_of(forger.token(boost::json::serialize(header), claims())), TokenError::unknown_key
    );
}

TEST_F(TokenAttack, by_the_public_key_as_a_secret) {
    auto keys = all_keys();
    for (const bool has_secret : {false, true}) {
        if (has_secret) keys.secret = kSecret;
        for (const auto* signer : signers()) {
            const auto pem = signer->public_pem();
            const auto jwk = boost::json::serialize(signer->jwk());
            const auto id = boost::json::serialize(signer->header().at("kid"));
            for (const auto& secret :
                 {pem, pem.substr(0, pem.size() - 1), jwk, key_set({signer->jwk()}), std::string{}
                 }) {
                const auto with_id = R"({"alg":"HS256","kid":)" + id + "}";
                for (const auto& header : {with_id, std::string{R"({"alg":"HS256"})"}}) {
                    EXPECT_EQ(
                        error_of(keys, hmac_token(secret, header, claims())),
                        has_secret ? TokenError::bad_signature : TokenError::wrong_algorithm
                    );
                }
                // The key's own algorithm in the header makes the hash no signature.
                const auto own = boost::json::serialize(signer->header());
                EXPECT_EQ(
                    error_of(keys, hmac_token(secret, own, claims())), TokenError::bad_signature
                );
            }
        }
    }
}

TEST_F(TokenAttack, by_another_algorithm_than_the_keys) {
    for (const auto* signer : signers()) {
        for (const auto* algorithm :
             {"none",
              "None",
              "",
              "HS384",
              "HS512",
              "RS384",
              "RS512",
              "PS256",
              "ES384",
              "ES256K",
              "Ed25519",
              "eddsa",
              "rs256",
              "RS256 "}) {
            auto header = signer->header();
            header["alg"] = algorithm;
            EXPECT_EQ(
                error_of(signer->token(boost::json::serialize(header), claims())),
                TokenError::wrong_algorithm
            ) << algorithm;
        }
        for (const auto* other : signers()) {
            if (other == signer) continue;
            auto header = signer->header();
            header["alg"] = other->header().at("alg");
            EXPECT_EQ(
                error_of(signer->token(boost::json::serialize(header), claims())),
                TokenError::unknown_key
            ) << "the kid is of a key of another algorithm";
            header["kid"] = other->header().at("kid");
            EXPECT_EQ(
                error_of(signer->token(boost::json::serialize(header), claims())),
                TokenError::bad_signature
            );
        }
    }
}

TEST_F(TokenAttack, by_no_signature_at_all) {
    for (const auto* signer : signers()) {
        const auto part = part_to_sign(boost::json::serialize(signer->header()), claims());
        EXPECT_EQ(error_of(part + "."), TokenError::bad_signature);
        EXPECT_EQ(error_of(part), TokenError::malformed);
        for (const std::size_t size : {1UL, 63UL, 64UL, 65UL, 256UL, 512UL}) {
            for (const char byte : {'\0', '\xff'}) {
                const auto signature = io::to_base64url(std::string(size, byte));
                EXPECT_EQ(error_of(part + "." + signature), TokenError::bad_signature) << size;
            }
        }
    }
    EXPECT_EQ(
        error_of(part_to_sign(R"({"alg":"none"})", claims()) + "."), TokenError::wrong_algorithm
    );
}

TEST_F(TokenAttack, by_a_signature_of_a_curve_in_another_form) {
    const auto part = part_to_sign(boost::json::serialize(p256.header()), claims());
    const auto with = [&](std::string_view signature) {
        return error_of(part + "." + io::to_base64url(signature));
    };
    const auto good = p256.signature(part);
    ASSERT_EQ(good.size(), 64);
    EXPECT_EQ(with(good), std::nullopt);
    EXPECT_EQ(with(p256.der_signature(part)), TokenError::bad_signature) << "DER";
    const std::string zero(32, '\0');
    const std::string one = std::string(31, '\0') + '\1';
    // The order of P-256's group.
    const std::string order =
        "\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"s;
    for (const auto& r : {zero, one, order, good.substr(0, 32)}) {
        for (const auto& s : {zero, one, order, good.substr(32)}) {
            const bool is_good = r + s == good;
            EXPECT_EQ(with(r + s).has_value(), !is_good);
        }
    }
    EXPECT_EQ(with(good.substr(32) + good.substr(0, 32)), TokenError::bad_signature);
    EXPECT_EQ(with(good + '\0'), TokenError::bad_signature);
    EXPECT_EQ(with(zero + good), TokenError::bad_signature);
}

TEST_F(TokenAttack, by_changing_a_single_character) {
    for (const auto* signer : signers()) {
        const auto token = signer->token(claims());
        const auto keys = all_keys();
        for (std::size_t i = 0; i < token.size(); ++i) {
            auto changed = token;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            EXPECT_TRUE(error_of(keys, changed)) << i;
        }
    }
}

TEST_F(TokenAttack, by_another_spelling_of_a_good_token) {
    const auto token = ed25519.token(claims());
    for (const auto& spelled :
         {token + "=",
          token + "==",
          token + ".",
          "." + token,
          token + "\n",
          " " + token,
          token + " ",
          token + std::string(1, '\0'),
          token.substr(0, token.find('.')) + "=" + token.substr(token.find('.'))})
        EXPECT_EQ(error_of(spelled), TokenError::malformed) << spelled;
    // 64 bytes leave four bits without meaning in the last character.
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    ASSERT_EQ(kDigits.find(token.back()) % 16, 0);
    for (std::size_t spare = 1; spare < 16; ++spare) {
        auto spelled = token;
        spelled.back() = kDigits[kDigits.find(token.back()) + spare];
        EXPECT_EQ(error_of(spelled), TokenError::malformed) << spare;
    }
    auto old_alphabet = ed25519.token(R"({"more":"???~~~","alg":"EdDSA","kid":"o"})", claims());
    std::ranges::replace(old_alphabet, '_', '/');
    std::ranges::replace(old_alphabet, '-', '+');
    EXPECT_EQ(error_of(old_alphabet), TokenError::malformed);
}

TEST_F(TokenAttack, by_json_with_two_readings) {
    const auto keys = all_keys();
    const auto header = boost::json::serialize(ed25519.header());
    const auto exp = R"("exp":)" + seconds(kNow + 1h);
    for (const auto& twice :
         {R"({"sub":"mallory","sub":"alice","role":"user",)" + exp + "}",
          R"({"sub":"mallory","role":"user","role":"admin",)" + exp + "}",
          R"({"sub":"mallory","s\u0075b":"alice","role":"user",)" + exp + "}",
          R"({"sub":"mallory","role":"user",)" + exp + "," + exp + "}",
          R"({"sub":"mallory","role":"user","more":[{"a":1,"a":1}],)" + exp + "}"})
        EXPECT_EQ(error_of(keys, ed25519.token(header, twice)), TokenError::malformed) << twice;
    for (const auto* twice :
         {R"({"alg":"EdDSA","alg":"none","kid":"o"})",
          R"({"alg":"none","alg":"EdDSA","kid":"o"})",
          R"({"alg":"EdDSA","kid":"r","kid":"o"})"})
        EXPECT_EQ(error_of(keys, ed25519.token(twice, claims())), TokenError::malformed) << twice;
}

TEST_F(TokenAttack, by_what_is_no_json_object) {
    const auto header = boost::json::serialize(ed25519.header());
    for (const auto& no_object :
         {std::string{"[]"},
          std::string{"null"},
          std::string{"\"text\""},
          std::string{},
          claims() + "}",
          claims() + claims(),
          "\xef\xbb\xbf" + claims(),
          claims(R"(,"more":"\x41")"),
          claims(",\"more\":\"\xff\""),
          claims(",\"more\":'a'"),
          claims(",\"more\":NaN"),
          claims() + std::string(1, '\0'),
          std::string(3'000, '[')}) {
        EXPECT_EQ(error_of(ed25519.token(header, no_object)), TokenError::malformed) << no_object;
        EXPECT_EQ(error_of(ed25519.token(no_object, claims())), TokenError::malformed) << no_object;
    }
}

TEST_F(TokenAttack, by_an_extension_that_is_not_known_here) {
    for (const auto* more :
         {R"("crit":["exp"],"exp":1)",
          R"("crit":["b64"],"b64":false)",
          R"("crit":[])",
          R"("crit":null)"}) {
        const auto header = R"({"alg":"EdDSA","kid":"o",)" + std::string{more} + "}";
        EXPECT_EQ(error_of(ed25519.token(header, claims())), TokenError::unknown_extension) << more;
    }
}

TEST_F(TokenAttack, by_length) {
    const auto base = ed25519.token(claims(R"(,"more":"")")).size();
    const auto longest = (identity::kTokenBytesMax - base) * 3 / 4 - 4;
    const auto with = [&](std::size_t size) {
        return error_of(ed25519.token(claims(R"(,"more":")" + std::string(size, 'm') + '"')));
    };
    EXPECT_EQ(with(longest), std::nullopt);
    EXPECT_EQ(with(longest + 16), TokenError::malformed);
    EXPECT_EQ(with(1 << 20), TokenError::malformed);
    EXPECT_EQ(error_of(std::string(1 << 20, '.')), TokenError::malformed);
}

TEST_F(TokenAttack, by_a_kid_that_is_none) {
    const auto keys = accepting({ed25519.jwk()});
    for (const auto& [kid, error] :
         {std::pair{"\"other\"", std::optional{TokenError::unknown_key}},
          {R"("o\u0000")", TokenError::unknown_key},
          {R"("../../dev/null")", TokenError::unknown_key},
          {"7", TokenError::malformed},
          {"null", TokenError::malformed},
          {"[\"o\"]", TokenError::malformed},
          {"\"\"", std::nullopt}}) {
        const auto header = R"({"alg":"EdDSA","kid":)" + std::string{kid} + "}";
        EXPECT_EQ(error_of(keys, ed25519.token(header, claims())), error) << kid;
    }
}

TEST_F(TokenAttack, by_leaving_open_which_of_two_keys_signed) {
    const auto other = TokenSigner::ed25519("other");
    const auto nameless = R"({"alg":"EdDSA"})";
    EXPECT_EQ(error_of(all_keys(), ed25519.token(nameless, claims())), std::nullopt)
        << "the only key of its algorithm needs no name";
    const auto two = accepting({ed25519.jwk(), other.jwk()});
    EXPECT_EQ(error_of(two, ed25519.token(nameless, claims())), TokenError::unknown_key);
    EXPECT_EQ(error_of(two, ed25519.token(claims())), std::nullopt);
}

TEST_F(TokenAttack, with_a_token_for_another_service_or_of_another_issuer) {
    const TokenRules rules{.issuer = "https://login.example/", .audience = "tickets"};
    const auto of = [&](const std::string& iss, const std::string& aud) {
        std::string more;
        if (!iss.empty()) more += ",\"iss\":" + iss;
        if (!aud.empty()) more += ",\"aud\":" + aud;
        auto keys = all_keys();
        keys.secret = kSecret;
        const auto error = error_of(keys, ed25519.token(claims(more)), rules);
        EXPECT_EQ(
            error_of(keys, hmac_token(kSecret, R"({"alg":"HS256"})", claims(more)), rules), error
        ) << "the rules are the same for both ways to sign";
        return error;
    };
    const std::string iss = R"("https://login.example/")";
    EXPECT_EQ(of(iss, R"("tickets")"), std::nullopt);
    EXPECT_EQ(of(iss, R"(["shop","tickets"])"), std::nullopt);
    for (const auto* other :
         {"",
          R"("https://login.example")",
          R"("HTTPS://login.example/")",
          R"(["https://login.example/"])",
          "null"})
        EXPECT_EQ(of(other, R"("tickets")"), TokenError::other_issuer) << other;
    for (const auto* other :
         {"",
          R"("shop")",
          R"("tickets ")",
          R"("Tickets")",
          "[]",
          R"([["tickets"]])",
          R"({"tickets":1})",
          "7",
          "null"})
        EXPECT_EQ(of(iss, other), TokenError::other_audience) << other;
    EXPECT_EQ(error_of(ed25519.token(claims(R"(,"iss":"x","aud":"y")"))), std::nullopt)
        << "nothing is required unless the rules say so";
}

TEST_F(TokenAttack, with_a_token_that_has_ended_or_not_begun_by_more_than_the_skew) {
    const auto keys = all_keys();
    const TokenRules rules{.skew = 10s};
    const auto token = ed25519.token(claims(",\"nbf\":" + seconds(kNow), kNow + 60s));
    const auto at = [&](Millis after) { return error_of(keys, token, rules, kNow + after); };
    EXPECT_EQ(at(-10s), std::nullopt);
    EXPECT_EQ(at(-10'001ms), TokenError::expired);
    EXPECT_EQ(at(70s - 1ms), std::nullopt);
    EXPECT_EQ(at(70s), TokenError::expired);
    EXPECT_EQ(verify_token(keys, rules, token, kNow)->expires_at, kNow + 70s);
    for (const auto* never : {"1e300", "9223372036854775807", "18446744073709551615"}) {
        const auto endless = R"({"sub":"a","role":"user","exp":)" + std::string{never} + "}";
        EXPECT_EQ(error_of(keys, ed25519.token(endless), rules), std::nullopt) << never;
    }
}

TEST_F(TokenAttack, with_a_sub_of_frontrows_own) {
    for (const auto* sub : {"dev", "admin-api-key", "api-key:1", "device:1", "frontrow-guest:1"}) {
        const auto token = rsa.token(
            R"({"sub":")" + std::string{sub} + R"(","role":"user","exp":)" + seconds(kNow + 1h) +
            "}"
        );
        EXPECT_EQ(error_of(token), TokenError::reserved_sub) << sub;
    }
}

TEST(TokenSigning, by_an_ed25519_key_is_accepted_by_its_public_part_alone) {
    io::ed25519::PrivateKey secret{};
    secret.fill(7);
    const io::ed25519::SigningKey key{secret};
    const auto token = identity::sign_token(
        key,
        "76fa801e",
        {.principal = {.sub = "席 \"a\"", .role = identity::Role::scanner},
         .made_at = kNow,
         .ttl = 1h,
         .issuer = "https://login.example/",
         .audience = "tickets"}
    );
    const TokenRules rules{.issuer = "https://login.example/", .audience = "tickets"};
    identity::KeySet set;
    ASSERT_TRUE(set.add("76fa801e", identity::TokenKey{key.public_key()}));
    EXPECT_FALSE(set.add("76fa801e", identity::TokenKey{key.public_key()})) << "it is there";
    const TokenKeys keys{.secret = {}, .set = std::move(set)};
    const auto verified = verify_token(keys, rules, token, kNow);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->principal.sub, "席 \"a\"");
    EXPECT_EQ(verified->principal.role, identity::Role::scanner);
    EXPECT_EQ(verified->expires_at, kNow + 1h);
    identity::KeySet other;
    ASSERT_TRUE(other.add("other", identity::TokenKey{key.public_key()}));
    EXPECT_EQ(
        verify_token({.secret = {}, .set = std::move(other)}, rules, token, kNow).error(),
        TokenError::unknown_key
    );
}

}  // namespace
}  // namespace frontrow::test
