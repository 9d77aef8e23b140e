#include "http/request_reader.h"

#include "end_of.h"
#include "support/reader_connection.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::http {
namespace {

using Connection = test::ReaderConnection;
using Step = RequestReader::Step;
using test::end_of;
using test::Received;
using namespace std::string_literals;
using namespace std::string_view_literals;

std::string post(std::string_view path, std::string_view body) {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
}

/// Requests of every kind in a row, and the expected results.
const std::string kStream =
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n" + post("/reservations?a=1&b=?", R"({"seats":["a"]})") +
    "POST /chunks HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX-API-Key:key \r\n\r\n"
    "5;name=value\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
    "\r\nHEAD /head? HTTP/1.1\r\nHost: h:80\r\nAuthorization: Bearer token\r\nX-Unknown: "
    "u\r\n\r\n" +
    post("/none", "") +
    "PUT /put HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nIDEMPOTENCY-KEY:\t k \r\n"
    "If-Match: \"1\"\r\nAccept-Encoding: br\r\nAccept-Encoding: gzip\r\n\r\nabc"
    "\r\n\r\n\r\nDELETE /delete HTTP/1.1\r\nhost: h\r\nx-user-id:\r\ncontent-type: a/b\r\n\r\n"
    "PATCH http://h HTTP/1.1\r\nHost: other\r\nContent-Length: 2\r\n\r\n{}"
    "GET HTTPS://h:8443?a=/b HTTP/1.1\r\nHost: h:8443\r\n\r\n"
    "GET http://[::1]/absolute?q HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    "TRACE /other HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    "GET /last HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\nTraceparent: t\r\nX-Request-ID: "
    "r\r\n\r\n\r\n";

Received received(Method method, std::string path, std::string body = "", std::string query = "") {
    Received request{.method = method, .keep_alive = true};
    request.path = std::move(path);
    request.query = std::move(query);
    request.body_bytes = body.size();
    request.body = std::move(body);
    return request;
}

std::optional<std::string>& header_of(Received& request, Header header) {
    return request.headers[static_cast<std::size_t>(header)];
}

std::vector<Received> requests_of_stream() {
    std::vector<Received> all{
        received(Method::get, "/"),
        received(Method::post, "/reservations", R"({"seats":["a"]})", "a=1&b=?"),
        received(Method::post, "/chunks", "hello 0123456789"),
        received(Method::get, "/head"),
        received(Method::post, "/none"),
        received(Method::put, "/put", "abc"),
        received(Method::delete_, "/delete"),
        received(Method::patch, "/", "{}"),
        received(Method::get, "/", "", "a=/b"),
        received(Method::get, "/absolute", "", "q"),
        received(Method::other, "/other"),
        received(Method::get, "/last"),
    };
    for (const std::size_t one : {0, 1, 2, 4, 5, 6, 7})
        header_of(all[one], Header::host) = "h";
    header_of(all[3], Header::host) = "h:80";
    header_of(all[8], Header::host) = "h:8443";
    header_of(all[9], Header::host) = "[::1]";
    header_of(all[11], Header::host) = "[::1]:80";
    all[9].is_http_1_0 = all[10].is_http_1_0 = true;
    all[2].body_bytes.reset();
    header_of(all[2], Header::x_api_key) = "key";
    header_of(all[3], Header::authorization) = "Bearer token";
    all[3].is_head = true;
    header_of(all[5], Header::idempotency_key) = "k";
    header_of(all[5], Header::if_match) = "\"1\"";
    header_of(all[5], Header::accept_encoding) = "gzip";
    header_of(all[6], Header::x_user_id) = "";
    header_of(all[6], Header::content_type) = "a/b";
    header_of(all.back(), Header::traceparent) = "t";
    header_of(all.back(), Header::x_request_id) = "r";
    all.back().keep_alive = false;
    return all;
}

void expect_stream(const std::vector<std::size_t>& cuts) {
    Connection connection;
    const auto requests = connection.read(kStream, cuts);
    ASSERT_EQ(connection.last, Step::need_more) << testing::PrintToString(cuts);
    ASSERT_TRUE(requests == requests_of_stream()) << testing::PrintToString(cuts);
    ASSERT_EQ(connection.heads, static_cast<int>(requests.size()));
    ASSERT_FALSE(connection.reader.has_begun());
}

TEST(RequestReader, reads_pipelined_requests_one_by_one) {
    expect_stream({});
}

TEST(RequestReader, reads_the_same_requests_wherever_the_stream_is_cut) {
    for (std::size_t cut = 1; cut < kStream.size(); ++cut)
        expect_stream({cut});
}

TEST(RequestReader, reads_the_same_requests_byte_by_byte) {
    std::vector<std::size_t> everywhere;
    for (std::size_t cut = 1; cut < kStream.size(); ++cut)
        everywhere.push_back(cut);
    expect_stream(everywhere);
}

TEST(RequestReader, reads_the_same_requests_in_any_pieces) {
    std::mt19937_64 random{test::seed_of_this_run()};
    for (int round = 0; round < 300; ++round) {
        std::vector<std::size_t> cuts;
        const auto longest = 1 + random() % 100;
        for (auto cut = random() % longest; cut < kStream.size(); cut += 1 + random() % longest)
            cuts.push_back(cut);
        expect_stream(cuts);
    }
}

TEST(RequestReader, reads_the_end_of_a_chunked_body_in_any_pieces) {
    const auto head = "POST /empty HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"s;
    auto expected = received(Method::post, "/empty");
    header_of(expected, Header::host) = "h";
    expected.body_bytes.reset();
    for (const auto* end : {"0\r\n\r\n", "00\r\n\r\n", "0;n=v\r\n\r\n", "0\r\nT: t\r\n\r\n"}) {
        const auto text = head + end;
        for (auto first = head.size() - 1; first < text.size(); ++first) {
            for (auto second = first; second < text.size(); ++second) {
                Connection connection;
                const auto requests = connection.read(text, {first, second});
                ASSERT_EQ(requests.size(), 1U) << end;
                EXPECT_TRUE(requests.front() == expected) << end;
            }
        }
        EXPECT_EQ(Connection{}.read_byte_by_byte(text + text).size(), 2U) << end;
    }
}

TEST(RequestReader, reads_long_bodies_in_any_pieces) {
    std::mt19937_64 random{test::seed_of_this_run()};
    for (int round = 0; round < 30; ++round) {
        std::string stream;
        std::vector<std::string> bodies;
        for (int i = 0; i < 4; ++i) {
            bodies.emplace_back(random() % 300'000, static_cast<char>('a' + i));
            if (random() % 2 == 0) {
                stream += post("/", bodies.back());
                continue;
            }
            stream += "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
            for (std::string_view rest = bodies.back(); !rest.empty();) {
                const auto chunk = rest.substr(0, 1 + random() % 100'000);
                std::array<char, 16> size{};
                std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
                stream += std::string{size.data()} + std::string{chunk} + "\r\n";
                rest.remove_prefix(chunk.size());
            }
            stream += "0\r\n\r\n";
        }
        std::vector<std::size_t> cuts;
        for (auto cut = random() % 100'000; cut < stream.size(); cut += 1 + random() % 100'000)
            cuts.push_back(cut);
        const auto requests = Connection{}.read(stream, cuts);
        ASSERT_EQ(requests.size(), bodies.size());
        for (std::size_t i = 0; i < bodies.size(); ++i)
            ASSERT_TRUE(requests[i].body == bodies[i]);
    }
}

/// A head that begins with the known headers, and is so long that the buffer must grow for the
/// rest.
std::string long_head(std::size_t bytes) {
    std::string head =
        "GET /events?page=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer token\r\n"
        "Traceparent: t\r\nReferer: ";
    return head + std::string(bytes - head.size() - 4, 'c') + "\r\n\r\n";
}

TEST(RequestReader, keeps_what_it_read_of_a_head_that_outgrows_its_buffer) {
    const auto head = long_head(15'000);
    auto expected = received(Method::get, "/events", "", "page=1");
    header_of(expected, Header::host) = "h";
    header_of(expected, Header::authorization) = "Bearer token";
    header_of(expected, Header::traceparent) = "t";
    for (std::size_t cut = 1; cut < 200; ++cut) {
        const auto requests = Connection{}.read(head, {cut});
        ASSERT_EQ(requests.size(), 1U) << cut;
        ASSERT_TRUE(requests.front() == expected) << cut;
    }
}

TEST(RequestReader, keeps_its_views_while_the_body_comes) {
    const std::string body(500'000, 'b');
    const auto text = post("/path?query", body);
    Connection connection;
    const auto head = text.size() - body.size();
    connection.send(std::string_view{text}.substr(0, head + 10));
    ASSERT_EQ(connection.reader.advance(), Step::head);
    const auto path = connection.reader.request().path;
    connection.send(std::string_view{text}.substr(head + 10));
    ASSERT_EQ(connection.advance(), Step::complete);
    EXPECT_EQ(path, "/path");
    EXPECT_EQ(path.data(), connection.reader.request().path.data());
    EXPECT_TRUE(connection.reader.request().body == body);
    connection.reader.next();
    EXPECT_FALSE(connection.reader.has_begun());
}

TEST(RequestReader, takes_a_head_of_as_many_bytes_as_the_limit_and_no_more) {
    const Limits limits{.header_bytes = 8'000};
    EXPECT_EQ(end_of(long_head(8'000), limits), Step::need_more);
    EXPECT_EQ(end_of(long_head(8'200), limits), Step::headers_too_large);
    EXPECT_EQ(end_of("GET /" + std::string(9'000, 'p'), limits), Step::headers_too_large);
    // Short enough to arrive at once.
    EXPECT_EQ(end_of(long_head(200), {.header_bytes = 200}), Step::need_more);
    EXPECT_EQ(end_of(long_head(201), {.header_bytes = 200}), Step::headers_too_large);
}

/// The number of requests and the last step. They must be the same wherever the text is cut in two,
/// and if it is sent byte by byte.
using Outcome = std::pair<std::size_t, Step>;
Outcome outcome_of_any_pieces(std::string_view text, const Limits& limits) {
    const auto outcome = [&](const std::vector<std::size_t>& cuts) {
        Connection connection{limits};
        const auto requests = connection.read(text, cuts).size();
        return Outcome{requests, connection.last};
    };
    const auto whole = outcome({});
    for (std::size_t cut = 1; cut < text.size(); ++cut)
        EXPECT_EQ(outcome({cut}), whole) << "cut at " << cut << " of " << text.size();
    Connection byte_by_byte{limits};
    EXPECT_EQ(byte_by_byte.read_byte_by_byte(text).size(), whole.first) << text.size();
    EXPECT_EQ(byte_by_byte.last, whole.second) << text.size();
    return whole;
}

TEST(RequestReader, says_the_same_of_a_length_at_the_limit_however_it_comes) {
    constexpr std::size_t kLimit = 90;
    const Limits limits{.header_bytes = kLimit};
    const Outcome waits{0, Step::need_more};
    const Outcome whole{1, Step::need_more};
    const Outcome refused{0, Step::headers_too_large};
    const auto chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"s;
    const auto second = chunked + "1\r\nb";
    // `before` is within its limits. The measured part starts after it and is padded with `x`.
    const struct {
        const char* what;
        std::string before, begin, end;
    } rows[] = {
        {"a plain head", "", "GET /", " HTTP/1.1\r\nHost: h\r\n\r\n"},
        {"a plain head of many lines", "", "GET / HTTP/1.1\r\nHost: h\r\nReferer: ", "\r\n\r\n"},
        {"a head that isn't plain", "", "OPTIONS / HTTP/1.1\r\nX: ", "\r\nHost: h\r\n\r\n"},
        {"a head whose lines are whole",
         "",
         "OPTIONS / HTTP/1.1\r\nX: ",
         "\r\nHost: h\r\nC: d\r\n\r\n"},
        {"a first chunk's line", chunked, "1;n=", "\r\n"},
        {"a second chunk's line", second, "\r\n1;n=", "\r\n"},
        {"a last chunk's line", second, "\r\n0;n=", "\r\n\r\n"},
        {"a trailer", second, "\r\n0\r\nT: ", "\r\n\r\n"},
        {"a trailer of two lines", chunked, "0\r\nT: t\r\nU: ", "\r\n\r\n"},
    };
    for (const auto& [what, before, begin, end] : rows) {
        SCOPED_TRACE(what);
        const auto fill = [&](std::size_t bytes) {
            return std::string(bytes - begin.size() - end.size(), 'x');
        };
        const auto ended = [&](std::size_t bytes) {
            const bool is_request = end.ends_with("\r\n\r\n");
            const auto rest = is_request ? "" : "b\r\n0\r\n\r\n";
            return outcome_of_any_pieces(before + begin + fill(bytes) + end + rest, limits);
        };
        EXPECT_EQ(ended(kLimit - 1), whole);
        EXPECT_EQ(ended(kLimit), whole);
        EXPECT_EQ(ended(kLimit + 1), refused);
        // The measured part is cut off: anywhere in `end`, or in the padding just before it.
        for (std::size_t missing = 1; missing <= end.size() + 1; ++missing) {
            const auto open = [&](std::size_t bytes) {
                const auto all = before + begin + fill(bytes + missing) + end;
                return outcome_of_any_pieces(
                    std::string_view{all}.substr(0, all.size() - missing), limits
                );
            };
            EXPECT_EQ(open(kLimit - 1), waits) << missing;
            EXPECT_EQ(open(kLimit), refused) << missing;
            EXPECT_EQ(open(kLimit + 1), refused) << missing;
        }
    }
}

TEST(RequestReader, says_the_same_of_a_body_at_the_limit_however_it_comes) {
    constexpr std::size_t kLimit = 40;
    const Limits limits{.bulk_body_bytes = kLimit};
    for (const auto bytes : {kLimit - 1, kLimit, kLimit + 1}) {
        const std::string body(bytes, 'b');
        const auto in_chunks = [&](std::size_t first) {
            std::array<char, 64> sizes{};
            std::snprintf(sizes.data(), sizes.size(), "%zx\r\n", first);
            auto text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"s +
                        sizes.data() + body.substr(0, first) + "\r\n";
            if (first == bytes) return text + "0\r\n\r\n";
            std::snprintf(sizes.data(), sizes.size(), "%zx\r\n", bytes - first);
            return text + sizes.data() + body.substr(first) + "\r\n0\r\n\r\n";
        };
        const auto expected =
            bytes > kLimit ? Outcome{0, Step::body_too_large} : Outcome{1, Step::need_more};
        for (const auto& text :
             {post("/", body),
              "OPTIONS / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) +
                  "\r\n\r\n" + body,
              in_chunks(bytes),
              in_chunks(bytes - 1),
              in_chunks(1)}) {
            EXPECT_EQ(outcome_of_any_pieces(text, limits), expected) << text;
        }
    }
}

TEST(RequestReader, holds_the_limit_of_a_head_that_comes_line_by_line) {
    // Every buffer's size is a multiple of sixteen bytes, so lines end at the same offsets in each.
    const std::string_view line = "X-Line: 345678\r\n";
    for (std::size_t path = 1; path <= line.size(); ++path) {
        std::string head = "GET " + std::string(path, '/') + " HTTP/1.1\r\n";
        std::vector<std::size_t> cuts;
        for (int lines = 0; lines < 3'000; ++lines) {
            cuts.push_back(head.size() + 1);
            head += line;
        }
        Connection connection;
        EXPECT_TRUE(connection.read(head, cuts).empty());
        EXPECT_EQ(connection.last, Step::headers_too_large) << path;
    }
}

TEST(RequestReader, passes_over_empty_lines_between_requests_and_keeps_nothing_of_them) {
    Connection connection;
    connection.send("\r\n\r\n");
    EXPECT_FALSE(connection.reader.has_begun());
    EXPECT_EQ(connection.advance(), Step::need_more);
    connection.send("\r");
    EXPECT_FALSE(connection.reader.has_begun()) << "half an empty line";
    EXPECT_EQ(connection.advance(), Step::need_more);
    connection.send("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n\r\n");
    EXPECT_TRUE(connection.reader.has_begun());
    EXPECT_EQ(connection.advance(), Step::complete);
    connection.reader.next();
    EXPECT_FALSE(connection.reader.has_begun());
    // Any number of empty lines is allowed: they don't count toward the limit of the head.
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
        lines += "\r\n";
    EXPECT_EQ(connection.read(lines + "GET / HTTP/1.1\r\nHost: h\r\n\r\n", {}).size(), 1U);
}

/// Sends a head, then decides what may follow it, and sends the rest.
Step after_head(std::string_view text, std::size_t sent_first, auto&& decide) {
    Connection connection;
    connection.send(text.substr(0, sent_first));
    EXPECT_EQ(connection.reader.advance(), Step::head);
    decide(connection.reader);
    auto step = connection.reader.advance();
    for (const char c : text.substr(sent_first)) {
        if (step != Step::need_more) return step;
        connection.send({&c, 1});
        step = connection.reader.advance();
    }
    return step;
}

TEST(RequestReader, refuses_a_body_longer_than_its_routes_limit) {
    const auto whole = post("/", std::string(100, 'b'));
    const auto chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n32\r\n"s +
                         std::string(50, 'b') + "\r\n32\r\n" + std::string(50, 'b') +
                         "\r\n0\r\n\r\n";
    for (const auto& text : {whole, chunked}) {
        const auto head = text.find("\r\n\r\n") + 4;
        for (const auto sent_first : {head, head + 10, text.size()}) {
            const auto limited_to = [&](std::size_t bytes) {
                return after_head(text, sent_first, [&](RequestReader& reader) {
                    reader.limit_body(bytes);
                    EXPECT_EQ(reader.body_bytes_max(), bytes);
                });
            };
            EXPECT_EQ(limited_to(100), Step::complete);
            EXPECT_EQ(limited_to(99), Step::body_too_large);
            EXPECT_EQ(limited_to(0), Step::body_too_large);
        }
    }
}

TEST(RequestReader, refuses_at_the_head_a_body_longer_than_any_routes_limit) {
    const Limits limits{.bulk_body_bytes = 1'000};
    const auto head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "s;
    EXPECT_EQ(end_of(head + "1001\r\n\r\n", limits), Step::body_too_large);
    EXPECT_EQ(end_of(head + "1000\r\n\r\n", limits), Step::need_more);
}

TEST(RequestReader, passes_over_a_body_that_nobody_wants) {
    for (const auto& text :
         {post("/", "unwanted"),
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nunwanted\r\n0\r\n\r\n"s
         }) {
        Connection connection;
        connection.send(text + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_EQ(connection.reader.advance(), Step::head);
        connection.reader.discard_body();
        ASSERT_EQ(connection.reader.advance(), Step::complete);
        EXPECT_EQ(connection.reader.request().body, "");
        connection.reader.next();
        ASSERT_EQ(connection.advance(), Step::complete);
        EXPECT_EQ(connection.reader.request().path, "/next");
    }
}

TEST(RequestReader, knows_who_waits_for_leave_to_send_a_body) {
    const auto waits = [](std::string_view text) {
        Connection connection;
        connection.send(text);
        EXPECT_EQ(connection.reader.advance(), Step::head);
        return connection.reader.wants_continue();
    };
    const auto expecting =
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "s;
    EXPECT_TRUE(waits(expecting + "3\r\n\r\n"));
    EXPECT_TRUE(
        waits("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
    );
    EXPECT_FALSE(waits(expecting + "3\r\n\r\nabc"));
    EXPECT_FALSE(waits(expecting + "3\r\n\r\na"));
    EXPECT_FALSE(waits(expecting + "0\r\n\r\n"));
    EXPECT_FALSE(waits("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n"));
    EXPECT_FALSE(waits("POST / HTTP/1.1\r\nHost: h\r\nExpect: other\r\nContent-Length: 3\r\n\r\n"));
}

TEST(RequestReader, needs_no_more_than_half_a_request_to_have_begun) {
    Connection connection;
    EXPECT_FALSE(connection.reader.has_begun());
    EXPECT_EQ(connection.advance(), Step::need_more);
    connection.send("G");
    EXPECT_TRUE(connection.reader.has_begun());
    EXPECT_EQ(connection.advance(), Step::need_more);
}

}  // namespace
}  // namespace frontrow::http
