#include "at_once.h"
#include "identity/token.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

// The dialect of clients who know a reservation by its event and its seat.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A caller without credentials, who keeps the cookie that the server sets, as a browser does.
class Guest {
public:
    explicit Guest(const TestServer& server) : client_{server.connect()} {}

    HttpAnswer
    ask(std::string_view method, const std::string& path, std::string body = {}, Headers more = {}
    ) {
        if (!cookie_.empty()) more.emplace_back("Cookie", "theme=dark; " + cookie_ + "; a=b");
        auto answer = client_.ask(method, path, more, body);
        const auto set = answer.header("set-cookie");
        if (!set.empty()) cookie_ = set.substr(0, set.find(';'));
        return answer;
    }
    HttpAnswer post(const std::string& path, std::string body = {}, Headers more = {}) {
        return ask("POST", path, std::move(body), std::move(more));
    }
    const std::string& cookie() const { return cookie_; }
    void set_cookie(std::string cookie) { cookie_ = std::move(cookie); }

private:
    HttpClient client_;
    std::string cookie_;
};

class SeatDialect : public testing::Test {
protected:
    static std::string body_for(const Venue& venue, std::size_t seat, std::string_view more = {}) {
        return R"({"eventId":")" + venue.event + R"(","seatId":")" + venue.seats[seat] + "\"" +
               std::string{more} + "}";
    }
    std::string body_for(std::size_t seat, std::string_view more = {}) const {
        return body_for(venue, seat, more);
    }
    std::string path_of(std::size_t seat, const std::string& action = "") const {
        return "/api/reservations/" + venue.event + "/" + venue.seats[seat] + action;
    }
    static void expect_error(const HttpAnswer& answer, unsigned status, std::string_view code) {
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(answer.text("code"), code) << answer.body;
        EXPECT_EQ(answer.header("content-type"), "application/json");
        EXPECT_EQ(answer.text("traceId"), answer.header("trace-id"));
        EXPECT_EQ(answer.json.as_object().size(), 3) << answer.body;
    }
    std::string status_of(std::size_t seat) {
        return anyone.get("/api/v1/seats/" + venue.seats[seat]).text("status");
    }

    TestServer server{TestServer::Options{.dialects = true}};
    Venue venue = make_venue(server, 3, R"(,"hold_seconds":600)");
    Caller anyone{server, ""};
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};
};

