#include "contract/impatient.h"
#include "every_route.h"
#include "support/eventually.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

// Valid but unusual requests, and invalid ones whose sender must be told what is wrong.

namespace frontrow::test {
namespace {

using namespace std::string_literals;

class OddClients : public testing::Test {
protected:
    HttpAnswer answer_to(const std::string& text) {
        auto client = server.connect();
        client.send(text);
        return client.receive();
    }

    TestServer server;
};

TEST_F(OddClients, are_told_the_date) {
    const auto date = [&](const std::string& path) {
        return server.connect().ask("GET", path).header("date");
    };
    for (const auto* path : {"/livez", "/nowhere", "/api/v1/reservations"})
        EXPECT_EQ(date(path), "Sat, 21 Nov 2026 00:00:00 GMT") << path;
    EXPECT_EQ(answer_to("nonsense\r\n\r\n").header("date"), "Sat, 21 Nov 2026 00:00:00 GMT");
    server.clock.advance(std::chrono::hours{36} + std::chrono::seconds{61});
    EXPECT_TRUE(eventually([&] { return date("/livez") == "Sun, 22 Nov 2026 12:01:01 GMT"; }));
}

TEST_F(OddClients, need_exactly_one_valid_host) {
    const auto get = [&](const std::string& lines, const std::string& version = "1.1") {
        return answer_to("GET /livez HTTP/" + version + "\r\n" + lines + "\r\n");
    };
    for (const auto* lines :
         {"",
          "Host:\r\n",
          "Host: a b\r\n",
          "Host: user@localhost\r\n",
          "Host: localhost/\r\n",
          "Host: localhost:8080:1\r\n",
          "Host: localhost\r\nHost: localhost\r\n",
          "Host: localhost\r\nhost: elsewhere\r\n",
          "Host: localhost, elsewhere\r\n"}) {
        const auto answer = get(lines);
        EXPECT_EQ(answer.status, 400) << lines;
        EXPECT_NE(answer.text("message").find("Host"), std::string::npos) << answer.body;
        EXPECT_EQ(get("X-Not-Plain:\t\r\n"s + lines).status, 400) << lines;
        const bool is_missing = lines[0] == '\0';
        EXPECT_EQ(get(lines, "1.0").status, is_missing ? 200 : 400) << lines;
    }
    EXPECT_EQ(get("Host: localhost\r\n").status, 200);
}

TEST_F(OddClients, cannot_say_twice_who_asks_or_what_for) {
    for (const std::string name :
         {"Authorization", "X-API-Key", "X-User-ID", "Idempotency-Key", "Content-Type", "Origin"}) {
        const auto line = name + ": application/json\r\n";
        const auto answer = answer_to(
            "POST /api/v1/reservations HTTP/1.1\r\nHost: localhost\r\n" + line +
            "Content-Length: 2\r\n" + line + "\r\n{}"
        );
        EXPECT_EQ(answer.status, 400) << name;
        EXPECT_EQ(answer.text("message"), "The field " + name + " must be given only once.");
    }
}

TEST_F(OddClients, compress_nothing_that_they_send) {
    const auto world = make_small_world(server);
    auto client = server.connect();
    for (const auto& one : every_route(world)) {
        for (const auto* coding : {"gzip", "identity", ""}) {
            Headers headers{{"Content-Encoding", coding}};
            if (one.is_for(http::Access::user)) headers.emplace_back("X-User-ID", "alice");
            const auto answer = visit(client, one, headers);
            EXPECT_EQ(answer.code(), "UNSUPPORTED_MEDIA_TYPE") << one.method << one.path;
        }
    }
}

TEST_F(OddClients, may_name_the_server_in_the_target) {
    for (const auto* target : {"http://localhost/livez", "HTTPS://localhost:8080/livez?x=1"})
        EXPECT_EQ(answer_to("GET "s + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200)
            << target;
    // An absolute target names the host, whatever the Host header says; --dev serves only this
    // machine's names.
    const auto elsewhere =
        answer_to("GET http://elsewhere.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(elsewhere.status, 403) << elsewhere.body;
}

TEST_F(OddClients, may_send_empty_lines_before_a_request) {
    auto client = server.connect();
    const auto get = HttpClient::request_text("GET", "/livez", {}, {});
    client.send("\r\n" + get + "\r\n\r\n" + get);
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive().status, 200);
    client.send("\r");
    server.connect().ask("GET", "/livez");
    client.send("\n" + get);
    EXPECT_EQ(client.receive().status, 200);
}

TEST(OddClientsAtRest, after_an_empty_line_are_idle) {
    auto options = impatient();
    options.limits.idle_time = http::Limits{}.idle_time;
    TestServer server{options};
    auto client = server.connect();
    client.send(HttpClient::request_text("POST", "/api/v1/events", {}, event_body()) + "\r\n");
    EXPECT_EQ(client.receive().status, 201);
    client.send("\r\n");
    // The answer on `watch` shows that more time has passed than a request may take.
    auto watch = server.connect();
    watch.send("GET /livez HT");
    EXPECT_EQ(watch.receive().code(), "REQUEST_TIMEOUT");
    EXPECT_EQ(client.ask("GET", "/livez").status, 200) << "and no 408 came before";
}

TEST_F(OddClients, may_percent_encode_any_of_a_path_and_of_a_querys_names) {
    const auto venue = make_venue(server, 2);
    Caller anybody{server, ""};
    EXPECT_EQ(anybody.client().ask("GET", "/%6C%69vez").status, 200);
    const auto seats = "/api/v1/%65vents/" + venue.event + "/s%65ats";
    EXPECT_EQ(anybody.client().ask("GET", seats).json.as_array().size(), 2U);
    EXPECT_EQ(anybody.client().ask("GET", seats + "?lim%69t=1").json.as_array().size(), 1U);
    EXPECT_EQ(anybody.client().ask("GET", seats + "?%6cimit=0").status, 400);
    EXPECT_EQ(anybody.client().ask("GET", "/api%2Fv1%2Fevents").status, 404);
}

/// The client reads only after it has sent everything.
TEST(OddClientsBodies, beyond_the_limit_are_read_so_that_the_413_is_seen) {
    TestServer server;
    const std::string piece(1 << 20, ' ');
    const auto head = [](const std::string& path, const std::string& more) {
        return "POST " + path +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more + "\r\n";
    };
    auto client = server.connect();
    client.send(head("/api/v1/events", "Content-Length: 33554432\r\n"));
    for (int mib = 0; mib < 32; ++mib)
        client.send(piece);
    EXPECT_EQ(client.receive().status, 413);
    auto in_chunks = server.connect();
    in_chunks.send(head("/api/v1/events", "Transfer-Encoding: chunked\r\n"));
    for (int mib = 0; mib < 32; ++mib)
        in_chunks.send("100000\r\n" + piece + "\r\n");
    EXPECT_EQ(in_chunks.receive().status, 413);
}

/// True if the server closes the connection before `bytes_max` were sent.
bool is_cut_off(
    const TestServer& server,
    HttpClient& client,
    const std::string& piece,
    int pieces
) {
    auto watch = server.connect();
    try {
        for (int i = 0; i < pieces; ++i) {
            client.send(piece);
            watch.ask("GET", "/livez");
        }
    } catch (const std::runtime_error&) {
        return true;
    }
    return false;
}

TEST(OddClientsBodies, that_do_not_end_are_read_up_to_a_bound) {
    auto options = impatient();
    options.limits.request_time = http::Limits{}.request_time;
    options.limits.thrown_away_bytes = 2 << 20;
    TestServer server{options};
    auto client = server.connect();
    client.send(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000000\r\n\r\n"
    );
    EXPECT_TRUE(is_cut_off(server, client, std::string(1 << 20, ' '), 200));
}

TEST(OddClientsBodies, that_come_slowly_are_read_for_as_long_as_a_request_has) {
    TestServer server{impatient()};
    auto client = server.connect();
    client.send(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000000\r\n\r\n"
    );
    EXPECT_TRUE(is_cut_off(server, client, "x", 10'000'000));
}

}  // namespace
}  // namespace frontrow::test
