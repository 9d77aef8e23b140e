#include "identity/authenticator.h"
#include "identity/request_mark.h"
#include "identity/token.h"
#include "support/token_signer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::identity {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

const std::string kSecret = "a secret of thirty-two bytes, ok";
const std::string kOtherSecret = "b secret of thirty-two bytes, ok";
const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

long seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

constexpr std::string_view kHeader = R"({"alg":"HS256"})";

/// Signs any claims, which sign_token() doesn't.
std::string token_with(
    std::string_view claims_json,
    std::string_view header = kHeader,
    std::string_view secret = kSecret
) {
    return test::hmac_token(secret, header, claims_json);
}

/// A token with no signature, as the algorithm `none` has it.
std::string unsigned_token(std::string_view claims_json) {
    return test::part_to_sign(R"({"alg":"none"})", claims_json) + ".";
}

/// The claims of a valid token, and additional ones.
std::string
claims(std::string_view sub, std::string_view role, Instant exp, std::string more = "") {
    return "{\"sub\":\"" + std::string{sub} + "\",\"role\":\"" + std::string{role} +
           "\",\"exp\":" + std::to_string(seconds_of(exp)) + more + "}";
}

std::string ann_until(Instant exp) {
    return token_with(claims("ann", "user", exp));
}

Result<VerifiedToken, TokenError>
verified_by(const std::string& secret, const std::string& token, Instant now = kNow) {
    return verify_token({.secret = secret}, {}, token, now);
}

std::optional<TokenError> error_of(const std::string& token, Instant now = kNow) {
    const auto verified = verified_by(kSecret, token, now);
    return verified ? std::nullopt : std::optional{verified.error()};
}

TEST(Token, says_who_it_was_signed_for) {
    for (const auto role : {Role::user, Role::scanner, Role::organizer, Role::admin}) {
        const auto token = sign_token(kSecret, {.sub = "席 \"a\"", .role = role}, kNow, 1h);
        const auto verified = verified_by(kSecret, token);
        ASSERT_TRUE(verified);
        EXPECT_EQ(verified->principal.sub, "席 \"a\"");
        EXPECT_EQ(verified->principal.role, role);
        EXPECT_EQ(verified->expires_at, kNow + 1h);
    }
}

TEST(Token, is_good_until_the_second_it_expires) {
    const auto token = sign_token(kSecret, {.sub = "ann"}, kNow, 60s);
    EXPECT_EQ(error_of(token, kNow + 60s - 1ms), std::nullopt);
    EXPECT_EQ(error_of(token, kNow + 60s), TokenError::expired);
    EXPECT_EQ(error_of(token, kNow + 24h), TokenError::expired);
}

TEST(Token, is_good_from_the_second_of_its_nbf) {
    const auto nbf = ",\"nbf\":" + std::to_string(seconds_of(kNow));
    const auto token = token_with(claims("ann", "user", kNow + 1h, nbf));
    EXPECT_EQ(error_of(token, kNow - 1ms), TokenError::expired);
    EXPECT_EQ(error_of(token, kNow), std::nullopt);
}

TEST(Token, may_have_times_with_a_fraction) {
    const auto times = [](std::string_view exp, std::string_view nbf) {
        return token_with(
            R"({"sub":"ann","role":"user","exp":)" + std::string{exp} +
            ",\"nbf\":" + std::string{nbf} + "}"
        );
    };
    const auto now = std::to_string(seconds_of(kNow));
    const auto token = times(now + ".75", now + ".25");
    EXPECT_EQ(error_of(token, kNow + 249ms), TokenError::expired);
    EXPECT_EQ(error_of(token, kNow + 250ms), std::nullopt);
    EXPECT_EQ(error_of(token, kNow + 749ms), std::nullopt);
    EXPECT_EQ(error_of(token, kNow + 750ms), TokenError::expired);
    EXPECT_EQ(verified_by(kSecret, token, kNow + 500ms)->expires_at, kNow + 750ms);
    EXPECT_EQ(error_of(times(now + ".0", "0.5"), kNow - 1ms), std::nullopt);
    EXPECT_EQ(error_of(times(now + ".0", "0.5"), kNow), TokenError::expired);
    EXPECT_EQ(error_of(times("1e300", "-1e300")), std::nullopt);
    EXPECT_EQ(error_of(times("-1e300", "0")), TokenError::expired);
    EXPECT_EQ(error_of(times("1e300", "1e300")), TokenError::expired);
}

