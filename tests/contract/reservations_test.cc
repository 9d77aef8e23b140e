#include "support/test_server.h"

#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

std::string path_of(const HttpAnswer& reservation, const std::string& action = {}) {
    return std::string{kReservations} + "/" + reservation.text("id") + action;
}

TEST(Reservations, hold_all_seats_that_were_asked_for) {
    TestServer server;
    const auto venue = make_venue(server, 3);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, {venue.seats[2], venue.seats[0]}, "k");
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(held.header("location"), path_of(held));
    EXPECT_EQ(held.text("status"), "pending");
    EXPECT_EQ(held.text("user_id"), "alice");
    EXPECT_EQ(held.number("total_amount"), 2'000);
    EXPECT_EQ(held.number("expires_in_ms"), 900'000);
    EXPECT_EQ(held.json.at("seat_ids").at(0).as_string(), venue.seats[2]);
    server.clock.advance(Millis{100'000});
    const auto found = alice.get(path_of(held));
    EXPECT_EQ(found.number("expires_in_ms"), 800'000);
    EXPECT_EQ(found.text("expires_at"), held.text("expires_at"));
    EXPECT_EQ(
        alice.get("/api/v1/events/" + venue.event + "/seats/available/count").number("count"), 1
    );
}

TEST(Reservations, are_refused_for_each_reason_with_its_own_code) {
    TestServer server;
    const auto venue = make_venue(
        server, 5, R"(,"max_seats_per_reservation":2,"max_seats_per_user":3,"hold_seconds":60)"
    );
    const auto other = make_venue(server, 1);
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};
    const auto& s = venue.seats;
    const std::string nobody = "018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_EQ(alice.reserve(venue.event, {s[0], s[0]}, "k").code(), "INVALID_REQUEST");
    EXPECT_EQ(alice.reserve(venue.event, {s[0], s[1], s[2]}, "k").code(), "TOO_MANY_SEATS");
    EXPECT_EQ(alice.reserve(venue.event, {}, "k").status, 400);
    EXPECT_EQ(alice.reserve(nobody, {s[0]}, "k").status, 404);
    EXPECT_EQ(alice.reserve(venue.event, {nobody}, "k").status, 404);
    EXPECT_EQ(alice.reserve(venue.event, {other.seats[0]}, "k").status, 404);
    EXPECT_EQ(
        alice.reserve(venue.event, {s[0]}, "k", R"(,"hold_seconds":61)").code(), "INVALID_REQUEST"
    );
    EXPECT_EQ(alice.reserve(venue.event, {s[0]}, "k", R"(,"hold_seconds":0)").status, 400);
    ASSERT_EQ(
        alice.reserve(venue.event, {s[0], s[1]}, "k", R"(,"hold_seconds":30)")
            .number("expires_in_ms"),
        30'000
    );
    EXPECT_EQ(alice.reserve(venue.event, {s[2], s[3]}, "k2").code(), "LIMIT_REACHED");
    const auto conflict = bob.reserve(venue.event, {s[2], s[1]}, "k");
    EXPECT_EQ(conflict.code(), "SEAT_UNAVAILABLE");
    ASSERT_EQ(conflict.json.at("conflicts").as_array().size(), 1);
    EXPECT_EQ(conflict.json.at("conflicts").at(0).at("seat_id").as_string(), s[1]);
    EXPECT_EQ(conflict.json.at("conflicts").at(0).at("status").as_string(), "reserved");
    EXPECT_EQ(conflict.body.find("alice"), std::string::npos);
    EXPECT_EQ(bob.reserve(venue.event, {s[2]}, "k").status, 201)
        << "a refusal isn't remembered, and takes nothing";
}

TEST(Reservations, open_with_sales_and_close_with_the_start) {
    TestServer server;
    const auto venue = make_venue(server, 2, R"(,"sales_start_at":"2026-12-01T00:00:00Z")");
    Caller alice{server, "alice"};
    const auto at = [&](const char* time) { server.clock.set(*parse_rfc3339(time)); };
    at("2026-11-30T23:59:59.999Z");
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "k").code(), "SALES_CLOSED");
    at("2026-12-01T00:00:00Z");
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "k").status, 201);
    at("2027-01-01T09:59:59.999Z");
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "k2").status, 201);
    at("2027-01-01T10:00:00Z");
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[1]}, "k3").code(), "SALES_CLOSED");
}