TEST_F(SeatDialect, sells_a_seat_from_the_list_of_events_to_the_confirmation) {
    const auto events = anyone.get("/api/events");
    ASSERT_EQ(events.json.as_array().size(), 1) << events.body;
    EXPECT_EQ(events.json.as_array()[0].at("id").as_string(), venue.event);
    const auto event = anyone.get("/api/events/" + venue.event);
    EXPECT_EQ(event.json, events.json.as_array()[0]);
    EXPECT_EQ(event.text("name"), "Winter Concert");
    EXPECT_EQ(event.text("startAt"), "2027-01-01T10:00:00.000Z");
    EXPECT_EQ(event.number("holdSeconds"), 600);
    const auto seats = anyone.get("/api/events/" + venue.event + "/seats");
    ASSERT_EQ(seats.json.as_array().size(), 3) << seats.body;
    const auto& seat = seats.json.as_array()[1].as_object();
    EXPECT_EQ(seat.at("id").as_string(), venue.seats[1]);
    EXPECT_EQ(seat.at("status").as_string(), "available");

    const auto held = alice.post("/api/reservations", body_for(1, R"(,"holdSeconds":60)"));
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(held.text("eventId"), venue.event);
    EXPECT_EQ(held.text("seatId"), venue.seats[1]);
    EXPECT_EQ(held.text("status"), "pending");
    EXPECT_EQ(held.text("expiresAt"), to_rfc3339(server.clock.now() + Millis{60'000}));
    EXPECT_EQ(held.header("set-cookie"), "") << "alice isn't a guest";
    expect_error(bob.post("/api/reservations", body_for(1)), 409, "SEAT_UNAVAILABLE");

    const auto longer = alice.post(path_of(1, "/extend"), R"({"holdSeconds":30})");
    EXPECT_EQ(longer.status, 200) << longer.body;
    EXPECT_EQ(longer.text("expiresAt"), to_rfc3339(server.clock.now() + Millis{90'000}));
    const auto confirmed = alice.post(path_of(1, "/confirm"));
    EXPECT_EQ(confirmed.status, 200) << confirmed.body;
    EXPECT_EQ(confirmed.text("status"), "confirmed");
    EXPECT_EQ(confirmed.text("id"), held.text("id"));
    EXPECT_EQ(alice.post(path_of(1, "/confirm")).body, confirmed.body);
    expect_error(alice.del(path_of(1)), 409, "ALREADY_CONFIRMED");
    expect_error(alice.post(path_of(1, "/extend"), "{}"), 409, "ALREADY_CONFIRMED");
    EXPECT_EQ(status_of(1), "confirmed");

    // Both APIs show the same.
    const auto own = alice.get("/api/v1/reservations/" + held.text("id"));
    EXPECT_EQ(own.text("status"), "confirmed");
}

TEST_F(SeatDialect, gives_a_held_seat_back) {
    ASSERT_EQ(alice.post("/api/reservations", body_for(0)).status, 201);
    const auto released = alice.del(path_of(0));
    EXPECT_EQ(released.status, 204);
    EXPECT_EQ(released.body, "");
    expect_error(alice.del(path_of(0)), 404, "NOT_FOUND");
    EXPECT_EQ(bob.post("/api/reservations", body_for(0)).status, 201);
}

TEST_F(SeatDialect, extends_by_the_events_hold_time_unless_told_otherwise) {
    ASSERT_EQ(alice.post("/api/reservations", body_for(0)).status, 201);
    const auto longer = alice.post(path_of(0, "/extend"));
    EXPECT_EQ(longer.text("expiresAt"), to_rfc3339(server.clock.now() + Millis{1'200'000}));
    EXPECT_EQ(
        alice.post(path_of(0, "/extend"), "{}").text("expiresAt"),
        to_rfc3339(server.clock.now() + Millis{1'800'000})
    );
    expect_error(alice.post(path_of(0, "/extend"), R"({"holdSeconds":1})"), 422, "LIMIT_REACHED");
}

TEST_F(SeatDialect, does_not_know_a_hold_that_has_run_out) {
    ASSERT_EQ(alice.post("/api/reservations", body_for(0)).status, 201);
    server.clock.advance(Millis{600'000});
    for (const auto* action : {"/confirm", "/extend"})
        expect_error(alice.post(path_of(0, action)), 404, "NOT_FOUND");
    expect_error(alice.del(path_of(0)), 404, "NOT_FOUND");
    EXPECT_EQ(bob.post("/api/reservations", body_for(0)).status, 201);
}

TEST_F(SeatDialect, lets_nobody_act_on_anothers_seat) {
    const auto elsewhere = make_venue(server, 1);
    ASSERT_EQ(alice.post("/api/reservations", body_for(0)).status, 201);
    Guest guest{server};
    for (const auto* action : {"/confirm", "/extend"}) {
        expect_error(bob.post(path_of(0, action)), 404, "NOT_FOUND");
        expect_error(guest.post(path_of(0, action)), 404, "NOT_FOUND");
    }
    expect_error(bob.del(path_of(0)), 404, "NOT_FOUND");
    expect_error(guest.ask("DELETE", path_of(0)), 404, "NOT_FOUND");
    expect_error(
        bob.post("/api/orders", body_for(0), {{"Idempotency-Key", "k"}}), 404, "NOT_FOUND"
    );
    // A seat of one event under another event, and a seat that nobody holds.
    expect_error(
        alice.post("/api/reservations/" + elsewhere.event + "/" + venue.seats[0] + "/confirm"),
        404,
        "NOT_FOUND"
    );
    expect_error(alice.post(path_of(1, "/confirm")), 404, "NOT_FOUND");
    EXPECT_EQ(status_of(0), "reserved");
    EXPECT_EQ(alice.post(path_of(0, "/confirm")).status, 200);
}

TEST_F(SeatDialect, knows_a_guest_by_a_cookie_that_no_script_sees) {
    Guest guest{server};
    const auto held = guest.post("/api/reservations", body_for(0));
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_TRUE(std::regex_match(
        held.header("set-cookie"),
        std::regex{"frontrow_guest=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax"}
    )) << held.header("set-cookie");
    const auto longer = guest.post(path_of(0, "/extend"), R"({"holdSeconds":1})");
    EXPECT_EQ(longer.status, 200) << longer.body;
    EXPECT_EQ(longer.header("set-cookie"), "") << "the guest has one";
    EXPECT_EQ(guest.post(path_of(0, "/confirm")).status, 200);

    Guest other{server};
    expect_error(other.post(path_of(0, "/confirm")), 404, "NOT_FOUND");
    EXPECT_NE(other.cookie(), guest.cookie());
    for (const auto* bad : {"frontrow_guest=", "frontrow_guest=xyz", "frontrow_guest"}) {
        other.set_cookie(bad);
        expect_error(other.post(path_of(0, "/confirm")), 404, "NOT_FOUND");
        EXPECT_THAT(other.cookie(), StartsWith("frontrow_guest=")) << "a new one";
        EXPECT_EQ(other.cookie().size(), std::string{"frontrow_guest="}.size() + 32) << bad;
    }
}

TEST_F(SeatDialect, keeps_a_guests_secret_out_of_everything_that_others_read) {
    Guest guest{server};
    ASSERT_EQ(guest.post("/api/reservations", body_for(0)).status, 201);
    const auto secret = guest.cookie().substr(guest.cookie().find('=') + 1);
    const auto facts = anyone.get("/api/v1/facts");
    EXPECT_THAT(facts.body, HasSubstr("frontrow-guest:"));
    EXPECT_EQ(facts.body.find(secret), std::string::npos);
    // Whoever reads the account can't be the guest by it.
    const auto at = facts.body.find("frontrow-guest:");
    const auto account = facts.body.substr(at, facts.body.find('"', at) - at);
    Caller thief{server, account};
    expect_error(thief.post(path_of(0, "/confirm")), 401, "UNAUTHENTICATED");
    Guest with_digest{server};
    with_digest.set_cookie("frontrow_guest=" + account.substr(account.find(':') + 1));
    expect_error(with_digest.post(path_of(0, "/confirm")), 404, "NOT_FOUND");
}

TEST_F(SeatDialect, refuses_bad_credentials_rather_than_make_a_guest_of_the_caller) {
    const auto refused = anyone.post("/api/reservations", body_for(0), {{"X-API-Key", "wrong"}});
    expect_error(refused, 401, "UNAUTHENTICATED");
    EXPECT_EQ(refused.header("set-cookie"), "");
}

TEST_F(SeatDialect, takes_an_order_under_a_key_and_its_payment) {
    const auto paid_venue = make_venue(server, 2, R"(,"payment":"required")");
    const auto path = "/api/reservations/" + paid_venue.event + "/" + paid_venue.seats[0];
    Guest guest{server};
    ASSERT_EQ(guest.post("/api/reservations", body_for(paid_venue, 0)).status, 201);
    expect_error(guest.post(path + "/confirm"), 409, "PAYMENT_REQUIRED");

    const auto body = body_for(paid_venue, 0, R"(,"email":"a@b.example")");
    expect_error(guest.post("/api/orders", body), 400, "IDEMPOTENCY_KEY_REQUIRED");
    const Headers key{{"Idempotency-Key", "k"}};
    const auto order = guest.post("/api/orders", body, key);
    ASSERT_EQ(order.status, 201) << order.body;
    EXPECT_EQ(order.text("status"), "created");
    EXPECT_EQ(order.number("amount"), 1'000);
    const auto again = guest.post("/api/orders", body, key);
    EXPECT_EQ(again.body, order.body);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    expect_error(
        guest.post("/api/orders", body_for(paid_venue, 0), key), 422, "IDEMPOTENCY_KEY_REUSED"
    );
    EXPECT_EQ(server.side_records("contact/").size(), 1);

    const auto payment = R"({"orderId":")" + order.text("id") + "\"";
    expect_error(alice.post("/api/payments/authorize", payment + "}"), 404, "NOT_FOUND");
    const auto declined =
        guest.post("/api/payments/authorize", payment + R"(,"token":"tok_decline"})");
    expect_error(declined, 402, "PAYMENT_DECLINED");
    const auto paid = guest.post("/api/payments/authorize", payment + "}");
    EXPECT_EQ(paid.status, 200) << paid.body;
    EXPECT_EQ(paid.text("orderId"), order.text("id"));
    EXPECT_EQ(paid.text("status"), "paid");
    EXPECT_EQ(guest.post("/api/payments/authorize", payment + "}").body, paid.body);
    expect_error(
        guest.post("/api/payments/authorize", payment + "}", {{"Idempotency-Key", "another"}}),
        409,
        "ORDER_PAID"
    );
    EXPECT_EQ(guest.post(path + "/confirm").text("status"), "confirmed");
    const auto sales = anyone.get("/api/v1/events/" + paid_venue.event + "/sales");
    EXPECT_EQ(sales.number("captured"), 1'000) << "paid once";
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(SeatDialect, takes_a_key_for_holding_and_extending) {
    const Headers key{{"Idempotency-Key", "k"}};
    const auto held = alice.post("/api/reservations", body_for(0), key);
    ASSERT_EQ(held.status, 201);
    const auto again = alice.post("/api/reservations", body_for(0), key);
    EXPECT_EQ(again.body, held.body);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    expect_error(alice.post("/api/reservations", body_for(1), key), 422, "IDEMPOTENCY_KEY_REUSED");
    expect_error(alice.post("/api/reservations", body_for(0)), 409, "SEAT_UNAVAILABLE");
    const auto longer = alice.post(path_of(0, "/extend"), R"({"holdSeconds":5})", key);
    EXPECT_EQ(alice.post(path_of(0, "/extend"), R"({"holdSeconds":5})", key).body, longer.body);
}

TEST_F(SeatDialect, says_what_is_wrong_in_its_own_words) {
    const auto message_of = [&](const HttpAnswer& answer) {
        expect_error(answer, 400, "INVALID_REQUEST");
        return answer.text("message");
    };
    const auto hold = [&](const std::string& body) {
        return message_of(alice.post("/api/reservations", body));
    };
    EXPECT_EQ(hold("{}"), "The field eventId is required.");
    EXPECT_EQ(hold("["), "The body isn't valid JSON in UTF-8.");
    EXPECT_THAT(hold(body_for(0, R"(,"holdSeconds":0)")), StartsWith("The field holdSeconds must"));
    EXPECT_THAT(
        hold(body_for(0, R"(,"holdSeconds":601)")),
        StartsWith("The field holdSeconds must be at most")
    );
    EXPECT_EQ(
        hold(R"({"eventId":")" + venue.event + R"(","seatId":"7"})"),
        "The field seatId must be a UUID."
    );
    EXPECT_EQ(
        message_of(alice.post("/api/reservations/" + venue.event + "/7/confirm")),
        "The field seatId must be a UUID."
    );
    EXPECT_EQ(
        message_of(alice.del("/api/reservations/7/" + venue.seats[0])),
        "The field eventId must be a UUID."
    );
    EXPECT_EQ(
        message_of(alice.post("/api/orders", "{}", {{"Idempotency-Key", "k"}})),
        "The field eventId is required."
    );
    EXPECT_EQ(
        message_of(alice.post("/api/payments/authorize", R"({"orderId":1})")),
        "The field orderId must be a UUID."
    );
    const auto card = R"({"orderId":")" + venue.event + R"(","token":"4111111111111111"})";
    EXPECT_THAT(message_of(alice.post("/api/payments/authorize", card)), HasSubstr("card number"));
    EXPECT_EQ(
        alice.post("/api/reservations", "{}", {{"Content-Type", "text/plain"}}).text("code"),
        "UNSUPPORTED_MEDIA_TYPE"
    );
}

TEST_F(SeatDialect, leads_from_one_part_of_a_list_to_the_next) {
    make_venue(server, 1);
    for (const auto& list : {std::string{"/api/events"}, "/api/events/" + venue.event + "/seats"}) {
        const auto all = anyone.get(list);
        const auto first = anyone.get(list + "?limit=1");
        ASSERT_EQ(first.json.as_array().size(), 1) << first.body;
        const auto link = first.header("link");
        ASSERT_THAT(link, StartsWith("<" + list + "?limit=1&cursor="));
        const auto second = anyone.get(link.substr(1, link.find('>') - 1));
        EXPECT_EQ(second.json.as_array().at(0), all.json.as_array().at(1)) << list;
    }
}

TEST_F(SeatDialect, sells_one_seat_to_one_of_a_hundred_guests) {
    std::vector<Shot> shots;
    for (int i = 0; i < 100; ++i)
        shots.push_back(
            {server.connect(),
             HttpClient::request_text("POST", "/api/reservations", {}, body_for(0))}
        );
    fire(shots);
    std::set<std::string> cookies;
    std::vector<HttpAnswer> won;
    for (const auto& shot : shots) {
        cookies.insert(shot.answer.header("set-cookie"));
        if (shot.answer.status == 201)
            won.push_back(shot.answer);
        else
            expect_error(shot.answer, 409, "SEAT_UNAVAILABLE");
    }
    EXPECT_EQ(cookies.size(), 100) << "each is another guest";
    ASSERT_EQ(won.size(), 1);
    Guest winner{server};
    for (const auto& cookie : cookies) {
        winner.set_cookie(cookie.substr(0, cookie.find(';')));
        const bool has_won = cookie == won[0].header("set-cookie");
        EXPECT_EQ(winner.post(path_of(0, "/confirm")).status, has_won ? 200 : 404);
    }
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(SeatDialect, sets_a_cookie_that_fits_the_guests_page) {
    Guest guest{server};
    const Headers secure{{"Origin", "https://localhost"}, {"Sec-Fetch-Site", "same-origin"}};
    const auto held = guest.post("/api/reservations", body_for(0), secure);
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_THAT(held.header("set-cookie"), HasSubstr("; Secure"));

    TestServer below{TestServer::Options{.base_path = "/shop", .dialects = true}};
    const auto shop = make_venue(below, 1);
    Guest visitor{below};
    const auto held_below = visitor.post("/api/reservations", body_for(shop, 0));
    ASSERT_EQ(held_below.status, 201) << held_below.body;
    EXPECT_THAT(held_below.header("set-cookie"), HasSubstr("; Path=/shop/;"));
}

TEST_F(SeatDialect, lets_no_page_of_another_origin_act_for_a_guest) {
    server.set_auth({.jwt_secret = kJwtSecret});
    server.restart();
    Guest guest{server};
    ASSERT_EQ(guest.post("/api/reservations", body_for(0)).status, 201);
    for (const Headers& elsewhere :
         {Headers{{"Origin", "https://evil.example"}},
          Headers{{"Sec-Fetch-Site", "cross-site"}},
          Headers{{"Sec-Fetch-Site", "same-site"}}}) {
        expect_error(guest.post(path_of(0, "/confirm"), {}, elsewhere), 403, "FORBIDDEN");
        expect_error(guest.ask("DELETE", path_of(0), {}, elsewhere), 403, "FORBIDDEN");
    }
    // A proxy may have changed Host, so that Origin no longer fits.
    const Headers by_proxy{{"Origin", "https://shop.example"}, {"Sec-Fetch-Site", "same-origin"}};
    EXPECT_EQ(guest.post(path_of(0, "/extend"), "{}", by_proxy).status, 200);
    // A token isn't sent by the browser itself, so its page may be anywhere.
    const auto token = identity::sign_token(
        kJwtSecret, {.sub = "carol"}, server.clock.now(), std::chrono::hours{1}
    );
    const Headers with_token{
        {"Origin", "https://shop.example"}, {"Authorization", "Bearer " + token}
    };
    EXPECT_EQ(guest.post("/api/reservations", body_for(1), with_token).status, 201);
    EXPECT_EQ(guest.post(path_of(0, "/confirm")).status, 200);
    expect_error(guest.post(path_of(1, "/confirm")), 404, "NOT_FOUND");
}

}  // namespace
}  // namespace frontrow::test