TEST(Token, with_the_algorithm_none_is_refused) {
    const auto token = unsigned_token(claims("ann", "admin", kNow + 1h));
    EXPECT_EQ(error_of(token), TokenError::wrong_algorithm);
    // Another token's signature doesn't help.
    const auto good = ann_until(kNow + 1h);
    EXPECT_EQ(error_of(token + good.substr(good.rfind('.') + 1)), TokenError::wrong_algorithm);
}

TEST(Token, with_another_algorithm_is_refused_even_with_the_right_secret) {
    for (const auto header :
         {R"({"alg":"HS384"})",
          R"({"alg":"HS512"})",
          R"({"alg":"RS256"})",
          R"({"alg":"ES256"})",
          R"({"alg":"EdDSA"})",
          R"({"alg":"hs256"})",
          R"({"alg":"None"})",
          R"({"alg":""})",
          R"({"alg":256})",
          R"({"alg":["HS256"]})",
          R"({"alg":null})",
          "{}"}) {
        EXPECT_EQ(
            error_of(token_with(claims("ann", "user", kNow + 1h), header)),
            TokenError::wrong_algorithm
        ) << header;
    }
}

TEST(Token, of_another_secret_is_refused) {
    const auto token = token_with(claims("ann", "user", kNow + 1h), kHeader, kOtherSecret);
    EXPECT_EQ(error_of(token), TokenError::bad_signature);
    EXPECT_TRUE(verified_by(kOtherSecret, token));
}

TEST(Token, tampered_with_anywhere_is_refused) {
    const auto token = ann_until(kNow + 1h);
    ASSERT_EQ(error_of(token), std::nullopt);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'Q' : 'A';
        EXPECT_TRUE(error_of(changed)) << i;
    }
    for (std::size_t length = 0; length < token.size(); ++length)
        EXPECT_TRUE(error_of(token.substr(0, length))) << length;
}

TEST(Token, with_anything_behind_a_zero_byte_is_refused) {
    const auto token = ann_until(kNow + 1h);
    for (const auto more : {"\0"sv, "\0more"sv, "\0.more"sv})
        EXPECT_EQ(error_of(token + std::string{more}), TokenError::malformed);
}

TEST(Token, with_another_tokens_payload_is_refused) {
    const auto user = ann_until(kNow + 1h);
    const auto admin = token_with(claims("ann", "admin", kNow + 1h), kHeader, kOtherSecret);
    const auto head_and_payload = admin.substr(0, admin.rfind('.'));
    EXPECT_EQ(error_of(head_and_payload + user.substr(user.rfind('.'))), TokenError::bad_signature);
}

TEST(Token, that_is_none_is_refused) {
    for (const auto text :
         {"", ".", "..", "...", "a.b.c", "not a token", "e30.e30", "e30.e30.e30.e30"})
        EXPECT_EQ(error_of(text), TokenError::malformed) << text;
    // Two empty objects, whose header names no algorithm.
    for (const auto text : {"e30.e30.", "e30.e30.e30"})
        EXPECT_EQ(error_of(text), TokenError::wrong_algorithm) << text;
}

