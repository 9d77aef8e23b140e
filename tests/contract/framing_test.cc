#include "support/openapi_check.h"
#include "support/seed.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

// Where one request ends and the next begins, however the bytes arrive.

namespace frontrow::test {
namespace {

class Framing : public testing::Test {
protected:
    /// Sends the text in two parts, the second one after the server has read the first. The answer
    /// on `watch` proves that the server has read it, because the server handles connections in the
    /// order in which bytes arrived.
    void send_cut(HttpClient& client, std::string_view text, std::size_t cut) {
        client.send(text.substr(0, cut));
        watch.ask("GET", "/livez");
        client.send(text.substr(cut));
    }

    /// A POST with its body in chunks of this size.
    static std::string chunked(const std::string& head, std::string_view body, std::size_t size) {
        std::string text = "POST " + head +
                           "\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n";
        for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
            const auto piece = body.substr(0, size);
            char length[32];
            std::snprintf(length, sizeof length, "%zX;name=\"a;b\"\r\n", piece.size());
            text += length;
            text += piece;
            text += "\r\n";
        }
        return text + "0\r\n\r\n";
    }

    TestServer server;
    HttpClient watch = server.connect();
    HttpClient client = server.connect();
};

TEST_F(Framing, does_not_care_where_a_request_is_cut) {
    const auto body = event_body();
    const auto text =
        HttpClient::request_text("POST", "/api/v1/events", {{"X-Request-Id", "mine"}}, body);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        send_cut(client, text, cut);
        const auto answer = client.receive();
        ASSERT_EQ(answer.status, 201) << "cut at " << cut << ": " << answer.body;
        ASSERT_EQ(answer.header("x-request-id"), "mine") << "cut at " << cut;
        ASSERT_EQ(answer.text("name"), "Winter Concert") << "cut at " << cut;
    }
}

TEST_F(Framing, does_not_care_where_a_chunked_request_is_cut) {
    const auto text = chunked("/api/v1/events HTTP/1.1", event_body(), 11);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        send_cut(client, text, cut);
        const auto answer = client.receive();
        ASSERT_EQ(answer.status, 201) << "cut at " << cut << ": " << answer.body;
        ASSERT_EQ(answer.text("name"), "Winter Concert") << "cut at " << cut;
    }
}

TEST_F(Framing, does_not_care_where_two_requests_are_cut) {
    const auto first = chunked("/api/v1/events HTTP/1.1\r\nX-Request-Id: first", event_body(), 40);
    const auto text =
        first + HttpClient::request_text("GET", "/livez", {{"X-Request-Id", "second"}}, {});
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        send_cut(client, text, cut);
        ASSERT_EQ(client.receive().header("x-request-id"), "first") << "cut at " << cut;
        ASSERT_EQ(client.receive().header("x-request-id"), "second") << "cut at " << cut;
    }
}

TEST_F(Framing, takes_a_request_byte_by_byte) {
    const auto text = chunked("/api/v1/events HTTP/1.1\r\nX-Request-Id: slow", event_body(), 100);
    for (const char byte : text) {
        client.send({&byte, 1});
        watch.ask("GET", "/livez");
    }
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.header("x-request-id"), "slow");
}

