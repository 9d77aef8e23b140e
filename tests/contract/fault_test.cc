#include "support/eventually.h"
#include "support/faulty_vfs.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <sqlite3.h>

// What a client sees when the disk fails, hangs or is full.

namespace frontrow::test {
namespace {

/// A server on a disk that can be made to fail.
class Fault : public testing::Test {
protected:
    static TestServer::Options options(FaultyVfs& disk) {
        TestServer::Options options;
        options.faulty_disk = &disk;
        options.waiting_max = 4;
        return options;
    }

    static std::string body_for(const Venue& venue, std::size_t seat) {
        return R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[seat] +
               R"("]})";
    }

    /// Sends a reservation without waiting for its answer.
    HttpClient begin_reserve(const Venue& venue, std::size_t seat) {
        auto client = server.connect();
        const Headers headers{
            {"X-User-ID", "alice"}, {"Idempotency-Key", "key-" + std::to_string(seat)}
        };
        client.send(HttpClient::request_text("POST", kReservations, headers, body_for(venue, seat))
        );
        return client;
    }

    void expect_refused(const HttpAnswer& answer, const std::string& code) {
        EXPECT_EQ(answer.status, 503) << answer.body;
        EXPECT_EQ(answer.code(), code);
        EXPECT_EQ(
            answer.header("retry-after"), std::to_string(answer.number("retry_after_seconds"))
        );
        EXPECT_EQ(answer.body.find("journal"), std::string::npos)
            << "that's nobody's business: " << answer.body;
        EXPECT_EQ(answer.body.find("/tmp"), std::string::npos) << answer.body;
    }

    FaultyVfs disk;
    TestServer server{options(disk)};
};

TEST_F(Fault, of_the_journal_leaves_the_outcome_open_and_the_same_key_tells_it) {
    const auto venue = make_venue(server, 3);
    Caller alice{server, "alice"};
    const auto before = alice.reserve(venue.event, {venue.seats[0]}, "before");
    disk.fail(FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC);
    expect_refused(alice.reserve(venue.event, {venue.seats[1]}, "the key"), "OUTCOME_UNKNOWN");
    EXPECT_TRUE(eventually([&] { return server.failures() == 1; }));
    // The server decides nothing and returns no data any more, and the load balancer must send it
    // no requests.
    expect_refused(alice.get("/readyz"), "NOT_READY");
    EXPECT_EQ(alice.get("/livez").status, 200);
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[2]}, "after").status, 503);
    EXPECT_EQ(alice.post(before.header("location") + "/confirm").status, 503);
    EXPECT_EQ(alice.get("/api/v1/events/" + venue.event + "/seats/available/count").status, 503);

    disk.repair();
    server.restart();
    Caller again{server, "alice"};
    EXPECT_EQ(again.get("/readyz").status, 200);
    const auto told = again.reserve(venue.event, {venue.seats[1]}, "the key");
    ASSERT_EQ(told.status, 201) << told.body;
    EXPECT_EQ(again.reserve(venue.event, {venue.seats[1]}, "the key").body, told.body);
    EXPECT_EQ(again.get(kReservations).json.as_array().size(), 2);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Fault, of_a_disk_that_hangs_refuses_what_is_too_much_and_loses_nothing) {
    const auto venue = make_venue(server, 8);
    disk.hold_syncs();
    std::vector<HttpClient> waiting;
    waiting.push_back(begin_reserve(venue, 0));
    disk.wait_for_held_sync();
    for (std::size_t seat = 1; seat < 4; ++seat)
        waiting.push_back(begin_reserve(venue, seat));
    Caller bob{server, "bob"};
    expect_refused(bob.reserve(venue.event, {venue.seats[4]}, "k"), "OVERLOADED");
    EXPECT_EQ(bob.get("/livez").status, 200);
    for (auto& client : waiting)
        EXPECT_FALSE(client.has_something()) << "told before it was durable";
    disk.release_syncs();
    for (auto& client : waiting)
        EXPECT_EQ(client.receive().status, 201);
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[4]}, "k").status, 201)
        << "the refusal wasn't remembered";
}