TEST(Token, without_a_good_sub_role_and_exp_is_incomplete) {
    const auto exp = std::to_string(seconds_of(kNow + 1h));
    for (const auto& incomplete : std::vector<std::string>{
             "{}",
             R"({"role":"user","exp":)" + exp + "}",
             R"({"sub":"ann","exp":)" + exp + "}",
             R"({"sub":"ann","role":"user"})",
             R"({"sub":"ann","role":"user","exp":")" + exp + "\"}",
             R"({"sub":"ann","role":"user","exp":null})",
             R"({"sub":7,"role":"user","exp":)" + exp + "}",
             R"({"sub":null,"role":"user","exp":)" + exp + "}",
             R"({"sub":"ann","role":7,"exp":)" + exp + "}",
             R"({"sub":"ann","role":["admin"],"exp":)" + exp + "}",
             claims("ann", "user", kNow + 1h, R"(,"nbf":"2000-01-01")"),
             claims("ann", "user", kNow + 1h, R"(,"nbf":null)"),
             claims("ann", "root", kNow + 1h),
             claims("ann", "Admin", kNow + 1h),
             claims("ann", "admin ", kNow + 1h),
             claims("ann", "", kNow + 1h),
             claims("", "user", kNow + 1h),
             claims(R"(a\nb)", "user", kNow + 1h),
             claims(R"(a\u001bb)", "user", kNow + 1h),
             claims("a\x7f", "user", kNow + 1h),
             claims(std::string(256, 'a'), "user", kNow + 1h),
         }) {
        EXPECT_EQ(error_of(token_with(incomplete)), TokenError::incomplete) << incomplete;
    }
    EXPECT_EQ(error_of(token_with(claims(std::string(255, 'a'), "user", kNow + 1h))), std::nullopt);
}

const std::vector<std::string> kReservedSubs{
    "dev",
    "admin-api-key",
    "user-api-key",
    "api-key:",
    "api-key:018f7c2e-0d40-7000-8000-000000000001",
    "api-key:anything",
    "device:",
    "device:018f7c2e-0f70-7000-8000-000000000001",
    "frontrow-guest:",
    "frontrow-guest:0123456789abcdef0123456789abcdef",
};
/// Almost reserved names.
const std::vector<std::string> kFreeSubs{
    "Dev",
    "dev ",
    "developer",
    "a dev",
    "user-api-keys",
    "api-key",
    "API-KEY:1",
    "an api-key:1",
    "device",
    "devices:1",
    "a device:1",
    "frontrow-guest",
    "guest:1"
};

TEST(Sub, is_reserved_for_each_caller_that_frontrow_has_of_its_own) {
    for (const auto& sub : kReservedSubs) {
        EXPECT_TRUE(is_reserved_sub(sub)) << sub;
        EXPECT_EQ(is_built_in_sub(sub), sub.find(':') == std::string::npos) << sub;
    }
    for (const auto& sub : kFreeSubs) {
        EXPECT_FALSE(is_reserved_sub(sub)) << sub;
        EXPECT_FALSE(is_built_in_sub(sub)) << sub;
    }
}

TEST(Token, with_a_reserved_sub_is_refused_whatever_its_role) {
    for (const auto* role : {"user", "admin"}) {
        for (const auto& sub : kReservedSubs)
            EXPECT_EQ(error_of(token_with(claims(sub, role, kNow + 1h))), TokenError::reserved_sub)
                << sub;
        for (const auto& sub : kFreeSubs)
            EXPECT_EQ(error_of(token_with(claims(sub, role, kNow + 1h))), std::nullopt) << sub;
    }
}

