#include "identity/token.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

// The same key and body get the same answer.

namespace frontrow::test {
namespace {

void expect_replay(
    const HttpAnswer& again,
    const HttpAnswer& first,
    const std::string& when,
    const std::string& status_now = "pending"
) {
    EXPECT_EQ(again.status, 201) << when << ": " << again.body;
    EXPECT_EQ(again.body, as_replayed(first.body)) << when;
    EXPECT_EQ(again.text("status"), "pending") << when;
    EXPECT_EQ(again.header("reservation-status"), status_now) << when;
    EXPECT_EQ(again.header("idempotency-replayed"), "true") << when;
    EXPECT_EQ(again.header("location"), first.header("location")) << when;
    EXPECT_EQ(again.header("content-type"), first.header("content-type")) << when;
}

TEST(Idempotency, binds_the_key_to_what_was_asked_and_who_asked) {
    TestServer server;
    const auto venue = make_venue(server, 3);
    Caller alice{server, "alice"};
    const auto first = alice.reserve(venue.event, {venue.seats[0]}, "key");
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[1]}, "key").code(), "IDEMPOTENCY_KEY_REUSED");
    EXPECT_EQ(
        alice.reserve(venue.event, {venue.seats[0]}, "key", R"(,"hold_seconds":5)").code(),
        "IDEMPOTENCY_KEY_REUSED"
    );
    EXPECT_EQ(first.header("reservation-status"), "");
    expect_replay(
        alice.reserve(venue.event, {venue.seats[0]}, "key", R"(,"unknown":5)"), first, "unknown"
    );
    const auto bobs = Caller(server, "bob").reserve(venue.event, {venue.seats[1]}, "key");
    EXPECT_EQ(bobs.status, 201);
    EXPECT_NE(bobs.text("id"), first.text("id"));
}

TEST(Idempotency, takes_the_key_from_the_header_or_the_body) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto body = [&](const std::string& more) {
        return R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] + R"("])" +
               more + "}";
    };
    const auto without = alice.post(kReservations, body(""));
    EXPECT_EQ(without.code(), "IDEMPOTENCY_KEY_REQUIRED");
    EXPECT_NE(without.text("message").find("Idempotency-Key"), std::string::npos);
    EXPECT_NE(without.text("message").find("idempotency_key"), std::string::npos);
    EXPECT_EQ(alice.post(kReservations, body(R"(,"idempotency_key":"")")).status, 400);
    EXPECT_EQ(
        alice.post(kReservations, body(""), {{"Idempotency-Key", std::string(256, 'k')}}).status,
        400
    );
    EXPECT_EQ(
        alice.post(kReservations, body(R"(,"idempotency_key":"a")"), {{"Idempotency-Key", "b"}})
            .status,
        400
    );
    const auto first = alice.post(kReservations, body(R"(,"idempotency_key":"a")"));
    EXPECT_EQ(first.status, 201);
    expect_replay(
        alice.post(kReservations, body(""), {{"Idempotency-Key", "a"}}), first, "in the header"
    );
}

