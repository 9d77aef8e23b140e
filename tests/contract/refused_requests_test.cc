#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

// GET /requests/{id}: why a caller's own request was refused.

namespace frontrow::test {
namespace {

class RefusedRequests : public testing::Test {
protected:
    /// Alice's request for a seat that bob has.
    HttpAnswer refused(Headers headers = {}) {
        const auto seat = venue.seats[0];
        if (!is_taken_) bob.reserve(venue.event, {seat}, "bobs");
        is_taken_ = true;
        headers.emplace_back("Idempotency-Key", "alices");
        return alice.post(
            kReservations,
            R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + seat + R"("]})",
            std::move(headers)
        );
    }
    static std::string why(const std::string& id) { return "/api/v1/requests/" + id; }

    TestServer server;
    Venue venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};

private:
    bool is_taken_ = false;
};

TEST_F(RefusedRequests, are_told_to_their_caller_by_trace_id) {
    const auto conflict = refused();
    ASSERT_EQ(conflict.status, 409);
    const auto told = alice.get(why(conflict.header("trace-id")));
    ASSERT_EQ(told.status, 200) << told.body;
    EXPECT_EQ(told.text("trace_id"), conflict.header("trace-id"));
    EXPECT_EQ(told.text("method"), "POST");
    EXPECT_EQ(told.text("route"), "/api/v1/reservations");
    EXPECT_EQ(told.number("status"), 409);
    EXPECT_EQ(told.text("code"), "SEAT_UNAVAILABLE");
    EXPECT_EQ(told.text("message"), conflict.text("message"));
    EXPECT_EQ(told.text("at"), to_rfc3339(server.clock.now()));
    EXPECT_EQ(told.text("event_id"), venue.event);
    EXPECT_FALSE(told.json.as_object().contains("reservation_id"));
}

TEST_F(RefusedRequests, are_told_by_the_callers_own_id_the_newest_first) {
    const Headers mine{{"X-Request-Id", "checkout-7"}};
    const auto first = refused(mine);
    EXPECT_EQ(alice.get(why("checkout-7"), mine).text("trace_id"), first.header("trace-id"));
    const auto lost = alice.get(why("not-this-one"), mine);
    EXPECT_EQ(lost.code(), "NOT_FOUND");
    EXPECT_EQ(alice.get(why("checkout-7")).text("trace_id"), first.header("trace-id"))
        << "a question isn't the newest request with its own id";
    const auto second = alice.get("/api/v1/orders/018f7c2e-0a10-7000-8000-000000000001", mine);
    ASSERT_EQ(second.status, 404);
    const auto told = alice.get(why("checkout-7"));
    EXPECT_EQ(told.text("code"), "NOT_FOUND");
    EXPECT_EQ(told.text("order_id"), "018f7c2e-0a10-7000-8000-000000000001");
}

TEST_F(RefusedRequests, are_nobody_elses_business) {
    const auto conflict = refused({{"X-Request-Id", "checkout-7"}});
    Caller admin{server, ""};
    for (const auto& id : {conflict.header("trace-id"), std::string{"checkout-7"}}) {
        EXPECT_EQ(bob.get(why(id)).code(), "NOT_FOUND");
        EXPECT_EQ(admin.get(why(id)).code(), "UNAUTHENTICATED");
        EXPECT_EQ(alice.get(why(id)).status, 200);
    }
}

TEST_F(RefusedRequests, are_those_that_failed_in_any_way_and_no_others) {
    const auto forbidden = alice.post("/api/v1/events", event_body());
    ASSERT_EQ(forbidden.status, 403);
    EXPECT_EQ(alice.get(why(forbidden.header("trace-id"))).text("code"), "FORBIDDEN");
    const auto malformed = alice.post(kReservations, "{", {{"Idempotency-Key", "k"}});
    ASSERT_EQ(malformed.status, 400);
    const auto told = alice.get(why(malformed.header("trace-id")));
    EXPECT_EQ(told.text("message"), malformed.text("message"));
    const auto held = alice.reserve(venue.event, {venue.seats[0]}, "alices");
    ASSERT_EQ(held.status, 201);
    EXPECT_EQ(alice.get(why(held.header("trace-id"))).status, 404);
}

TEST_F(RefusedRequests, are_forgotten_after_an_hour) {
    const auto trace = refused().header("trace-id");
    // The server has noted it once it reads the connection's next request.
    EXPECT_EQ(alice.get(why(trace)).status, 200);
    server.clock.advance(std::chrono::hours{1} - Millis{1});
    EXPECT_EQ(alice.get(why(trace)).status, 200);
    server.clock.advance(Millis{1});
    EXPECT_EQ(alice.get(why(trace)).status, 404);
}

}  // namespace
}  // namespace frontrow::test