TEST(Token, may_expire_at_the_end_of_time) {
    for (const auto exp :
         {std::numeric_limits<std::int64_t>::max(), std::int64_t{253'402'300'799}}) {
        const auto token =
            token_with(R"({"sub":"ann","role":"user","exp":)" + std::to_string(exp) + "}");
        const auto verified = verified_by(kSecret, token);
        ASSERT_TRUE(verified) << exp;
        EXPECT_GT(verified->expires_at, kNow + 24h * 365'000) << exp;
    }
    for (const auto exp : {"-9223372036854775808", "0", "-0.5"}) {
        EXPECT_EQ(
            error_of(token_with(R"({"sub":"ann","role":"user","exp":)" + std::string{exp} + "}")),
            TokenError::expired
        ) << exp;
    }
}

AuthSettings all_settings() {
    return {
        .jwt_secret = kSecret,
        .admin_api_key = "the-admin-key",
        .user_api_key = "the-user-key",
        .dev = false,
    };
}

/// `role sub`, `nobody` for missing credentials, or `refused`.
std::string
asked(Authenticator& authenticator, const Credentials& credentials, Instant now = kNow) {
    const auto identified = authenticator.identify(credentials, now);
    if (!identified) return identified.error().message.empty() ? "no reason" : "refused";
    if (!*identified) return "nobody";
    return std::string{name_of((*identified)->role)} + " " + (*identified)->sub;
}

TEST(Authenticator, takes_a_bearer_token_in_any_case) {
    Authenticator authenticator{all_settings()};
    const auto token = ann_until(kNow + 1h);
    for (const auto scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "}) {
        const auto authorization = scheme + token;
        EXPECT_EQ(asked(authenticator, {.authorization = authorization}), "user ann") << scheme;
    }
    for (const auto scheme : {"", "Bearer", "Basic ", "Bearer: ", "Token ", " Bearer "}) {
        const auto authorization = scheme + token;
        EXPECT_EQ(asked(authenticator, {.authorization = authorization}), "refused") << scheme;
    }
    for (const auto empty : {"Bearer", "Bearer ", "Bearer  "})
        EXPECT_EQ(asked(authenticator, {.authorization = empty}), "refused") << empty;
}

TEST(Authenticator, knows_each_api_key_and_no_other) {
    Authenticator authenticator{all_settings()};
    EXPECT_EQ(asked(authenticator, {.api_key = "the-admin-key"}), "admin admin-api-key");
    EXPECT_EQ(asked(authenticator, {.api_key = "the-user-key"}), "user user-api-key");
    for (const auto key :
         {"the-admin-ke", "the-admin-keyy", "THE-ADMIN-KEY", " ", "the-admin-key "})
        EXPECT_EQ(asked(authenticator, {.api_key = key}), "refused") << key;
}

TEST(Authenticator, takes_who_asks_with_a_key_that_was_made_for_the_keys_account) {
    domain::ApiKey key{.id = *ApiKeyId::parse("018f7c2e-0d40-7000-8000-000000000001")};
    key.role = Role::organizer;
    Authenticator authenticator{all_settings(), [&](const auto&) { return &key; }};
    EXPECT_EQ(
        asked(authenticator, {.api_key = "frk_1"}),
        "organizer api-key:018f7c2e-0d40-7000-8000-000000000001"
    );
    key.account = "hall";
    EXPECT_EQ(asked(authenticator, {.api_key = "frk_1"}), "organizer hall");
    EXPECT_EQ(asked(authenticator, {.api_key = "the-user-key"}), "user user-api-key");
}

TEST(Authenticator, takes_no_credentials_of_a_kind_that_is_not_set) {
    Authenticator authenticator{AuthSettings{}};
    const auto authorization = "Bearer " + ann_until(kNow + 1h);
    const auto of_no_secret = "Bearer " + unsigned_token(claims("ann", "admin", kNow + 1h));
    EXPECT_EQ(asked(authenticator, {.authorization = authorization}), "refused");
    EXPECT_EQ(asked(authenticator, {.authorization = of_no_secret}), "refused");
    EXPECT_EQ(asked(authenticator, {.api_key = "the-admin-key"}), "refused");
    EXPECT_EQ(asked(authenticator, {.dev_user = "ann"}), "refused");
    EXPECT_EQ(asked(authenticator, {}), "nobody");
}

TEST(Authenticator, believes_a_user_header_in_development_only) {
    auto settings = all_settings();
    Authenticator in_production{settings};
    EXPECT_EQ(asked(in_production, {.dev_user = "ann"}), "refused");
    settings.dev = true;
    Authenticator in_development{settings};
    EXPECT_EQ(asked(in_development, {.dev_user = "ann"}), "user ann");
    EXPECT_EQ(asked(in_development, {}), "nobody");
    for (const auto sub : {"a\tb"sv, "a\0b"sv, "\x7f"sv, "\xff"sv, "\xc0\x80"sv})
        EXPECT_EQ(asked(in_development, {.dev_user = sub}), "refused") << sub;
    const std::string longest(255, 'a');
    EXPECT_EQ(asked(in_development, {.dev_user = longest}), "user " + longest);
    EXPECT_EQ(asked(in_development, {.dev_user = longest + "a"}), "refused");
}

TEST(Authenticator, lets_nobody_come_as_one_of_frontrows_own_callers) {
    auto settings = all_settings();
    settings.dev = true;
    Authenticator authenticator{settings};
    for (const auto& sub : kReservedSubs) {
        const auto authorization = "Bearer " + token_with(claims(sub, "user", kNow + 1h));
        EXPECT_EQ(asked(authenticator, {.authorization = authorization}), "refused") << sub;
        EXPECT_EQ(asked(authenticator, {.authorization = authorization}), "refused") << "again";
        EXPECT_EQ(asked(authenticator, {.dev_user = sub}), "refused") << sub;
    }
    for (const auto& sub : kFreeSubs)
        EXPECT_EQ(asked(authenticator, {.dev_user = sub}), "user " + sub);
}

TEST(Authenticator, does_not_fall_back_on_weaker_credentials) {
    auto settings = all_settings();
    settings.dev = true;
    Authenticator authenticator{settings};
    const auto good = "Bearer " + ann_until(kNow + 1h);
    EXPECT_EQ(
        asked(
            authenticator,
            {.authorization = "Bearer bad", .api_key = "the-admin-key", .dev_user = "bob"}
        ),
        "refused"
    );
    EXPECT_EQ(asked(authenticator, {.api_key = "bad", .dev_user = "bob"}), "refused");
    EXPECT_EQ(
        asked(authenticator, {.authorization = good, .api_key = "bad", .dev_user = "bob"}),
        "user ann"
    );
}

TEST(Authenticator, takes_another_credential_beside_a_proxys_authorization) {
    auto settings = all_settings();
    Authenticator authenticator{settings};
    settings.dev = true;
    Authenticator in_development{settings};
    for (const auto proxys :
         {"Basic dXNlcjpwYXNz", "Digest username=\"u\"", "Basic", "bearers x"}) {
        const auto asked_with = [&](std::string_view key, std::string_view user = {}) {
            return Credentials{.authorization = proxys, .api_key = key, .dev_user = user};
        };
        EXPECT_EQ(asked(authenticator, asked_with("the-user-key")), "user user-api-key") << proxys;
        EXPECT_EQ(asked(authenticator, asked_with("the-user-ke")), "refused") << proxys;
        EXPECT_EQ(asked(authenticator, asked_with("")), "refused") << proxys;
        EXPECT_EQ(asked(authenticator, asked_with("", "bob")), "refused") << proxys;
        EXPECT_EQ(asked(in_development, asked_with("", "bob")), "user bob") << proxys;
        EXPECT_EQ(asked(in_development, asked_with("")), "refused") << proxys;
    }
    EXPECT_EQ(
        asked(authenticator, {.authorization = "Bearer", .api_key = "the-user-key"}), "refused"
    ) << "a bearer token is ours, and none is a bad one";
}

TEST(Authenticator, forgets_a_token_it_has_seen_the_second_it_expires) {
    Authenticator authenticator{all_settings()};
    const auto authorization = "Bearer " + ann_until(kNow + 60s);
    for (const auto after : {0ms, 1ms, 59'999ms})
        EXPECT_EQ(asked(authenticator, {.authorization = authorization}, kNow + after), "user ann");
    EXPECT_EQ(asked(authenticator, {.authorization = authorization}, kNow + 60s), "refused");
    EXPECT_EQ(asked(authenticator, {.authorization = authorization}, kNow + 1h), "refused");
}

TEST(Authenticator, tells_seen_tokens_apart) {
    Authenticator authenticator{all_settings()};
    for (int round = 0; round < 2; ++round) {
        for (const auto sub : {"ann", "bob", "cid"}) {
            const auto authorization = "Bearer " + token_with(claims(sub, "organizer", kNow + 1h));
            EXPECT_EQ(
                asked(authenticator, {.authorization = authorization}),
                std::string{"organizer "} + sub
            );
        }
        const auto tampered = "Bearer " + ann_until(kNow + 1h) + "x";
        EXPECT_EQ(asked(authenticator, {.authorization = tampered}), "refused");
    }
}

TEST(Authenticator, never_repeats_a_secret_to_its_sender) {
    Authenticator authenticator{all_settings()};
    for (const auto& credentials :
         {Credentials{.authorization = "Bearer hush"},
          Credentials{.authorization = "hush"},
          Credentials{.api_key = "hush"},
          Credentials{.dev_user = "hush"}}) {
        const auto identified = authenticator.identify(credentials, kNow);
        ASSERT_FALSE(identified);
        EXPECT_EQ(identified.error().message.find("hush"), std::string_view::npos);
    }
}

TEST(Role, is_parsed_from_its_own_name_alone) {
    for (const auto role : {Role::user, Role::scanner, Role::organizer, Role::admin})
        EXPECT_EQ(parse_role(name_of(role)), role);
    for (const auto name : {"", "User", "admins", "root", "user "})
        EXPECT_FALSE(parse_role(name)) << name;
}

TEST(RequestMark, is_the_same_for_the_same_request) {
    io::Sha256 sha;
    const auto mark = mark_request(sha, "ann", "/reservations", "key", "content");
    EXPECT_EQ(mark_request(sha, "ann", "/reservations", "key", "content"), mark);
    io::Sha256 another;
    EXPECT_EQ(mark_request(another, "ann", "/reservations", "key", "content"), mark);
}

TEST(RequestMark, has_parts_that_cannot_run_into_each_other) {
    io::Sha256 sha;
    const struct {
        std::string_view caller, route, key;
    } requests[] = {
        {"ann", "/r", "key"},
        {"an", "n/r", "key"},
        {"ann/r", "", "key"},
        {"ann", "/rkey", ""},
        {"", "ann/r", "key"},
        {"ann", "/rk", "ey"},
        {"ann/rkey", "", ""},
        {"", "", "ann/rkey"},
        {"ann\0"sv, "/r", "key"},
        {"ann", "\0/r"sv, "key"},
        {"ann\0\2/r"sv, "", "key"},
        {"bob", "/r", "key"},
        {"ann", "/s", "key"},
        {"ann", "/r", "yek"},
    };
    std::vector<Bits128> keys;
    for (const auto& request : requests) {
        const auto mark = mark_request(sha, request.caller, request.route, request.key, "same");
        EXPECT_EQ(std::ranges::count(keys, mark.key), 0) << request.caller << request.route;
        keys.push_back(mark.key);
    }
}

TEST(RequestMark, keeps_what_was_asked_for_apart_from_who_asked) {
    io::Sha256 sha;
    const auto mark = mark_request(sha, "ann", "/r", "key", "content");
    const auto other_content = mark_request(sha, "ann", "/r", "key", "other");
    EXPECT_EQ(other_content.key, mark.key);
    EXPECT_NE(other_content.content, mark.content);
    const auto other_caller = mark_request(sha, "bob", "/r", "key", "content");
    EXPECT_NE(other_caller.key, mark.key);
    EXPECT_EQ(other_caller.content, mark.content);
}

}  // namespace
}  // namespace frontrow::identity
