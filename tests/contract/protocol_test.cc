#include "contract/impatient.h"
#include "every_route.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace frontrow::test {
namespace {

using namespace std::string_literals;

TEST(Protocol, answers_requests_sent_together_in_their_order) {
    TestServer server;
    auto client = server.connect();
    std::string text;
    for (int i = 0; i < 50; ++i)
        text +=
            HttpClient::request_text("GET", "/health", {{"X-Request-Id", std::to_string(i)}}, {});
    client.send(text);
    for (int i = 0; i < 50; ++i)
        ASSERT_EQ(client.receive().header("x-request-id"), std::to_string(i));
}

TEST(Protocol, keeps_a_connection_or_closes_it_as_asked) {
    TestServer server;
    auto closing = server.connect();
    EXPECT_EQ(
        closing.ask("GET", "/health", {{"Connection", "close"}}).header("connection"), "close"
    );
    EXPECT_TRUE(closing.is_closed_by_server());
    auto old = server.connect();
    old.send("GET /health HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.receive().status, 200);
    EXPECT_TRUE(old.is_closed_by_server());
}

TEST(Protocol, answers_head_with_the_head_alone) {
    TestServer server;
    auto client = server.connect();
    const auto head = client.ask("HEAD", "/livez");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), "15");
    EXPECT_EQ(client.ask("GET", "/livez").body, R"({"status":"ok"})")
        << "and the next answer stands where it should";
}

TEST(Protocol, says_which_methods_a_path_has) {
    TestServer server;
    auto client = server.connect();
    const auto answer = client.ask("PATCH", "/api/v1/events");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.code(), "METHOD_NOT_ALLOWED");
    EXPECT_EQ(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(client.ask("DELETE", "/health").header("allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(client.ask("GET", "/api/v1/nothing").status, 404);
}

/// A POST with this header line, and its body in one piece or in chunks.
std::string post_text(const std::string& line, const std::string& body, bool in_chunks) {
    auto text = "POST " + line + "Host: localhost\r\n";
    if (!in_chunks)
        return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    char length[32];
    std::snprintf(length, sizeof length, "%zx\r\n", body.size());
    text += "Transfer-Encoding: chunked\r\n\r\n";
    return text + (body.empty() ? "" : length + body + "\r\n") + "0\r\n\r\n";
}

TEST(Protocol, takes_a_body_by_its_media_type_alone) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    auto client = server.connect();
    const auto events = "/api/v1/events HTTP/1.1\r\n"s;
    const auto bulk = "/api/v1/events/" + venue.event + "/seats/bulk HTTP/1.1\r\n";
    const auto csv = "seat_number,price\nC-"s;
    int seats = 0;
    for (const bool in_chunks : {false, true}) {
        const auto answer = [&](const std::string& line, const std::string& body) {
            client.send(post_text(line, body, in_chunks));
            return client.receive();
        };
        const auto status = [&](const std::string& line, const std::string& body) {
            return answer(line, body).status;
        };
        EXPECT_EQ(answer(events, event_body()).code(), "UNSUPPORTED_MEDIA_TYPE") << in_chunks;
        for (const auto* type :
             {"",
              "text/plain",
              "text/plain;application/json",
              "text/csv",
              "application/x-www-form-urlencoded",
              "multipart/form-data; boundary=application/json",
              "application/json, text/plain",
              "application/jsonp"}) {
            const auto line = events + "Content-Type: " + type + "\r\n";
            EXPECT_EQ(status(line, event_body()), 415) << type << in_chunks;
            EXPECT_EQ(status(line, " "), 415) << type << in_chunks;
            EXPECT_EQ(status(line, ""), 400) << "no body, no type: " << type << in_chunks;
        }
        for (const auto* type :
             {"application/json",
              "Application/JSON",
              "application/json; charset=utf-8",
              "application/json;charset=\"UTF-8\"; profile=x"}) {
            const auto line = events + "Content-Type: " + type + "\r\n";
            EXPECT_EQ(status(line, event_body()), 201) << type << in_chunks;
            EXPECT_EQ(status(line + "Content-Encoding: gzip\r\n", event_body()), 415) << type;
        }
        for (const auto* type : {"text/csv", "TEXT/CSV; charset=utf-8; header=present"}) {
            const auto body = csv + std::to_string(++seats) + ",1\n";
            const auto line = bulk + "Content-Type: " + type + "\r\n";
            EXPECT_EQ(status(line, body), 201) << type << in_chunks;
        }
        EXPECT_EQ(status(bulk, csv + "1,1\n"), 415) << in_chunks;
        EXPECT_EQ(status(bulk + "Content-Type: text/tab-separated-values\r\n", csv), 415);
    }
}

/// Routes without a body refuse other types, too: a page can send a body without a preflight
/// request only if its type isn't JSON.
TEST(Protocol, takes_no_body_of_another_type_on_any_route) {
    TestServer server;
    const auto world = make_small_world(server);
    auto client = server.connect();
    for (const auto& one : every_route(world)) {
        Headers headers{{"Idempotency-Key", "k" + one.path}};
        if (one.is_for(http::Access::user)) headers.emplace_back("X-User-ID", "alice");
        auto plain = headers;
        plain.emplace_back("Content-Type", "text/plain");
        const auto refused = client.ask(one.method, one.path, plain, "{}");
        EXPECT_EQ(refused.code(), "UNSUPPORTED_MEDIA_TYPE") << one.method << one.path;
        if (one.route.body != http::BodyKind::none) continue;
        EXPECT_NE(client.ask(one.method, one.path, plain).status, 415) << one.method << one.path;
        if (one.route.method == http::Method::delete_) continue;
        EXPECT_NE(client.ask(one.method, one.path, headers, "{}").status, 415)
            << one.method << one.path;
    }
}

TEST(Protocol, refuses_a_body_that_is_too_long_by_its_announced_length) {
    TestServer server;
    auto client = server.connect();
    const std::string head =
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    client.send(head + "Content-Length: 1048577\r\n\r\n");
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.code(), "BODY_TOO_LARGE");
    EXPECT_TRUE(client.is_closed_by_server());
    auto huge = server.connect();
    huge.send(head + "Content-Length: 999999999999999\r\n\r\n");
    EXPECT_EQ(huge.receive().status, 413);
}