TEST(Idempotency, tells_how_a_reservation_was_made_and_in_a_header_what_has_become_of_it) {
    using Change = std::function<void(TestServer&, const Venue&, const std::string& path)>;
    const auto post = [](const char* action, const char* body = "") {
        return [=](TestServer& server, const Venue&, const std::string& path) {
            ASSERT_EQ(Caller(server, "alice").post(path + action, body).status, 200);
        };
    };
    const struct {
        std::string when;
        std::string status_now;
        Change change;
    } changes[] = {
        {"nothing happened", "pending", [](auto&, auto&, auto&) {}},
        {"confirmed", "confirmed", post("/confirm")},
        {"cancelled", "cancelled", post("/cancel")},
        {"extended", "pending", post("/extend", R"({"seconds":100})")},
        {"about to expire",
         "pending",
         [](auto& server, auto&, auto&) { server.clock.advance(Millis{899'999}); }},
        {"expired",
         "expired",
         [](auto& server, auto&, auto&) { server.clock.advance(Millis{900'000}); }},
        {"expired and taken by another",
         "expired",
         [](auto& server, auto& venue, auto&) {
             server.clock.advance(std::chrono::hours{1});
             ASSERT_EQ(Caller(server, "bob").reserve(venue.event, venue.seats, "k").status, 201);
         }},
        {"the event was changed",
         "cancelled",
         [post](auto& server, auto& venue, auto& path) {
             post("/cancel")(server, venue, path);
             Caller organizer{server, ""};
             ASSERT_EQ(
                 organizer
                     .put(
                         "/api/v1/events/" + venue.event,
                         event_body(R"(,"currency":"EUR","hold_seconds":7)")
                     )
                     .status,
                 200
             );
         }},
        {"the event was deleted",
         "cancelled",
         [post](auto& server, auto& venue, auto& path) {
             post("/cancel")(server, venue, path);
             ASSERT_EQ(Caller(server, "").del("/api/v1/events/" + venue.event).status, 204);
         }},
        {"the sale was paused",
         "pending",
         [](auto& server, auto& venue, auto&) {
             const auto path = "/api/v1/events/" + venue.event + "/sale";
             ASSERT_EQ(Caller(server, "").post(path, R"({"action":"pause"})").status, 200);
         }},
        {"the sale was ended",
         "pending",
         [](auto& server, auto& venue, auto&) {
             const auto path = "/api/v1/events/" + venue.event + "/sale";
             ASSERT_EQ(Caller(server, "").post(path, R"({"action":"end"})").status, 200);
         }},
        {"sales have closed",
         "expired",
         [](auto& server, auto&, auto&) {
             server.clock.set(*parse_rfc3339("2027-01-01T10:30:00Z"));
         }},
    };
    for (const auto& [when, status_now, change] : changes) {
        TestServer server;
        server.clock.set(*parse_rfc3339("2027-01-01T08:00:00Z"));
        const auto venue = make_venue(server, 2);
        const auto first = Caller(server, "alice").reserve(venue.event, venue.seats, "key");
        ASSERT_EQ(first.status, 201);
        change(server, venue, first.header("location"));
        expect_replay(
            Caller(server, "alice").reserve(venue.event, venue.seats, "key"),
            first,
            when,
            status_now
        );
        server.restart();
        expect_replay(
            Caller(server, "alice").reserve(venue.event, venue.seats, "key"),
            first,
            when + ", after a restart",
            status_now
        );
        EXPECT_EQ(server.violations(), std::vector<std::string>{}) << when;
    }
}

TEST(Idempotency, lasts_for_24_hours_at_least) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    const auto first = Caller(server, "alice").reserve(venue.event, venue.seats, "key");
    server.clock.advance(std::chrono::hours{24} - Millis{1});
    const auto ask = [&] {
        return Caller(server, "alice").reserve(venue.event, venue.seats, "key");
    };
    expect_replay(ask(), first, "a day later", "expired");
    server.restart();
    expect_replay(ask(), first, "and restarted", "expired");
    // Then the key is forgotten: this is a new request, which takes the seat.
    server.clock.advance(Millis{1});
    const auto anew = ask();
    EXPECT_EQ(anew.status, 201);
    EXPECT_EQ(anew.header("idempotency-replayed"), "");
    EXPECT_NE(anew.text("id"), first.text("id"));
}

/// A reservation that is cancelled at once stays visible for as long as its key is valid, and no
/// longer.
TEST(Idempotency, leads_to_a_reservation_that_is_still_shown) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto first = alice.reserve(venue.event, venue.seats, "key");
    ASSERT_EQ(alice.post(first.header("location") + "/cancel").status, 200);
    server.clock.advance(std::chrono::hours{24} - Millis{1});
    const auto again = alice.reserve(venue.event, venue.seats, "key");
    expect_replay(again, first, "a day later", "cancelled");
    EXPECT_EQ(alice.get(again.header("location")).text("status"), "cancelled");
    server.clock.advance(Millis{1});
    EXPECT_EQ(alice.get(first.header("location")).status, 404);
    EXPECT_EQ(alice.reserve(venue.event, venue.seats, "key").header("idempotency-replayed"), "");
}

TEST(Idempotency, does_not_depend_on_how_the_request_is_spelled) {
    TestServer server;
    const auto venue = make_venue(server, 3);
    Caller alice{server, "alice"};
    const auto& [event, seats] = venue;
    const auto ask = [&](const std::string& body, Headers headers = {{"Idempotency-Key", "key"}}) {
        return alice.post(kReservations, body, std::move(headers));
    };
    const auto first =
        ask(R"({"event_id":")" + event + R"(","seat_ids":[")" + seats[0] + R"(",")" + seats[1] +
            R"("]})");
    ASSERT_EQ(first.status, 201);
    std::string upper = event;
    for (auto& c : upper)
        c = static_cast<char>(std::toupper(c));
    const auto list = R"([")" + seats[0] + R"(", ")" + seats[1] + R"("])";
    expect_replay(
        ask(R"( { "seat_ids" : )" + list + R"( , "event_id" : ")" + event + R"(" } )"),
        first,
        "spaces, order"
    );
    expect_replay(
        ask(R"({"event_id":")" + upper + R"(","seat_ids":)" + list + "}"), first, "capitals"
    );
    expect_replay(
        ask(R"({"event_id":")" + event + R"(","seat_ids":)" + list +
            R"(,"hold_seconds":null,"more":[1]})"),
        first,
        "null, unknown"
    );
    expect_replay(
        ask(R"({"event_id":")" + event + R"(","seat_ids":)" + list + R"(,"idempotency_key":"key"})",
            {}),
        first,
        "in the body"
    );
    expect_replay(
        ask(R"({"event_id":")" + event + R"(","seat_ids":)" + list + R"(,"idempotency_key":"key"})"
        ),
        first,
        "in both"
    );
    const auto reversed = R"([")" + seats[1] + R"(",")" + seats[0] + R"("])";
    const auto with = [&](const std::string& more) {
        return ask(R"({"event_id":")" + event + R"(",)" + more + "}");
    };
    expect_replay(with(R"("seat_ids":)" + reversed), first, "another order");
    expect_replay(with(R"("seat_ids":)" + list + R"(,"hold_seconds":900)"), first, "the default");
    expect_replay(with(R"("hold_seconds":900,"seat_ids":)" + reversed), first, "both");
    // Other seats or another hold make it a different request.
    const auto in_list = [](const std::string& ids) { return R"("seat_ids":[")" + ids + R"("])"; };
    for (const auto& other :
         {in_list(seats[0]),
          in_list(seats[0] + R"(",")" + seats[2]),
          in_list(seats[0] + R"(",")" + seats[1] + R"(",")" + seats[2]),
          in_list(seats[0] + R"(",")" + seats[1] + R"(",")" + seats[1]),
          R"("seat_ids":)" + list + R"(,"hold_seconds":899)"}) {
        EXPECT_EQ(with(other).code(), "IDEMPOTENCY_KEY_REUSED") << other;
    }
}

TEST(Idempotency, knows_the_same_items_in_another_order_and_spelling) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    for (const auto* name : {"A", "B"})
        ASSERT_EQ(
            organizer
                .post(
                    "/api/v1/events/" + venue.event + "/ticket-categories",
                    R"({"name":")" + std::string{name} + R"(","price":1,"total_stock":9})"
                )
                .status,
            201
        );
    Caller alice{server, "alice"};
    const auto ask = [&](const std::string& claim) {
        return alice.post(
            kReservations,
            R"({"event_id":")" + venue.event + R"(",)" + claim + "}",
            {{"Idempotency-Key", "key"}}
        );
    };
    const std::string a = R"({"category":"A","quantity":1})";
    const std::string b = R"({"category":"B","quantity":2})";
    const auto seats = R"(,"seat_ids":[")" + venue.seats[0] + R"("])";
    const auto first = ask(R"("items":[)" + a + "," + b + "]" + seats);
    ASSERT_EQ(first.status, 201) << first.body;
    expect_replay(ask(R"("items":[)" + b + "," + a + "]" + seats), first, "another order");
    const auto* respelled = R"({"quantity":1.0,"x":0,"category":"\u0041"})";
    expect_replay(ask(R"("items":[)" + b + "," + respelled + "]" + seats), first, "respelled");
    server.restart();
    Caller again{server, "alice"};
    std::swap(alice, again);
    expect_replay(ask(R"("items":[)" + b + "," + a + "]" + seats), first, "after a restart");
    for (const auto& other :
         {R"("items":[)" + a + "]" + seats,
          R"("items":[)" + a + "," + b + "]",
          R"("items":[)" + a + R"(,{"category":"B","quantity":1}])" + seats,
          R"("items":[)" + a + "," + b + R"(,{"category":"C","quantity":1}])" + seats,
          seats.substr(1)}) {
        EXPECT_EQ(ask(other).code(), "IDEMPOTENCY_KEY_REUSED") << other;
    }
}

/// A request without hold_seconds counts as a request for the hold that it got.
TEST(Idempotency, knows_a_default_hold_by_what_the_reservation_was_made_with) {
    constexpr std::string_view kUnsaid = "";
    constexpr std::string_view kWith900 = R"(,"hold_seconds":900)";
    constexpr std::string_view kWith300 = R"(,"hold_seconds":300)";
    const struct {
        std::string_view first;
        /// Whether the event's hold is changed from 900 s to 300 s between the two requests.
        bool is_changed;
        std::string_view second;
        bool is_same;
    } rows[] = {
        {kUnsaid, false, kUnsaid, true},
        {kUnsaid, false, kWith900, true},
        {kUnsaid, false, kWith300, false},
        {kWith900, false, kUnsaid, true},
        {kWith300, false, kUnsaid, false},
        {kUnsaid, true, kUnsaid, true},
        {kUnsaid, true, kWith900, true},
        {kUnsaid, true, kWith300, false},
        {kWith900, true, kUnsaid, false},
        {kWith900, true, kWith900, true},
        {kWith300, true, kUnsaid, true},
    };
    for (const auto& [first, is_changed, second, is_same] : rows) {
        TestServer server;
        const auto venue = make_venue(server, 1);
        Caller alice{server, "alice"};
        const auto made = alice.reserve(venue.event, venue.seats, "key", first);
        ASSERT_EQ(made.status, 201);
        if (is_changed) {
            const auto body = event_body(R"(,"hold_seconds":300)");
            ASSERT_EQ(Caller(server, "").put("/api/v1/events/" + venue.event, body).status, 200);
        }
        const auto again = alice.reserve(venue.event, venue.seats, "key", second);
        const auto what =
            std::string{first} + (is_changed ? ", changed, " : ", ") + std::string{second};
        if (is_same)
            expect_replay(again, made, what);
        else
            EXPECT_EQ(again.code(), "IDEMPOTENCY_KEY_REUSED") << what;
    }
}

TEST(Idempotency, knows_the_same_seats_in_another_order_after_the_hold_of_the_event_was_changed) {
    for (const bool are_sorted_first : {true, false}) {
        TestServer server;
        const auto venue = make_venue(server, 7);
        // Their ids ascend.
        std::vector<std::string> seats{venue.seats.begin(), venue.seats.end() - 1};
        if (!are_sorted_first) std::ranges::reverse(seats);
        const std::vector<std::string> reversed{seats.rbegin(), seats.rend()};
        const auto ask = [&](const std::vector<std::string>& wanted) {
            return Caller(server, "alice").reserve(venue.event, wanted, "key");
        };
        const auto first = ask(seats);
        ASSERT_EQ(first.status, 201);
        const auto body = event_body(R"(,"hold_seconds":300)");
        ASSERT_EQ(Caller(server, "").put("/api/v1/events/" + venue.event, body).status, 200);
        expect_replay(ask(reversed), first, "reversed");
        auto others = seats;
        others.back() = venue.seats.back();
        EXPECT_EQ(ask(others).code(), "IDEMPOTENCY_KEY_REUSED");
        server.restart();
        expect_replay(ask(reversed), first, "reversed, after a restart");
    }
}

TEST(Idempotency, remembers_no_refusal) {
    TestServer server;
    const auto venue = make_venue(server, 2, R"(,"max_seats_per_user":1)");
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};
    const auto alices = alice.reserve(venue.event, {venue.seats[0]}, "a");
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[0]}, "key").code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[0]}, "key").code(), "SEAT_UNAVAILABLE");
    ASSERT_EQ(alice.post(alices.header("location") + "/cancel").status, 200);
    const auto bobs = bob.reserve(venue.event, {venue.seats[0]}, "key");
    EXPECT_EQ(bobs.status, 201);
    EXPECT_EQ(bobs.header("idempotency-replayed"), "");
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[1]}, "other").code(), "LIMIT_REACHED");
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[1]}, "key").code(), "IDEMPOTENCY_KEY_REUSED");
    ASSERT_EQ(bob.post(bobs.header("location") + "/cancel").status, 200);
    EXPECT_EQ(bob.reserve(venue.event, {venue.seats[1]}, "other").status, 201);
}

