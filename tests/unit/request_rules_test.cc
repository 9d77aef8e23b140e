#include "end_of.h"
#include "http/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

// Which requests are refused, and the message to the sender.

namespace frontrow::http {
namespace {

using Step = RequestReader::Step;
using test::end_of;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(RequestRules, refuses_what_is_no_request) {
    for (const auto text :
         {" GET / HTTP/1.1\r\n\r\n"sv,
          "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET / HTTP/2.0\r\n\r\n"sv,
          "GET / HTTP/1.1 \r\n\r\n"sv,
          "GET /\r\n\r\n"sv,
          "GET events HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET * HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET http:///path HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET http:/h/ HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "\r\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"sv,
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nNo colon\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nSpace : v\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\n: v\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nX: a\0\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1x\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"sv
         }) {
        EXPECT_EQ(end_of(text), Step::malformed) << testing::PrintToString(text);
    }
}

TEST(RequestRules, refuses_a_folded_value) {
    for (const auto text :
         {"GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer\r\n token\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nX-User-ID: ann\r\n\tbob\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nX-User-ID:\r\n bob\r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nX-User-ID: \r\n \r\n\r\n"sv,
          "GET / HTTP/1.1\r\nHost: h\r\nCookie: a\r\n b\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n"sv,
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA:\r\n c\r\n\r\n"sv
         }) {
        EXPECT_EQ(end_of(text), Step::malformed) << testing::PrintToString(text);
    }
}

/// The reader's message about a refused request.
std::string complaint_of(std::string_view text) {
    EXPECT_EQ(end_of(text), Step::malformed) << testing::PrintToString(text);
    test::ReaderConnection connection;
    connection.read(text, {});
    const auto [field, message] = connection.reader.complaint();
    return std::string{field} + " " + std::string{message};
}

TEST(RequestRules, wants_exactly_one_host_of_http_1_1) {
    const auto get = [](std::string_view lines, std::string_view version = "1.1") {
        return "GET / HTTP/" + std::string{version} + "\r\n" + std::string{lines} + "\r\n";
    };
    for (const auto* host :
         {"h",
          "h:",
          "h:80",
          "tickets.example:8080",
          "127.0.0.1",
          "[::1]",
          "[::ffff:127.0.0.1]:80",
          "a_b~c!$&'()*+,;=d",
          "%e5%b8%ad.example"}) {
        EXPECT_EQ(end_of(get("Host: "s + host + "\r\n")), Step::need_more) << host;
        EXPECT_EQ(end_of(get("Host: "s + host + "\r\n", "1.0")), Step::need_more) << host;
    }
    for (const auto* host :
         {"",
          ":80",
          "a b",
          "user@h",
          "h/path",
          "h?q",
          "h:80:80",
          "h:http",
          "::1",
          "[::1",
          "[::1]x",
          "[h]",
          "%zz",
          "h\xc3\xb6",
          "h, h",
          "<h>"}) {
        const auto line = "Host: "s + host + "\r\n";
        const std::string said = "Host must be a name or an address, with a port or without";
        EXPECT_EQ(complaint_of(get(line)), said) << host;
        EXPECT_EQ(complaint_of(get(line, "1.0")), said) << host;
    }
    EXPECT_EQ(complaint_of(get("")), "Host is required by HTTP/1.1");
    EXPECT_EQ(complaint_of("GET http://h/ HTTP/1.1\r\n\r\n"), "Host is required by HTTP/1.1");
    EXPECT_EQ(end_of(get("", "1.0")), Step::need_more);
}

TEST(RequestRules, takes_a_header_that_says_who_asks_what_for_or_on_which_condition_only_once) {
    for (const std::string name :
         {"Authorization",
          "Content-Type",
          "Host",
          "Idempotency-Key",
          "If-Match",
          "If-None-Match",
          "Origin",
          "Sec-Fetch-Site",
          "X-API-Key",
          "X-User-ID"}) {
        for (const auto& [first, second] :
             {std::pair{": a\r\n", ": a\r\n"}, {": a\r\n", ": b\r\n"}, {": a\r\n", ":\r\n"}}) {
            auto head = "GET / HTTP/1.1\r\n" + name + first;
            if (name != "Host") head += "Host: h\r\nCookie: c\r\n";
            head += name + second;
            EXPECT_EQ(complaint_of(head + "\r\n"), name + " must be given only once");
        }
    }
    for (const std::string name : {"Accept-Encoding", "traceparent", "X-Request-Id"}) {
        const auto head = "GET / HTTP/1.1\r\nHost: h\r\n" + name + ": a\r\n" + name + ": b\r\n\r\n";
        EXPECT_EQ(end_of(head), Step::need_more) << name;
    }
}

TEST(RequestRules, knows_no_transfer_encoding_but_chunked) {
    const auto post = [](std::string_view lines, std::string_view version = "1.1") {
        return "POST / HTTP/" + std::string{version} + "\r\nHost: h\r\n" + std::string{lines} +
               "\r\n0\r\n\r\n";
    };
    for (const auto* coding :
         {"gzip", "identity", "gzip, chunked", "chunked, gzip", "chunked;q=1", "xchunked", ""}) {
        const auto line = "Transfer-Encoding: "s + coding + "\r\n";
        EXPECT_EQ(end_of(post(line)), Step::unknown_coding) << coding;
        // The two headers contradict each other, in either order.
        EXPECT_EQ(end_of(post(line + "Content-Length: 1\r\n")), Step::malformed) << coding;
        EXPECT_EQ(end_of(post("Content-Length: 1\r\n" + line)), Step::malformed) << coding;
        EXPECT_EQ(end_of(post(line, "1.0")), Step::malformed) << coding;
    }
    EXPECT_EQ(end_of(post("Transfer-Encoding: Chunked\r\n")), Step::need_more);
    EXPECT_EQ(
        complaint_of(post("Transfer-Encoding: chunked\r\n", "1.0")),
        "Transfer-Encoding isn't known to HTTP/1.0: send a Content-Length"
    );
}

/// The refusal comes at once: if the server waited for a correct line end, the sender would never
/// be told.
TEST(RequestRules, refuses_a_bare_cr_or_lf_around_chunks) {
    const auto head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"s;
    for (const std::string_view lines :
         {"2\n",
          "2\r{",
          "2;a\n",
          "2;a\rb",
          "2;a=\"\n",
          "2;a=\"\n\"\r\n{}\r\n",
          "2\r\n{}\n",
          "2\r\n{}\r0",
          "2\r\n{}\r\n0\n",
          "2\r\n{}\r\n0\r0",
          "2\r\n{}\r\n0;a\n",
          "2\r\n{}\r\n0;a\rb",
          "2\r\n{}\r\n0;a=\"\n\"\r\n\r\n",
          "2\r\n{}\r\n0\r\n\n",
          "2\r\n{}\r\n0\r\n\rA",
          "2\r\n{}\r\n0\r\nA: b\n",
          "2\r\n{}\r\n0\r\nA: b\rc",
          "2\r\n{}\r\n0\r\nA: b\r\n\n",
          "0\n",
          "0\r\nA\n",
          "\n",
          "\rx"}) {
        const auto text = head + std::string{lines};
        for (std::size_t cut = head.size(); cut <= text.size(); ++cut) {
            test::ReaderConnection connection;
            EXPECT_TRUE(connection.read(text, {cut}).empty()) << testing::PrintToString(lines);
            EXPECT_EQ(connection.last, Step::malformed) << testing::PrintToString(lines);
        }
        EXPECT_EQ(end_of(text), Step::malformed) << testing::PrintToString(lines);
        // Bytes that follow must not make it valid.
        EXPECT_EQ(end_of(text + "\r\n\r\n" + head), Step::malformed)
            << testing::PrintToString(lines);
    }
}

}  // namespace
}  // namespace frontrow::http