/// The buffer for the head grows while it already contains parsed lines.
TEST_F(Framing, keeps_what_stood_in_the_first_lines_of_a_long_head) {
    std::string text =
        "GET /api/v1/reservations?limit=7 HTTP/1.1\r\nHost: localhost\r\nX-User-ID: "
        "alice\r\nX-Request-Id: "
        "long-head\r\n";
    const auto lines = text.size();
    for (int i = 0; i < 100; ++i)
        text += "X-Filler-" + std::to_string(i) + ": " + std::string(120, 'x') + "\r\n";
    text += "\r\n";
    for (std::size_t at = 0; at < text.size(); at += at < lines ? 10 : 1'000) {
        client.send(std::string_view{text}.substr(at, at < lines ? 10 : 1'000));
        watch.ask("GET", "/livez");
    }
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("x-request-id"), "long-head");
    EXPECT_EQ(answer.body, "[]");
}

/// The expected answer to a request of the stream below.
struct Expected {
    std::string id;
    unsigned status = 0;
    bool is_head = false;
};

/// A random request that leaves the connection usable, and its expected answer.
std::string some_request(std::mt19937_64& random, const std::string& id, Expected& expected) {
    const auto padded = [&](std::string body) {
        return body.insert(
            1, std::string(random() % 3 == 0 ? random() % 100'000 : random() % 50, ' ')
        );
    };
    const Headers marks{{"X-Request-Id", id}};
    expected = {.id = id};
    switch (random() % 7) {
        case 0:
            expected.status = 200;
            return HttpClient::request_text("GET", "/livez", marks, {});
        case 1:
            expected.status = 201;
            return HttpClient::request_text("POST", "/api/v1/events", marks, padded(event_body()));
        case 2:
            expected.status = 401;
            return HttpClient::request_text("POST", "/api/v1/reservations", marks, padded("{}"));
        case 3:
            expected.status = 404;
            return HttpClient::request_text("PUT", "/nowhere", marks, padded("{}"));
        case 4:
            expected.status = 400;
            return HttpClient::request_text("POST", "/api/v1/events", marks, padded("{}"));
        case 5:
            expected.status = 200;
            expected.is_head = true;
            return HttpClient::request_text("HEAD", "/openapi.json", marks, {});
        default: {
            expected.status = 201;
            const auto body = padded(event_body());
            std::string text =
                "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: " + id +
                "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            for (std::size_t at = 0; at < body.size();) {
                const auto size = std::min<std::size_t>(1 + random() % 30'000, body.size() - at);
                char length[32];
                std::snprintf(length, sizeof length, "%zx\r\n", size);
                text += length + body.substr(at, size) + "\r\n";
                at += size;
            }
            return text + (random() % 2 == 0 ? "0\r\n\r\n" : "0\r\nX-Trailer: bye\r\n\r\n");
        }
    }
}

TEST_F(Framing, answers_any_stream_of_requests_each_in_its_turn) {
    std::mt19937_64 random{seed_of_this_run()};
    const int streams = is_soak() ? 2'000 : 40;
    for (int stream = 0; stream < streams; ++stream) {
        auto one = server.connect();
        std::string text;
        std::vector<Expected> expected(10);
        for (std::size_t i = 0; i < expected.size(); ++i)
            text +=
                some_request(random, std::to_string(stream) + "-" + std::to_string(i), expected[i]);
        for (std::string_view rest = text; !rest.empty();) {
            const auto size = random() % 4 == 0 ? 1 + random() % 5 : 1 + random() % 40'000;
            one.send(rest.substr(0, size));
            rest.remove_prefix(std::min<std::size_t>(size, rest.size()));
            if (random() % 4 == 0) watch.ask("GET", "/livez");
        }
        for (const auto& [id, status, is_head] : expected) {
            const auto answer = one.receive(is_head);
            ASSERT_EQ(answer.header("x-request-id"), id);
            ASSERT_EQ(answer.status, status) << id << ": " << answer.body;
        }
    }
}

/// A trailer field doesn't count as a header: the caller and the idempotency key are determined
/// before the body is read.
TEST_F(Framing, lets_a_trailer_change_nothing) {
    const auto venue = make_venue(server, 2);
    const auto reserve = [&](std::size_t seat, const std::string& trailer) {
        const auto body =
            R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[seat] + R"("]})";
        auto text = chunked(
            "/api/v1/reservations HTTP/1.1\r\nX-User-ID: alice\r\nIdempotency-Key: "
            "the-key\r\nX-Request-Id: mine",
            body,
            1'000
        );
        text.insert(text.size() - 2, trailer);
        client.send(text);
        return client.receive();
    };
    const auto held =
        reserve(0, "X-User-ID: mallory\r\nIdempotency-Key: other\r\nX-Request-Id: other\r\n");
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(held.text("user_id"), "alice");
    EXPECT_EQ(held.header("x-request-id"), "mine");
    EXPECT_EQ(reserve(0, "").body, as_replayed(held.body)) << "the key was the one in the head";
    EXPECT_EQ(reserve(1, "Idempotency-Key: other\r\n").code(), "IDEMPOTENCY_KEY_REUSED");
}

