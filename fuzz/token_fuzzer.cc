#include "base/check.h"
#include "http/cursor.h"
#include "identity/api_key.h"
#include "identity/authenticator.h"
#include "io/base64.h"
#include "io/hmac.h"
#include "support/manual_clock.h"
#include "support/seeded_random.h"

#include <boost/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

// Credentials and cursors from a client. The first byte of the input says what the rest is:
//   t  a bearer token as it is           k  an API key            u  an X-User-ID
//   s  a token's header, a line end and its claims: signed here with the secret, so that the claims
//      are read
//   e  the same, signed with an Ed25519 key of the key set
//   j  a key set
//   c  a cursor                          p  a position, from which a cursor is made
// Without a valid signature no token is accepted, and one that is signed with a key only under this
// key's algorithm. The principal of an accepted token is the user in its claims, as a second reader
// finds them.

namespace frontrow::fuzz {
namespace {

const std::string kSecret = "a secret of the fuzzer's, and long enough";
constexpr std::string_view kAdminKey = "frk_admin";
constexpr std::string_view kList = "events";
/// An RSA key and one of P-256, whose private parts nobody has. The same as in make_corpus.py.
constexpr std::string_view kOthersKeys =
    R"({"kty":"RSA","kid":"r","e":"AQAB","n":")"
    "w6T-umTbtxuP8Tm4rIoIDw0XpLWXMowXfTHubs7AjXeSuRHmSi4dij8BDnWDH1Lvxp3l9oPmaMxUL_hv"
    "dS-bxTcVUyKoX3y8gXpJ6Cp5wt7-NO0KD2z9P4sJYHaUN2G8yudsyw7v3O7yVwnc5pnbDqUnaZwIY1yK"
    "DtNKucAIm7cbcKg3NXJ2eyg3hOw1ZDtfdy-8F2V0I5SqAoEzcxT5nnd1tknaDSY8QGm2OnVCai_epXho"
    "7mbQiSXw7m4ohU4NCyR-N-Q51p78t-1iDegfObwMAHI_MT659T5Aywjx8fnOnzsEFBvT5xZkPsgaNcf4"
    "JaO03Qa-53fx69HkwSR_7w"
    R"("},{"kty":"EC","crv":"P-256","kid":"e","x":"oI367GFH2cbpRfP9wYYULYeWr66Okw26bw677nxV6Fc",)"
    R"("y":"IHY8TMayKOxnbj7iLEH18XZGSVN6-lsj-g5cjvHX5qo"},)";

using Identified = Result<std::optional<identity::Principal>, identity::BadCredentials>;

const io::ed25519::SigningKey& signing_key() {
    static const io::ed25519::SigningKey key{io::ed25519::PrivateKey{7}};
    return key;
}

identity::KeySet known_keys() {
    const auto x = io::to_base64url(io::text_of(signing_key().public_key()));
    auto read = identity::parse_key_set(
        R"({"keys":[)" + std::string{kOthersKeys} +
        R"({"kty":"OKP","crv":"Ed25519","kid":"o","x":")" + x + "\"}]}"
    );
    CHECK(read && read->keys.size() == 3);
    return std::move(read->keys);
}

/// New for each input, because an authenticator remembers tokens.
class Door {
public:
    Door() { authenticator_.accept_keys(known_keys()); }

    void accept_keys(identity::KeySet keys) { authenticator_.accept_keys(std::move(keys)); }
    Identified identify(const identity::Credentials& credentials) {
        return authenticator_.identify(credentials, clock_.now());
    }
    Identified identify_token(std::string_view token) {
        const auto header = "Bearer " + std::string{token};
        const auto first = identify({.authorization = header});
        const auto again = identify({.authorization = header});
        CHECK(first.has_value() == again.has_value());
        return first;
    }
    Instant now() const { return clock_.now(); }
    const identity::NewApiKey& made_key() const { return made_key_; }

private:
    const domain::ApiKey* find(const domain::ApiKeyDigest& digest) const {
        return digest == made_key_.digest ? &api_key_ : nullptr;
    }

    test::ManualClock clock_;
    test::SeededRandom random_{1};
    io::Sha256 sha_;
    identity::NewApiKey made_key_ = identity::make_api_key(random_, sha_);
    domain::ApiKey api_key_{};
    identity::Authenticator authenticator_{
        {.jwt_secret = kSecret,
         .admin_api_key = std::string{kAdminKey},
         .user_api_key = {},
         .dev = true,
         .key_set = {.location = "keys"}},
        [this](const auto& digest) { return find(digest); }
    };
};

std::string mac_of(std::string_view part) {
    return io::to_base64url(io::text_of(io::hmac_sha256(kSecret, part)));
}

std::string signature_of(std::string_view part) {
    return io::to_base64url(io::text_of(signing_key().sign(part)));
}