TEST(Idempotency, belongs_to_the_caller_however_they_say_who_they_are) {
    const std::string secret = "a secret of more than thirty-two characters";
    TestServer::Options options;
    options.auth = {.jwt_secret = secret, .user_api_key = "the-user-key", .dev = true};
    TestServer server{options};
    const auto venue = make_venue(server, 2);
    const auto token = identity::sign_token(
        secret,
        {.sub = "alice", .role = identity::Role::user},
        server.clock.now(),
        std::chrono::hours{1}
    );
    const auto body =
        R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] + R"("]})";
    auto client = server.connect();
    const auto ask = [&](std::pair<std::string, std::string> who) {
        return client.ask(
            "POST", kReservations, {std::move(who), {"Idempotency-Key", "key"}}, body
        );
    };
    const auto first = ask({"X-User-ID", "alice"});
    expect_replay(ask({"Authorization", "Bearer " + token}), first, "the same alice");
    EXPECT_EQ(ask({"X-API-Key", "the-user-key"}).code(), "SEAT_UNAVAILABLE")
        << "another caller's key says nothing";
    EXPECT_EQ(ask({"X-User-ID", "alic"}).code(), "SEAT_UNAVAILABLE");
}

TEST(Idempotency, holds_for_keys_of_every_allowed_form_and_no_other) {
    TestServer server;
    const auto venue = make_venue(server, 10, R"(,"max_seats_per_reservation":1)");
    Caller alice{server, "alice"};
    std::size_t seat = 0;
    for (const auto& key :
         {std::string(255, 'k'),
          std::string{"席"},
          std::string{"a b"},
          std::string{"\"quoted\""},
          std::string{"0"}}) {
        const auto first = alice.reserve(venue.event, {venue.seats[seat]}, key);
        EXPECT_EQ(first.status, 201) << key << first.body;
        expect_replay(alice.reserve(venue.event, {venue.seats[seat]}, key), first, key);
        ++seat;
    }
    EXPECT_EQ(
        alice.reserve(venue.event, {venue.seats[9]}, std::string(256, 'k')).code(),
        "INVALID_REQUEST"
    );
    EXPECT_EQ(alice.reserve(venue.event, {venue.seats[9]}, "").code(), "IDEMPOTENCY_KEY_REQUIRED");
    for (const auto* wrong : {R"("")", "7", R"(["k"])", R"("\u0000")", R"("a\nb\u0007")", "true"}) {
        const auto body = R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[9] +
                          R"("],"idempotency_key":)" + wrong + "}";
        const auto answer = alice.post(kReservations, body);
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << wrong;
        EXPECT_EQ(answer.json.at("errors").at(0).at("field").as_string(), "idempotency_key")
            << wrong;
    }
    EXPECT_EQ(
        alice.get("/api/v1/events/" + venue.event + "/seats/available/count").number("count"), 5
    );
}