/// A second request hidden in bytes that a proxy in front might take for a body.
TEST_F(Framing, takes_no_request_for_a_body_nor_a_body_for_a_request) {
    const std::string hidden = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const std::string length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
    for (const auto& framing : {
             length + "Transfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\n" + length,
             length + "Transfer-Encoding: gzip\r\n",
             "Transfer-Encoding: gzip\r\n" + length,
             std::string{"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"},
             std::string{"Content-Length: 0\r\n"} + length,
             std::string{"Content-Length: 0, 5\r\n"},
             std::string{"Content-Length: -5\r\n"},
             std::string{"Content-Length: +5\r\n"},
             std::string{"Content-Length: 0x5\r\n"},
             std::string{"Content-Length: 5 5\r\n"},
             std::string{"Content-Length: 99999999999999999999999\r\n"},
             std::string{"Content-Length : 5\r\n"},
             std::string{"Transfer-Encoding : chunked\r\n"},
             std::string{"Transfer-Encoding: chunked\r\n folded\r\n"},
         }) {
        auto one = server.connect();
        one.send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n" + hidden);
        const auto answer = one.receive();
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << framing << answer.body;
        EXPECT_EQ(answer.header("connection"), "close") << framing;
        EXPECT_TRUE(one.is_closed_by_server()) << framing;
    }
    for (const auto* coding :
         {"gzip", "identity", "gzip, chunked", "chunked, gzip", "chunked;q=1", "xchunked", ""}) {
        auto one = server.connect();
        one.send(
            "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " +
            std::string{coding} + "\r\n\r\n" + hidden
        );
        const auto answer = one.receive();
        check_against_openapi("POST", "/api/v1/events", answer);
        EXPECT_EQ(answer.status, 501) << coding << answer.body;
        EXPECT_EQ(answer.code(), "NOT_IMPLEMENTED") << coding;
        EXPECT_EQ(answer.header("connection"), "close") << coding;
        EXPECT_TRUE(one.is_closed_by_server()) << coding;
    }
}

/// A proxy in front may take a bare CR or LF for the line's end, and misread the bytes after it.
TEST_F(Framing, takes_no_bare_cr_or_lf_for_the_end_of_a_line_around_chunks) {
    const std::string head =
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    for (const std::string_view lines :
         {"2\n{}\r\n0\r\n\r\n",
          "2;a\rb\r\n{}\r\n0\r\n\r\n",
          "2;a=\"\n\"\r\n{}\r\n0\r\n\r\n",
          "2\r\n{}\n0\r\n\r\n",
          "2\r\n{}\r\n0\n\r\n",
          "2\r\n{}\r\n0;a=\"\n\"\r\n\r\n",
          "2\r\n{}\r\n0\r\n\n",
          "2\r\n{}\r\n0\r\nX: a\n\r\n",
          "2\r\n{}\r\n0\r\nX: a\rb\r\n\r\n"}) {
        auto one = server.connect();
        one.send(head + std::string{lines});
        EXPECT_EQ(one.receive().code(), "INVALID_REQUEST") << testing::PrintToString(lines);
        EXPECT_TRUE(one.is_closed_by_server()) << testing::PrintToString(lines);
    }
}

/// The server buffers the line before a chunk, or the trailer, until it is complete. Without a
/// limit it would buffer everything that arrives.
TEST_F(Framing, takes_no_endless_line_before_a_chunk_nor_an_endless_trailer) {
    const std::string head =
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string kibibyte(1'024, 'x');
    for (const auto& begun : {head + "2;", head + "2\r\n{}\r\n0\r\nX-Trailer: "}) {
        auto one = server.connect();
        one.send(begun);
        int sent = 0;
        for (; sent < 64 && !one.has_something(); ++sent) {
            one.send(kibibyte);
            watch.ask("GET", "/livez");
        }
        EXPECT_LT(sent, 20) << begun;
        EXPECT_EQ(one.receive().code(), "HEADERS_TOO_LARGE") << begun;
    }
}

TEST_F(Framing, goes_on_after_a_refused_body_and_gives_up_on_a_long_one) {
    const auto refused = [&](std::size_t bytes) {
        client.send(
            "POST /api/v1/reservations HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
            std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, ' ')
        );
        return client.receive();
    };
    for (const std::size_t bytes : {0, 1, 5'000, 1 << 20})
        EXPECT_EQ(refused(bytes).status, 401) << bytes;
    EXPECT_EQ(client.ask("GET", "/livez").status, 200) << "on the same connection";
    // An unauthorised caller isn't told the size limit.
    client.send(
        "POST /api/v1/reservations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
    );
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 401) << answer.body;
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Framing, answers_who_has_said_all_they_will_say) {
    client.send(HttpClient::request_text("GET", "/livez", {}, {}));
    const auto answer = client.half_close_and_receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Framing, speaks_the_older_protocol_to_who_speaks_it) {
    for (const auto* path : {"/livez", "/nowhere", "/api/v1/reservations"}) {
        client.send("GET " + std::string{path} + " HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        EXPECT_EQ(client.receive().header("connection"), "keep-alive") << "so that it may wait";
    }
    EXPECT_EQ(client.ask("GET", "/livez").header("connection"), "") << "HTTP/1.1 knows";
    client.send("GET /livez HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.receive().header("connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
}

}  // namespace
}  // namespace frontrow::test