/// Parses the claims a second time and compares the principal.
void check_claims(std::string_view claims, const identity::Principal& principal, Instant now) {
    boost::system::error_code error;
    const auto document = boost::json::parse(claims, error);
    CHECK(!error && document.is_object());
    const auto& object = document.get_object();
    const auto* sub = object.if_contains("sub");
    const auto* role = object.if_contains("role");
    const auto* expires_at = object.if_contains("exp");
    CHECK(sub != nullptr && sub->is_string() && sub->get_string() == principal.sub);
    CHECK(role != nullptr && role->is_string());
    CHECK(role->get_string() == identity::name_of(principal.role));
    CHECK(expires_at != nullptr && expires_at->is_number());
    // The time is rounded to milliseconds.
    const std::chrono::duration<double> time = now.time_since_epoch();
    CHECK(expires_at->to_number<double>() >= time.count() - 0.001);
    CHECK(identity::is_valid_sub(principal.sub) && !identity::is_reserved_sub(principal.sub));
}

/// Tries the token without signing it: it is accepted only if it has our signature.
void try_token(std::string_view token) {
    const auto who = Door{}.identify_token(token);
    if (!who || !*who) return;
    const auto dot = token.rfind('.');
    CHECK(dot != std::string_view::npos);
    const auto part = token.substr(0, dot);
    const auto signature = token.substr(dot + 1);
    CHECK(signature == mac_of(part) || signature == signature_of(part));
}

/// `sign`: makes the signature of header and claims, by `algorithm`.
template <class Sign>
void try_signed(std::string_view text, std::string_view algorithm, Sign sign) {
    const auto line_end = std::min(text.find('\n'), text.size());
    const auto header = text.substr(0, line_end);
    const auto claims = text.substr(std::min(line_end + 1, text.size()));
    const auto part = io::to_base64url(header) + "." + io::to_base64url(claims);
    Door door;
    const auto who = door.identify_token(part + "." + sign(part));
    if (!who || !*who) return;
    check_claims(claims, **who, door.now());
    CHECK(boost::json::parse(header).at("alg").as_string() == algorithm);
}

/// A set that is accepted has keys, is read as the same again, and lets nobody in who signs with
/// the set itself, or not at all.
void try_key_set(std::string_view text) {
    auto read = identity::parse_key_set(text);
    if (!read) {
        CHECK(!read.error().why.empty());
        return;
    }
    CHECK(read->keys.size() > 0 && read->keys.size() <= identity::kKeySetKeysMax);
    const auto again = identity::parse_key_set(text);
    CHECK(again && again->keys.size() == read->keys.size() && again->skipped == read->skipped);
    Door door;
    door.accept_keys(std::move(read->keys));
    const std::string claims = io::to_base64url(R"({"sub":"a","role":"admin","exp":4102444800})");
    for (const auto* header : {R"({"alg":"HS256"})", R"({"alg":"RS256"})", R"({"alg":"none"})"}) {
        const auto part = io::to_base64url(header) + "." + claims;
        const auto by_set = io::to_base64url(io::text_of(io::hmac_sha256(text, part)));
        for (const auto& signature : {by_set, std::string{}})
            CHECK(!door.identify_token(part + "." + signature));
    }
}

void try_api_key(std::string_view key) {
    Door door;
    const auto who = door.identify({.api_key = key});
    const bool is_let_in = who && *who;
    CHECK(is_let_in == (key == kAdminKey || key == door.made_key().text));
}

void try_user(std::string_view name) {
    const auto who = Door{}.identify({.dev_user = name});
    if (!who || !*who) return;
    CHECK((*who)->sub == name && (*who)->role == identity::Role::user);
    CHECK(!identity::is_reserved_sub(name));
}

void try_cursor(std::string_view cursor) {
    io::Sha256 sha;
    const auto place = http::read_cursor(sha, kList, cursor);
    if (place) CHECK(http::write_cursor(sha, kList, *place) == cursor);
}

void try_place(std::string_view bytes) {
    std::array<std::uint64_t, 3> words{};
    bytes.copy(reinterpret_cast<char*>(words.data()), sizeof words);
    const domain::Place place{
        .id = {words[0], words[1]},
        .start_at = Instant{Millis{static_cast<std::int64_t>(words[2])}},
    };
    io::Sha256 sha;
    const auto cursor = http::write_cursor(sha, kList, place);
    CHECK(http::read_cursor(sha, kList, cursor) == place);
    CHECK(!http::read_cursor(sha, "another list", cursor));
}

}  // namespace
}  // namespace frontrow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace frontrow::fuzz;
    if (size == 0) return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    switch (data[0]) {
        case 't':
            try_token(rest);
            break;
        case 's':
            try_signed(rest, "HS256", mac_of);
            break;
        case 'e':
            try_signed(rest, "EdDSA", signature_of);
            break;
        case 'j':
            try_key_set(rest);
            break;
        case 'k':
            try_api_key(rest);
            break;
        case 'u':
            try_user(rest);
            break;
        case 'c':
            try_cursor(rest);
            break;
        case 'p':
            try_place(rest);
            break;
        default:
            break;
    }
    return 0;
}