/// Fifty connections. All requests are sent before the first answer is read, and some lose their
/// answer to the restart.
TEST(Idempotency, of_fifty_at_once_across_a_restart_makes_one_reservation) {
    TestServer server;
    const auto venue = make_venue(server, 2);
    const auto text = HttpClient::request_text(
        "POST",
        kReservations,
        {{"X-User-ID", "alice"}, {"Idempotency-Key", "key"}},
        R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] + R"("]})"
    );
    std::set<std::string> bodies;
    for (const bool restarts_meanwhile : {true, false, true}) {
        std::vector<HttpClient> clients;
        for (int i = 0; i < 50; ++i)
            clients.push_back(server.connect());
        for (auto& client : clients)
            client.send(text);
        if (restarts_meanwhile) server.restart();
        std::size_t answered = 0;
        for (auto& client : clients) {
            const auto answer = client.half_close_and_receive();
            if (!answer) continue;
            ++answered;
            EXPECT_EQ(answer->status, 201) << answer->body;
            bodies.insert(as_replayed(answer->body));
        }
        if (!restarts_meanwhile) EXPECT_EQ(answered, 50);
    }
    EXPECT_EQ(bodies.size(), 1);
    EXPECT_EQ(Caller(server, "alice").get(kReservations).json.as_array().size(), 1);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