TEST(Reservations, of_a_sale_that_outlasts_the_start_are_made_and_extended_until_it_ends) {
    TestServer server;
    const auto venue = make_venue(server, 4, R"(,"sales_end_at":"2027-01-01T11:00:00Z")");
    Caller alice{server, "alice"};
    const auto& s = venue.seats;
    const auto at = [&](const char* time) { server.clock.set(*parse_rfc3339(time)); };
    const auto extend = [&](const HttpAnswer& held) {
        return alice.post(path_of(held, "/extend"), R"({"seconds":60})");
    };
    at("2027-01-01T10:00:00Z");
    EXPECT_EQ(alice.reserve(venue.event, {s[0]}, "k0").status, 201);
    at("2027-01-01T10:59:59.999Z");
    const auto held = alice.reserve(venue.event, {s[1]}, "k1");
    const auto given_up = alice.reserve(venue.event, {s[2]}, "k2");
    ASSERT_EQ(given_up.status, 201);
    EXPECT_EQ(extend(held).number("expires_in_ms"), 960'000);
    at("2027-01-01T11:00:00Z");
    const auto refused = alice.reserve(venue.event, {s[3]}, "k3");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.code(), "SALES_CLOSED");
    EXPECT_EQ(extend(held).code(), "SALES_CLOSED");
    EXPECT_EQ(alice.get(path_of(held)).number("expires_in_ms"), 959'999) << "it runs as it did";
    EXPECT_EQ(alice.reserve(venue.event, {s[1]}, "k1").status, 201) << "the first answer again";
    EXPECT_EQ(alice.post(path_of(given_up, "/cancel")).status, 200);
    EXPECT_EQ(alice.post(path_of(held, "/confirm")).text("status"), "confirmed");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST(Reservations, are_not_extended_before_a_sale_that_was_put_off) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    const auto extend = [&] { return alice.post(path_of(held, "/extend"), R"({"seconds":60})"); };
    const auto put = [&](const char* more) {
        return Caller(server, "").put("/api/v1/events/" + venue.event, event_body(more)).status;
    };
    // The sale starts ten minutes from now.
    ASSERT_EQ(put(R"(,"sales_start_at":"2026-11-21T00:10:00Z")"), 200);
    server.clock.set(*parse_rfc3339("2026-11-21T00:09:59.999Z"));
    EXPECT_EQ(extend().code(), "SALES_CLOSED");
    server.clock.advance(Millis{1});
    EXPECT_EQ(extend().number("expires_in_ms"), 360'000);
}

TEST(Reservations, are_confirmed_once_and_for_good) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    const auto confirmed = alice.post(path_of(held, "/confirm"));
    ASSERT_EQ(confirmed.status, 200);
    EXPECT_EQ(confirmed.text("status"), "confirmed");
    EXPECT_FALSE(confirmed.text("confirmed_at").empty());
    EXPECT_FALSE(confirmed.json.as_object().contains("expires_in_ms"));
    EXPECT_EQ(alice.post(path_of(held, "/confirm")).json, confirmed.json);
    EXPECT_EQ(alice.post(path_of(held, "/cancel")).code(), "ALREADY_CONFIRMED");
    EXPECT_EQ(alice.post(path_of(held, "/extend"), R"({"seconds":1})").code(), "ALREADY_CONFIRMED");
    server.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "confirmed");
    EXPECT_EQ(
        Caller(server, "bob")
            .reserve(venue.event, venue.seats, "k")
            .json.at("conflicts")
            .at(0)
            .at("status")
            .as_string(),
        "confirmed"
    );
}

TEST(Reservations, are_cancelled_and_their_seats_are_free_at_once) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    ASSERT_EQ(alice.post(path_of(held, "/cancel")).text("status"), "cancelled");
    EXPECT_EQ(alice.post(path_of(held, "/cancel")).status, 200);
    EXPECT_EQ(alice.post(path_of(held, "/confirm")).code(), "ALREADY_CANCELLED");
    EXPECT_EQ(alice.post(path_of(held, "/extend"), R"({"seconds":1})").code(), "ALREADY_CANCELLED");
    EXPECT_EQ(Caller(server, "bob").reserve(venue.event, venue.seats, "k").status, 201);
}

TEST(Reservations, are_extended_up_to_three_times_their_length) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k", R"(,"hold_seconds":100)");
    server.clock.advance(Millis{50'000});
    EXPECT_EQ(
        alice.post(path_of(held, "/extend"), R"({"seconds":100})").number("expires_in_ms"), 150'000
    );
    EXPECT_EQ(alice.post(path_of(held, "/extend"), R"({"seconds":101})").code(), "LIMIT_REACHED");
    EXPECT_EQ(
        alice.post(path_of(held, "/extend"), R"({"seconds":100})").number("expires_in_ms"), 250'000
    );
    EXPECT_EQ(alice.post(path_of(held, "/extend"), R"({"seconds":1})").code(), "LIMIT_REACHED");
    for (const auto* wrong :
         {"{}", R"({"seconds":0})", R"({"seconds":"1"})", R"({"seconds":10801})", "[]"}) {
        EXPECT_EQ(alice.post(path_of(held, "/extend"), wrong).status, 400) << wrong;
    }
}

TEST(Reservations, of_an_event_that_must_be_paid_for_are_not_confirmed_for_the_asking) {
    TestServer server;
    const auto venue = make_venue(server, 1, R"(,"payment":"required")");
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, venue.seats, "k");
    EXPECT_EQ(alice.post(path_of(held, "/confirm")).code(), "PAYMENT_REQUIRED");
}

TEST(Reservations, are_listed_newest_first_for_their_owner_alone) {
    TestServer server;
    const auto venue = make_venue(server, 3);
    Caller alice{server, "alice"};
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        ids.push_back(
            alice
                .reserve(
                    venue.event, {venue.seats[static_cast<std::size_t>(i)]}, "k" + std::to_string(i)
                )
                .text("id")
        );
    }
    const auto list = alice.get(kReservations);
    ASSERT_EQ(list.json.as_array().size(), 3);
    EXPECT_EQ(list.json.at(0).at("id").as_string(), ids[2]);
    EXPECT_EQ(alice.get("/api/v1/users/alice/reservations").json, list.json);
    const auto page = alice.get(std::string{kReservations} + "?limit=1&offset=1");
    ASSERT_EQ(page.json.as_array().size(), 1);
    EXPECT_EQ(page.json.at(0).at("id").as_string(), ids[1]);
    EXPECT_EQ(Caller(server, "bob").get(kReservations).json.as_array().size(), 0);
    EXPECT_EQ(Caller(server, "bob").get("/api/v1/users/alice/reservations").status, 404);
    EXPECT_EQ(alice.get(std::string{kReservations} + "?limit=101").status, 400);
}

}  // namespace
}  // namespace frontrow::test
