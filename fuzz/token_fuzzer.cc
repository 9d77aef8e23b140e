#include "base/check.h"
#include "http/cursor.h"
#include "identity/api_key.h"
#include "identity/authenticator.h"
#include "support/manual_clock.h"
#include "support/seeded_random.h"

#include <boost/json.hpp>

#include <array>
#include <cstdint>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <optional>
#include <string>

// Credentials and cursors from a client. The first byte of the input says what the rest is:
//   t  a bearer token as it is           k  an API key            u  an X-User-ID
//   s  a token's header, a line end and its claims: signed here, so that the claims are read
//   c  a cursor                          p  a position, from which a cursor is made
// Without a valid signature no token is accepted. The principal of an accepted token is the user in
// its claims, as read by Boost.JSON as well as by the JWT library.

namespace frontrow::fuzz {
namespace {

const std::string kSecret = "a secret of the fuzzer's, and long enough";
constexpr std::string_view kAdminKey = "frk_admin";
constexpr std::string_view kList = "events";

using Identified = Result<std::optional<identity::Principal>, identity::BadCredentials>;

/// New for each input, because an authenticator remembers tokens.
class Door {
public:
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
         .dev = true},
        [this](const auto& digest) { return find(digest); }
    };
};

std::string base64url(std::string_view bytes) {
    std::string out(4 * (bytes.size() / 3 + 1) + 1, '\0');
    const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    const int length = EVP_EncodeBlock(to, from, static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    while (out.ends_with('='))
        out.pop_back();
    for (char& c : out)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

std::string signature_of(std::string_view part) {
    std::array<unsigned char, 32> hash{};
    unsigned int length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(part.data());
    HMAC(
        EVP_sha256(),
        kSecret.data(),
        static_cast<int>(kSecret.size()),
        bytes,
        part.size(),
        hash.data(),
        &length
    );
    return base64url({reinterpret_cast<const char*>(hash.data()), length});
}

/// Parses the claims a second time and compares the principal. Like the JWT library, reads the
/// claims only up to the first zero byte.
void check_claims(std::string_view claims, const identity::Principal& principal, Instant now) {
    claims = claims.substr(0, claims.find('\0'));
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

/// The last of a signature's 43 characters has two bits without meaning.
bool are_same_signature(std::string_view a, std::string_view b) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return a.size() == b.size() && a.substr(0, a.size() - 1) == b.substr(0, b.size() - 1) &&
           kDigits.find(a.back()) / 4 == kDigits.find(b.back()) / 4;
}

/// Tries the token without signing it: it is accepted only if it has our signature.
void try_token(std::string_view token) {
    const auto who = Door{}.identify_token(token);
    if (!who || !*who) return;
    const auto dot = token.rfind('.');
    CHECK(dot != std::string_view::npos);
    CHECK(are_same_signature(token.substr(dot + 1), signature_of(token.substr(0, dot))));
}

void try_signed(std::string_view text) {
    const auto line_end = std::min(text.find('\n'), text.size());
    const auto header = text.substr(0, line_end);
    const auto claims = text.substr(std::min(line_end + 1, text.size()));
    const auto part = base64url(header) + "." + base64url(claims);
    Door door;
    const auto who = door.identify_token(part + "." + signature_of(part));
    if (who && *who) check_claims(claims, **who, door.now());
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
            try_signed(rest);
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
