#include "support/test_server.h"

#include <gtest/gtest.h>

// The tests move the clock instead of waiting.

namespace frontrow::test {
namespace {

TEST(Expiry, frees_a_seat_at_its_instant_and_not_before) {
    TestServer server;
    const auto venue = make_venue(server, 1, R"(,"hold_seconds":60)");
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    const auto path = "/api/v1/reservations/" + held.text("id");
    const auto count = [&] {
        return bob.get("/api/v1/events/" + venue.event + "/seats/available/count").number("count");
    };

    server.clock.advance(Millis{59'999});
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(bob.get("/api/v1/seats/" + venue.seats[0]).text("status"), "reserved");
    EXPECT_EQ(bob.reserve(venue.event, venue.seats, "k").status, 409);
    EXPECT_EQ(alice.get(path).text("status"), "pending");

    server.clock.advance(Millis{1});
    EXPECT_EQ(alice.get(path).text("status"), "expired");
    EXPECT_EQ(bob.get("/api/v1/seats/" + venue.seats[0]).text("status"), "available");
    EXPECT_EQ(
        bob.get("/api/v1/events/" + venue.event + "/seats?available=true").json.as_array().size(), 1
    );
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(alice.post(path + "/confirm").code(), "HOLD_EXPIRED");
    EXPECT_EQ(alice.post(path + "/cancel").code(), "HOLD_EXPIRED");
    EXPECT_EQ(alice.post(path + "/extend", R"({"seconds":1})").code(), "HOLD_EXPIRED");
    EXPECT_EQ(bob.reserve(venue.event, venue.seats, "k").status, 201);
    EXPECT_EQ(alice.post(path + "/confirm").code(), "HOLD_EXPIRED") << "and bob's hold stays";
    EXPECT_EQ(count(), 0);
}

TEST(Expiry, is_not_undone_by_a_clock_that_steps_back) {
    TestServer server;
    const auto venue = make_venue(server, 1, R"(,"hold_seconds":60)");
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    const auto path = "/api/v1/reservations/" + held.text("id");
    server.clock.advance(Millis{60'000});
    EXPECT_EQ(alice.get(path).text("status"), "expired");
    server.clock.step(Millis{-50'000});
    EXPECT_EQ(alice.get(path).text("status"), "expired");
    EXPECT_EQ(alice.post(path + "/confirm").status, 410);
    ASSERT_EQ(Caller(server, "bob").reserve(venue.event, venue.seats, "k").status, 201);
    server.clock.step(Millis{50'000});
    server.restart();
    EXPECT_EQ(Caller(server, "alice").get(path).text("status"), "expired");
}

TEST(Expiry, is_not_brought_about_by_a_clock_that_is_ahead_for_a_moment) {
    TestServer server;
    const auto venue = make_venue(server, 2, R"(,"hold_seconds":60)");
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, {venue.seats[0]}, "k");
    const auto path = "/api/v1/reservations/" + held.text("id");
    const auto time = alice.get("/health").text("timestamp");
    const std::chrono::days jump{400};
    server.clock.step(jump);
    EXPECT_EQ(alice.get(path).text("status"), "pending");
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[1]}, "k2").status, 201) << "the sale is open";
    EXPECT_EQ(alice.get("/health").text("timestamp"), time);
    server.clock.step(-jump);
    server.restart();
    Caller again{server, "alice"};
    EXPECT_EQ(again.post(path + "/confirm").status, 200);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST(Expiry, survives_a_restart_by_the_clock_alone) {
    TestServer server;
    const auto venue = make_venue(server, 1, R"(,"hold_seconds":60)");
    const auto held = Caller(server, "alice").reserve(venue.event, venue.seats, "k");
    server.stop();
    server.clock.advance(Millis{60'000});
    server.start_again();
    EXPECT_EQ(
        Caller(server, "")
            .get("/api/v1/events/" + venue.event + "/seats/available/count")
            .number("count"),
        1
    );
    EXPECT_EQ(
        Caller(server, "alice").get("/api/v1/reservations/" + held.text("id")).text("status"),
        "expired"
    );
}

}  // namespace
}  // namespace frontrow::test
