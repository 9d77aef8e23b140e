#include "http/plain_request.h"

#include "http/request_parts.h"
#include "support/reader_connection.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::http {
namespace {

using Step = RequestReader::Step;
using namespace std::string_literals;
using namespace std::string_view_literals;

const std::string kReservation =
    "POST /api/v1/reservations HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    "Content-Type: application/json\r\nContent-Length: 19\r\nX-User-ID: buyer-1\r\n"
    "Idempotency-Key: a key\r\n\r\n{\"seat_ids\":[\"s1\"]}";

const std::string kPage =
    "GET /api/v1/events/1/seats?available=true&limit=20 HTTP/1.1\r\nHost: tickets.example\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n"
    "Origin: https://tickets.example\r\nIf-None-Match: \"1-2\"\r\n\r\n";

const std::string kChange =
    "PUT /api/v1/events/1?a?b HTTP/1.1\r\nAuthorization: Bearer a.b-c\r\nIF-MATCH: \"1\"\r\n"
    "HOST: [::1]:8080\r\ncontent-length: 2\r\nTraceparent: 00-1-2-01\r\n\r\n{}";

/// With repeated headers, and a header name with all unusual characters.
const std::string kPreflight =
    "OPTIONS /api/v1/events HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nReferer: c\r\nReferer: d\r\n"
    "Connection: keep-alive\r\nConnection: close\r\nConnection: Keep-Alive\r\n!#$%&'*+.^_`|~-09: "
    "\r\n\r\n";

const std::string kDeletion =
    "DELETE /api/v1/events/1 HTTP/1.1\r\nHost: h:80\r\nX-API-Key: frk_1 \r\nContent-Length: "
    "0\r\n\r\n";

/// Requests as clients send them; others of this kind are above.
const std::vector<std::string> kPlain{
    kReservation,
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    kPage,
    kChange,
    kPreflight,
    "HEAD /livez? HTTP/1.1\r\nhost:h\r\nCONNECTION:   Close  \r\nX-Request-ID:\r\n\r\n",
    kDeletion,
    "PATCH /api/v1/api-keys/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
};

TEST(PlainRequest, is_read_at_a_glance) {
    const auto plain = read_plain_request(kReservation);
    ASSERT_TRUE(plain.has_value());
    test::Received expected{
        .method = Method::post,
        .path = "/api/v1/reservations",
        .query = "",
        .body = R"({"seat_ids":["s1"]})",
        .body_bytes = 19,
        .headers = {},
        .keep_alive = true,
    };
    const auto header = [&](Header name) -> auto& {
        return expected.headers[static_cast<std::size_t>(name)];
    };
    header(Header::content_type) = "application/json";
    header(Header::host) = "127.0.0.1:8080";
    header(Header::idempotency_key) = "a key";
    header(Header::x_user_id) = "buyer-1";
    EXPECT_TRUE(test::copy_of(plain->request) == expected);
    EXPECT_EQ(plain->head_bytes, kReservation.find('{'));
}

TEST(PlainRequest, is_what_clients_send_and_what_beast_reads_in_it) {
    for (const auto& text : kPlain) {
        for (const auto& bytes : {text, text + kReservation, text + "\x16\x03"}) {
            const auto plain = read_plain_request(bytes);
            ASSERT_TRUE(plain.has_value()) << text;
            EXPECT_EQ(plain->head_bytes + plain->request.body.size(), text.size()) << text;
            EXPECT_TRUE(test::is_what_beast_reads(*plain, bytes)) << text;
        }
    }
}

TEST(PlainRequest, is_none_before_all_of_it_is_there) {
    for (const auto& text : kPlain) {
        for (std::size_t size = 0; size < text.size(); ++size) {
            // Exactly `size` bytes, so that a sanitizer notices reads past the end.
            const std::vector<char> bytes{text.begin(), text.begin() + static_cast<long>(size)};
            EXPECT_FALSE(read_plain_request({bytes.data(), size})) << text.substr(0, size);
        }
    }
}

TEST(PlainRequest, is_none_if_anything_is_unusual) {
    for (const auto text :
         {"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "get / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET * HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET /\x7f HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET / HTTP/1.0\r\nHost: h\r\n\r\n"sv,
          "GET / HTTP/1.1\n\n"sv,
          "GET / HTTP/1.1\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost:\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nAuthorization: a\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nX-API-Key:\r\nX-API-Key: k\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nIf-Match: a\r\nIf-Match: b\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\n: h\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie : c\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nC\xc3\xb6okie: c\r\n\r\n"sv,
          "GET / HTTP/1.1\r\n Host: h\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie: c\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie: c\r\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie:\tc\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie: \xc3\xb6\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie: c\0\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nUPGRADE: h2c\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nConnection: close, te\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nConnection:\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nProxy-Connection: close\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: identity\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x0\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1,1\r\n\r\na"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na"sv}) {
        EXPECT_FALSE(read_plain_request(text)) << testing::PrintToString(text);
    }
}

/// Almost a request: one of kPlain with a few characters or lines changed.
std::string spoilt(std::mt19937_64& random) {
    static const std::vector<std::string> kPieces{
        "\r",
        "\n",
        "\r\n",
        "\r\n\r\n",
        " ",
        "\t",
        ":",
        ": ",
        ",",
        "\0"s,
        "\x7f",
        "\x80",
        "/",
        "?",
        "0",
        "1",
        "-",
        "A",
        "z",
        "@",
        "[",
        "\r\nExpect: 100-continue",
        "\r\nTransfer-Encoding: chunked",
        "\r\nContent-Length: 1",
        "\r\nConnection: close",
        "\r\nX-User-ID: eve",
        "\r\nX-API-Key:",
        "\r\nHost: h",
        "\r\nContent-Encoding:",
        "http://h",
        "\r\nUpgrade: h2c",
        "\r\nProxy-Connection: close",
        "\r\n folded",
        "HTTP/1.0",
        "POST "
    };
    auto text = kPlain[random() % kPlain.size()];
    if (random() % 2 == 0) text += kPlain[random() % kPlain.size()];
    for (auto changes = random() % 3 + 1; changes > 0; --changes) {
        const auto& piece = kPieces[random() % kPieces.size()];
        text.replace(random() % text.size(), random() % 3, piece);
    }
    return text;
}

/// True for the steps with which an invalid request may end. Which one it is depends on how many
/// bytes the reader has seen.
bool is_no_request(Step step) {
    return step == Step::need_more || step == Step::malformed || step == Step::headers_too_large ||
           step == Step::unknown_coding;
}

TEST(PlainRequest, means_what_beast_says_however_the_bytes_are_spoilt) {
    std::mt19937_64 random{test::seed_of_this_run()};
    int plain_ones = 0;
    constexpr int kRounds = 8'000;
    for (int round = 0; round < kRounds; ++round) {
        const auto bytes = spoilt(random);
        if (const auto plain = read_plain_request(bytes)) {
            ++plain_ones;
            ASSERT_TRUE(test::is_what_beast_reads(*plain, bytes)) << testing::PrintToString(bytes);
        }
        test::ReaderConnection at_once;
        test::ReaderConnection byte_by_byte;
        ASSERT_TRUE(at_once.read(bytes, {}) == byte_by_byte.read_byte_by_byte(bytes))
            << testing::PrintToString(bytes);
        ASSERT_TRUE(
            at_once.last == byte_by_byte.last ||
            (is_no_request(at_once.last) && is_no_request(byte_by_byte.last))
        ) << testing::PrintToString(bytes);
    }
    EXPECT_GT(plain_ones, kRounds / 10);
    EXPECT_LT(plain_ones, kRounds / 10 * 9);
}

constexpr std::pair<std::string_view, Header> kNames[] = {
    {"accept-encoding", Header::accept_encoding},
    {"authorization", Header::authorization},
    {"content-encoding", Header::content_encoding},
    {"content-type", Header::content_type},
    {"cookie", Header::cookie},
    {"expect", Header::expect},
    {"forwarded", Header::forwarded},
    {"host", Header::host},
    {"idempotency-key", Header::idempotency_key},
    {"if-match", Header::if_match},
    {"if-none-match", Header::if_none_match},
    {"origin", Header::origin},
    {"sec-fetch-site", Header::sec_fetch_site},
    {"stripe-signature", Header::stripe_signature},
    {"traceparent", Header::traceparent},
    {"user-agent", Header::user_agent},
    {"verdict-token", Header::verdict_token},
    {"webhook-id", Header::webhook_id},
    {"webhook-signature", Header::webhook_signature},
    {"webhook-timestamp", Header::webhook_timestamp},
    {"x-api-key", Header::x_api_key},
    {"x-forwarded-for", Header::x_forwarded_for},
    {"x-request-id", Header::x_request_id},
    {"x-user-id", Header::x_user_id},
};
static_assert(std::size(kNames) == kHeaderCount);

TEST(HeaderNamed, knows_each_name_in_either_case_and_no_other) {
    for (const auto& [name, header] : kNames) {
        for (std::size_t at = 0; at < name.size(); ++at) {
            for (int c = 0; c < 256; ++c) {
                std::string other{name};
                other[at] = static_cast<char>(c);
                const bool is_same = c == name[at] || (c >= 'A' && c <= 'Z' && c + 32 == name[at]);
                ASSERT_EQ(header_named(other) == header, is_same) << testing::PrintToString(other);
            }
        }
        EXPECT_FALSE(header_named(name.substr(1)));
        EXPECT_FALSE(header_named(std::string{name} + "s"));
    }
}

}  // namespace
}  // namespace frontrow::http