TEST_F(Fault, of_a_disk_that_stalls_refuses_new_claims_until_it_goes_on) {
    const auto venue = make_venue(server, 4);
    const auto quiet = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, {venue.seats[0]}, "held").header("location");
    disk.hold_syncs();
    auto stalled = begin_reserve(venue, 1);
    disk.wait_for_held_sync();
    Caller bob{server, "bob"};
    EXPECT_TRUE(eventually([&] { return bob.get("/readyz").status == 503; }));
    expect_refused(bob.get("/readyz"), "NOT_READY");
    EXPECT_EQ(bob.get("/livez").status, 200);
    EXPECT_EQ(bob.get("/api/v1/events/" + quiet.event).status, 200);
    expect_refused(bob.reserve(venue.event, {venue.seats[2]}, "k"), "OVERLOADED");
    Caller organizer{server, ""};
    expect_refused(organizer.post("/api/v1/events", event_body()), "OVERLOADED");
    // Buyers who hold seats are still served, and no answer to a repeated request says that nothing
    // was done.
    auto confirming = server.connect();
    confirming.send(
        HttpClient::request_text("POST", held + "/confirm", {{"X-User-ID", "alice"}}, {})
    );
    auto again = begin_reserve(venue, 1);
    bob.get("/livez");
    EXPECT_FALSE(stalled.has_something() || confirming.has_something() || again.has_something());

    disk.release_syncs();
    const auto told = stalled.receive();
    EXPECT_EQ(told.status, 201);
    EXPECT_EQ(again.receive().body, as_replayed(told.body));
    EXPECT_EQ(confirming.receive().status, 200);
    EXPECT_TRUE(eventually([&] { return bob.get("/readyz").status == 200; }));
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[2]}, "k").status, 201);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Fault, of_a_disk_that_hangs_tells_nobody_of_what_is_not_durable) {
    const auto venue = make_venue(server, 2);
    const auto path = "/api/v1/events/" + venue.event;
    disk.hold_syncs();
    auto alice = begin_reserve(venue, 0);
    disk.wait_for_held_sync();
    auto reader = server.connect();
    reader.send(HttpClient::request_text("GET", path + "/seats/available/count", {}, {}));
    auto rival = server.connect();
    rival.send(HttpClient::request_text(
        "POST", kReservations, {{"X-User-ID", "bob"}, {"Idempotency-Key", "k"}}, body_for(venue, 0)
    ));
    server.connect().ask("GET", "/livez");
    EXPECT_FALSE(reader.has_something()) << "a count that a crash would make wrong";
    EXPECT_FALSE(rival.has_something()) << "a refusal that a crash would make wrong";
    disk.release_syncs();
    EXPECT_EQ(alice.receive().status, 201);
    EXPECT_EQ(reader.receive().number("count"), 1);
    EXPECT_EQ(rival.receive().code(), "SEAT_UNAVAILABLE");
}

/// A hold may still run when a request about it is decided, and have expired before the answer is
/// sent.
TEST_F(Fault, of_a_disk_that_hangs_past_the_end_of_a_hold_counts_no_time_below_zero) {
    const auto venue = make_venue(server, 1, R"(,"hold_seconds":60)");
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    const auto path = held.header("location");
    disk.hold_syncs();
    auto extending = server.connect();
    extending.send(HttpClient::request_text(
        "POST", path + "/extend", {{"X-User-ID", "alice"}}, R"({"seconds":60})"
    ));
    disk.wait_for_held_sync();
    auto reading = server.connect();
    reading.send(HttpClient::request_text("GET", path, {{"X-User-ID", "alice"}}, {}));
    auto listing = server.connect();
    listing.send(HttpClient::request_text("GET", kReservations, {{"X-User-ID", "alice"}}, {}));
    server.connect().ask("GET", "/livez");
    server.clock.advance(std::chrono::hours{1});
    disk.release_syncs();
    for (auto* client : {&extending, &reading}) {
        const auto answer = client->receive();
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_TRUE(answer.text("status") == "expired" || answer.number("expires_in_ms") == 0)
            << answer.body;
    }
    const auto listed = listing.receive().json.at(0).as_object();
    EXPECT_TRUE(listed.at("status") == "expired" || listed.at("expires_in_ms") == 0);
}

TEST_F(Fault, of_a_disk_that_is_nearly_full_refuses_new_claims_and_lets_the_old_ones_end) {
    const auto venue = make_venue(server, 4);
    const auto path = "/api/v1/events/" + venue.event;
    Caller organizer{server, ""};
    Caller alice{server, "alice"};
    const auto first = alice.reserve(venue.event, {venue.seats[0]}, "1").header("location");
    const auto second = alice.reserve(venue.event, {venue.seats[1]}, "2").header("location");
    server.disk.bytes = 1 << 20;
    // The store checks the disk ten times a second; this loop waits for the next check.
    const auto spare = R"({"seat_number":"spare-)";
    HttpAnswer refused;
    int spares = 0;
    EXPECT_TRUE(eventually([&] {
        refused =
            organizer.post(path + "/seats", spare + std::to_string(++spares) + R"(","price":1})");
        return refused.status == 503;
    }));
    expect_refused(refused, "STORAGE_LOW");
    expect_refused(alice.reserve(venue.event, {venue.seats[2]}, "3"), "STORAGE_LOW");
    expect_refused(organizer.post("/api/v1/events", event_body()), "STORAGE_LOW");
    expect_refused(
        organizer.post("/api/v1/events", event_body(), {{"Idempotency-Key", "a key"}}),
        "STORAGE_LOW"
    );
    expect_refused(organizer.put(path, event_body()), "STORAGE_LOW");
    expect_refused(
        organizer.post(path + "/seats/bulk", R"({"prefix":"x","count":1,"price":1})"), "STORAGE_LOW"
    );
    EXPECT_EQ(alice.post(first + "/confirm").status, 200);
    EXPECT_EQ(alice.post(second + "/cancel").status, 200);
    EXPECT_EQ(alice.get(path + "/seats/available/count").status, 200);
    EXPECT_EQ(alice.get("/readyz").status, 200);
    const auto sale = [&](const std::string& action) {
        return organizer.post(path + "/sale", R"({"action":")" + action + R"("})");
    };
    EXPECT_EQ(organizer.get("/api/v1/facts").body.find("FormatRaised"), std::string::npos)
        << "what was refused has let nothing in";
    EXPECT_EQ(sale("pause").status, 200) << "it stops what takes on more";
    expect_refused(sale("open"), "STORAGE_LOW");
    server.disk.bytes = std::uint64_t{1} << 40;
    EXPECT_TRUE(eventually([&] { return sale("open").status == 200; }));
    const auto held = alice.reserve(venue.event, {venue.seats[2]}, "3");
    EXPECT_EQ(held.status, 201) << "and the key may be tried again: " << held.body;
}

}  // namespace
}  // namespace frontrow::test