TEST(Protocol, refuses_a_body_that_grows_too_long_in_chunks) {
    TestServer server;
    auto client = server.connect();
    client.send(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    const std::string piece(64 << 10, ' ');
    for (int i = 0; i < 16; ++i)
        client.send("10000\r\n" + piece + "\r\n");
    client.send("1\r\n \r\n");
    EXPECT_EQ(client.receive().status, 413);
}

TEST(Protocol, takes_as_long_a_body_as_its_route_needs) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto padded = [](std::string body, std::size_t size) {
        return body.insert(1, std::string(size - body.size(), ' '));
    };
    EXPECT_EQ(organizer.post("/api/v1/events", padded(event_body(), 256 << 10)).status, 201);
    EXPECT_EQ(organizer.post("/api/v1/events", padded(event_body(), (256 << 10) + 1)).status, 413);
    const auto reserve = [&](std::size_t size) {
        const auto wanted =
            R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] + R"("]})";
        Caller alice{server, "alice"};
        return alice.post("/api/v1/reservations", padded(wanted, size), {{"Idempotency-Key", "k"}});
    };
    EXPECT_EQ(reserve((64 << 10) + 1).text("message"), "The body must be at most 64 KiB.");
    EXPECT_EQ(reserve(64 << 10).status, 201);
    Caller again{server, ""};
    const auto bulk = "/api/v1/events/" + venue.event + "/seats/bulk";
    EXPECT_EQ(
        again.post(bulk, padded(R"({"prefix":"A","count":2,"price":1})", 32 << 20)).status, 201
    );
}

TEST(Protocol, refuses_headers_that_are_too_long) {
    TestServer server;
    auto client = server.connect();
    const auto answer = client.ask("GET", "/health", {{"X-Long", std::string(16 << 10, 'x')}});
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(answer.code(), "HEADERS_TOO_LARGE");
    EXPECT_EQ(
        server.connect().ask("GET", "/health", {{"X-Long", std::string(15 << 10, 'x')}}).status, 200
    );
}

TEST(Protocol, gives_a_request_its_time_and_no_more) {
    TestServer server{impatient()};
    for (const auto* begun :
         {"GET /health HT", "POST /api/v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{"
         }) {
        auto client = server.connect();
        client.send(begun);
        const auto answer = client.receive();
        EXPECT_EQ(answer.status, 408);
        EXPECT_EQ(answer.code(), "REQUEST_TIMEOUT");
        EXPECT_TRUE(client.is_closed_by_server());
    }
}

TEST(Protocol, closes_a_connection_that_says_nothing) {
    TestServer server{impatient()};
    auto silent = server.connect();
    EXPECT_TRUE(silent.is_closed_by_server());
    auto used = server.connect();
    EXPECT_EQ(used.ask("GET", "/health").status, 200);
    EXPECT_TRUE(used.is_closed_by_server());
}

TEST(Protocol, calls_nonsense_by_its_name_and_closes) {
    TestServer server;
    for (const std::string nonsense : {
             "\r\n\r\nGARBAGE\r\n\r\n",
             "GET\r\n\r\n",
             "GET /health HTTP/9.9\r\n\r\n",
             "GET ftp://elsewhere/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
             "GET /health HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n",
             "POST /api/v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: ten\r\n\r\n",
             "POST /api/v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
             "Content-Length: 2\r\n\r\n{",
             "POST /api/v1/events HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
             ("POST /api/v1/events HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
              "Content-Length: 5\r\n\r\n0\r\n\r\n"),
         }) {
        auto client = server.connect();
        client.send(nonsense);
        const auto answer = client.receive();
        EXPECT_EQ(answer.status, 400) << nonsense;
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << nonsense;
        EXPECT_TRUE(client.is_closed_by_server());
    }
    EXPECT_EQ(server.connect().ask("GET", "/health").status, 200);
}

TEST(Stopping, answers_what_runs_and_takes_nothing_new) {
    TestServer server;
    auto running = server.connect();
    auto idle = server.connect();
    ASSERT_EQ(idle.ask("GET", "/livez").status, 200);
    const auto body = event_body();
    const auto text = HttpClient::request_text("POST", "/api/v1/events", {}, body);
    running.send(text.substr(0, text.size() - 1));
    // The server has read the beginning, because it has answered a later connection.
    ASSERT_EQ(server.connect().ask("GET", "/livez").status, 200);
    server.begin_stop();
    EXPECT_TRUE(idle.is_closed_by_server());
    EXPECT_THROW(server.connect().ask("GET", "/livez"), std::runtime_error);
    running.send(text.substr(text.size() - 1));
    const auto answer = running.receive();
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.header("connection"), "close");
    server.stop();
    server.start_again();
    EXPECT_EQ(Caller(server, "").get(answer.header("location")).status, 200);
}

}  // namespace
}  // namespace frontrow::test
