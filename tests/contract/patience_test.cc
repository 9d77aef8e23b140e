#include "contract/impatient.h"
#include "support/eventually.h"
#include "support/faulty_vfs.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

// How long the server and its clients wait for each other. The limits are short here, and the tests
// wait only for events that must come.

namespace frontrow::test {
namespace {

std::int64_t open_connections(HttpClient& client) {
    const auto text = client.ask("GET", "/metrics").body;
    const std::string name = "\nhttp_connections ";
    const auto at = text.find(name);
    return at == std::string::npos ? -1 : std::stoll(text.substr(at + name.size()));
}

TEST(Patience, with_a_request_is_not_won_by_sending_it_drop_by_drop) {
    TestServer server{impatient()};
    for (const std::string head :
         {"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Endless: ",
          "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"}) {
        const auto begun = std::chrono::steady_clock::now();
        auto client = server.connect();
        client.send(head);
        // Sends a byte each time the server may have begun to wait again.
        auto watch = server.connect();
        EXPECT_TRUE(eventually([&] {
            if (client.has_something()) return true;
            client.send("x");
            watch.ask("GET", "/livez");
            return false;
        }));
        const auto answer = client.receive();
        EXPECT_EQ(answer.code(), "REQUEST_TIMEOUT");
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{200});
    }
}

TEST(Patience, with_silence_between_requests_ends_without_a_word) {
    TestServer server{impatient()};
    auto client = server.connect();
    EXPECT_EQ(client.ask("GET", "/livez").status, 200);
    EXPECT_TRUE(client.is_closed_by_server())
        << "and nothing came that the next request might take for its answer";
}

/// The client sends without a pause, so that some lines are always waiting. Meanwhile two silent
/// connections are opened, one after the other, and the server closes them.
TEST(Patience, with_empty_lines_instead_of_a_request_ends) {
    TestServer server{impatient()};
    auto client = server.connect();
    EXPECT_EQ(client.ask("GET", "/livez").status, 200);
    std::string lines;
    while (lines.size() < (64 << 10))
        lines += "\r\n";
    bool is_closed = false;
    for (int i = 0; i < 2; ++i) {
        const auto silent = server.connect();
        do {
            try {
                client.send(lines);
            } catch (const std::runtime_error&) {
                is_closed = true;
            }
        } while (!is_closed && !silent.has_something());
    }
    EXPECT_TRUE(is_closed);
}

TEST(Patience, with_a_reader_that_does_not_read_ends) {
    TestServer server{impatient()};
    const auto venue = make_venue(server, 20'000);
    auto client = server.connect();
    // Some twenty megabytes: more than the sockets' buffers.
    for (int i = 0; i < 5; ++i)
        client.send(
            HttpClient::request_text("GET", "/api/v1/events/" + venue.event + "/seats", {}, {})
        );
    EXPECT_TRUE(eventually([&] {
        auto watch = server.connect();
        return open_connections(watch) == 1;
    }));
}

TEST(Patience, with_a_reader_that_reads_slowly_does_not_end) {
    auto options = impatient();
    options.limits.stalled_write_time = Millis{3'000};
    options.limits.idle_time = http::Limits{}.idle_time;
    TestServer server{options};
    const auto venue = make_venue(server, 20'000);
    const auto path = "/api/v1/events/" + venue.event + "/seats";
    auto client = server.connect();
    for (int i = 0; i < 4; ++i)
        client.send(HttpClient::request_text("GET", path, {}, {}));
    client.send(HttpClient::request_text("GET", path, {{"Connection", "close"}}, {}));
    auto watch = server.connect();
    // Only reads the bytes: parsing so many takes longer than the limit on a slow machine.
    constexpr std::size_t kSip = 2 << 20;
    std::string heard;
    for (std::string sip = client.receive_bytes(kSip); !sip.empty();
         sip = client.receive_bytes(kSip)) {
        heard += sip;
        const auto before = std::chrono::steady_clock::now();
        // Each pause is shorter than the limit; together they are longer.
        while (std::chrono::steady_clock::now() - before < std::chrono::milliseconds{400})
            watch.ask("GET", "/livez");
    }
    int answers = 0;
    for (auto at = heard.find("HTTP/1.1 200"); at != std::string::npos;
         at = heard.find("HTTP/1.1 200", at + 1))
        ++answers;
    EXPECT_EQ(answers, 5);
    EXPECT_TRUE(heard.ends_with("}]"))
        << heard.substr(heard.size() - std::min(heard.size(), 100UL));
}

TEST(Connections, that_break_off_anywhere_leave_nothing_behind) {
    TestServer server;
    const auto venue = make_venue(server, 5'000);
    const auto text = HttpClient::request_text("POST", "/api/v1/events", {}, event_body());
    auto watch = server.connect();
    for (std::size_t cut = 0; cut <= text.size(); cut += 7) {
        auto client = server.connect();
        client.send(std::string_view{text}.substr(0, cut));
        if (cut % 2 == 0) watch.ask("GET", "/livez");
    }
    for (int i = 0; i < 10; ++i) {
        // The client leaves in the middle of its long answer.
        auto client = server.connect();
        client.send(
            HttpClient::request_text("GET", "/api/v1/events/" + venue.event + "/seats", {}, {})
        );
        EXPECT_TRUE(eventually([&] { return client.has_something(); }));
    }
    EXPECT_TRUE(eventually([&] { return open_connections(watch) == 1; }));
    EXPECT_EQ(watch.ask("GET", "/readyz").status, 200);
}

TEST(Expecting, a_word_before_sending_a_body_gets_the_answer_or_the_word) {
    TestServer server;
    const auto ask = [&](HttpClient& client,
                         const std::string& line,
                         std::size_t length,
                         const std::string& more = {}) {
        client.send(
            "POST " + line + "\r\nHost: localhost\r\nExpect: 100-Continue\r\n" + more +
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(length) +
            "\r\n\r\n"
        );
        return client.receive();
    };
    auto welcome = server.connect();
    EXPECT_EQ(ask(welcome, "/api/v1/events HTTP/1.1", event_body().size()).status, 100);
    welcome.send(event_body());
    EXPECT_EQ(welcome.receive().status, 201);
    // No 100 Continue for a body that won't be read.
    auto too_long = server.connect();
    EXPECT_EQ(ask(too_long, "/api/v1/events HTTP/1.1", 2 << 20).status, 413);
    auto forbidden = server.connect();
    EXPECT_EQ(ask(forbidden, "/api/v1/events HTTP/1.1", 100, "X-User-ID: alice\r\n").status, 403);
    EXPECT_TRUE(forbidden.is_closed_by_server());
    auto lost = server.connect();
    EXPECT_EQ(ask(lost, "/nowhere HTTP/1.1", 100).status, 404);
    // HTTP/1.0 doesn't have 100 Continue.
    auto old = server.connect();
    old.send(
        "POST /api/v1/events HTTP/1.0\r\nExpect: 100-continue\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    );
    auto watch = server.connect();
    watch.ask("GET", "/livez");
    EXPECT_FALSE(old.has_something());
    old.send("{}");
    EXPECT_EQ(old.receive().status, 400);
}

TEST(Draining, answers_what_waits_for_the_disk_and_takes_nothing_new) {
    FaultyVfs disk;
    TestServer::Options options;
    options.faulty_disk = &disk;
    TestServer server{options};
    const auto venue = make_venue(server, 1);
    auto idle = server.connect();
    ASSERT_EQ(idle.ask("GET", "/livez").status, 200);
    auto half = server.connect();
    half.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n");
    Caller alice{server, "alice"};
    disk.hold_syncs();
    const auto body =
        R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] + R"("]})";
    alice.client().send(HttpClient::request_text(
        "POST", "/api/v1/reservations", {{"X-User-ID", "alice"}, {"Idempotency-Key", "k"}}, body
    ));
    disk.wait_for_held_sync();
    server.begin_stop();
    EXPECT_TRUE(idle.is_closed_by_server());
    EXPECT_THROW(server.connect().ask("GET", "/livez"), std::runtime_error);
    {
        // The client closes after its answer, so that the stop doesn't wait for it.
        auto asking = std::move(half);
        asking.send("\r\n");
        EXPECT_EQ(asking.receive().code(), "SHUTTING_DOWN");
    }
    EXPECT_FALSE(alice.client().has_something()) << "not before it's on the disk";
    disk.release_syncs();
    const auto held = alice.client().receive();
    EXPECT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(held.header("connection"), "close");
    EXPECT_TRUE(alice.client().is_closed_by_server());
    server.stop();
    server.start_again();
    const auto found = Caller(server, "alice").get(held.header("location"));
    EXPECT_EQ(found.text("status"), "pending");
}

TEST(Draining, does_not_wait_for_ever_for_a_request_that_does_not_come) {
    TestServer::Options options;
    options.limits.drain_time = Millis{300};
    TestServer server{options};
    auto half = server.connect();
    half.send("GET /livez HTTP/1.1\r\n");
    server.connect().ask("GET", "/livez");
    server.stop();
    EXPECT_TRUE(half.is_closed_by_server());
}

TEST(Draining, takes_no_second_request_from_a_connection) {
    TestServer server;
    auto client = server.connect();
    client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: first\r\n");
    server.connect().ask("GET", "/livez");
    server.begin_stop();
    client.send("\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto first = client.receive();
    EXPECT_EQ(first.header("x-request-id"), "first");
    EXPECT_EQ(first.header("connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
}

}  // namespace
}  // namespace frontrow::test
