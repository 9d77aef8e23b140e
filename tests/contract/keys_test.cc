#include "identity/token.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

// Idempotency-Keys on routes where they are optional. idempotency_test.cc has those of
// reservations.

namespace frontrow::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kEventsPath = "/api/v1/events";
constexpr auto kApiKeys = "/api/v1/api-keys";

/// A request whose key is optional.
struct Asked {
    std::string what;
    /// "" is an admin, because the server runs with --dev.
    std::string user;
    std::string path;
    std::string body;
    /// The same request in another spelling.
    std::string respelled;
    /// A different request.
    std::string other;
};

/// The answer without the API key's `key`, which is shown once.
boost::json::value told_again(const HttpAnswer& answer) {
    if (!answer.json.is_object()) return answer.json;
    auto told = answer.json.as_object();
    told.erase("key");
    return told;
}

void expect_again(const HttpAnswer& again, const HttpAnswer& first, const std::string& what) {
    EXPECT_EQ(again.status, first.status) << what << ": " << again.body;
    EXPECT_EQ(again.header("idempotency-replayed"), "true") << what;
    EXPECT_EQ(again.header("location"), first.header("location")) << what;
    EXPECT_EQ(again.header("etag"), first.header("etag")) << what;
    EXPECT_EQ(again.json, told_again(first)) << what;
}

void expect_first(const HttpAnswer& first, const std::string& what) {
    EXPECT_TRUE(first.status == 200 || first.status == 201) << what << ": " << first.body;
    EXPECT_EQ(first.header("idempotency-replayed"), "") << what;
}

class Keys : public testing::Test {
protected:
    Keys() { held = Caller(server, "alice").reserve(venue.event, {venue.seats[0]}, "hold"); }

    HttpAnswer ask(const Asked& one, const std::string& body, const std::string& key = "key") {
        return Caller(server, one.user).post(one.path, body, {{"Idempotency-Key", key}});
    }
    HttpAnswer ask(const Asked& one) { return ask(one, one.body); }
    /// Sends the request with a token of this role.
    HttpAnswer ask_as(const std::string& sub, const std::string& path, const std::string& body) {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = sub, .role = identity::Role::organizer}, server.clock.now(), 1h
        );
        auto client = server.connect();
        return client.ask(
            "POST", path, {{"Authorization", "Bearer " + token}, {"Idempotency-Key", "key"}}, body
        );
    }

    Asked event() const {
        return {
            "event",
            "",
            kEventsPath,
            event_body(),
            R"( { "more":{}, "total_seats":100, "end_at":"2027-01-01T21:00:00+09:00",
                  "start_at":"2027-01-01T10:00:00.000Z", "name":"Winter Concert", "venue":"",
                  "hold_seconds":900, "currency":"JPY" } )",
            event_body(R"(,"venue":"The hall")"),
        };
    }
    Asked seat() const {
        return {
            "seat",
            "",
            of_event + "/seats",
            R"({"seat_number":"new","price":5})",
            R"({"price":5,"row":"","seat_number":"n\u0065w"})",
            R"({"seat_number":"new","price":6})",
        };
    }
    Asked seats() const {
        return {
            "seats",
            "",
            of_event + "/seats/bulk",
            R"({"prefix":"R","count":2,"price":5})",
            R"({"seats":[{"seat_number":"R-1","price":5},{"price":5,"seat_number":"R-2"}]})",
            R"({"prefix":"R","count":3,"price":5})",
        };
    }
    Asked category() const {
        return {
            "category",
            "",
            of_event + "/ticket-categories",
            R"({"name":"Caf\u00e9","price":5,"total_stock":7})",
            R"({"total_stock":7.0,"name":"Cafe\u0301","more":1,"price":5})",
            R"({"name":"Caf\u00e9","price":5,"total_stock":8})",
        };
    }
    Asked extension() const {
        return {
            "extension",
            "alice",
            held.header("location") + "/extend",
            R"({"seconds":60})",
            R"({"minutes":1,"seconds":60})",
            R"({"seconds":61})",
        };
    }
    Asked sale() const {
        return {
            "sale",
            "",
            of_event + "/sale",
            R"({"action":"pause"})",
            R"({"why":"rain","action":"pause"})",
            R"({"action":"end"})",
        };
    }
    Asked api_key() const {
        return {
            "API key",
            "",
            kApiKeys,
            R"({"name":"gate","role":"scanner"})",
            R"({"role":"scanner","name":"g\u0061te"})",
            R"({"name":"gate","role":"admin"})",
        };
    }
    Asked member() const {
        return {
            "member",
            "",
            of_event + "/members",
            R"({"sub":"otto","role":"scanner"})",
            R"({"role":"scanner","sub":"\u006ftto"})",
            R"({"sub":"otto","role":"organizer"})",
        };
    }
    /// The sale is paused last, because a paused sale refuses extensions.
    std::vector<Asked> all() const {
        return {event(), seat(), seats(), extension(), api_key(), member(), category(), sale()};
    }

    std::size_t count(const std::string& path) {
        return Caller(server, "").get(path).json.as_array().size();
    }

    TestServer server{{.limits = {}, .auth = {.jwt_secret = kJwtSecret, .dev = true}}};
    Venue venue = make_venue(server, 3);
    std::string of_event = std::string{kEventsPath} + "/" + venue.event;
    HttpAnswer held;
};

TEST_F(Keys, have_a_request_done_once_however_it_is_spelled) {
    std::vector<HttpAnswer> first;
    for (const auto& one : all()) {
        first.push_back(ask(one));
        expect_first(first.back(), one.what);
        expect_again(ask(one), first.back(), one.what);
        expect_again(ask(one, one.respelled), first.back(), one.what + ", respelled");
        EXPECT_EQ(ask(one, one.other).code(), "IDEMPOTENCY_KEY_REUSED") << one.what;
    }
    server.restart();
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto one = all()[i];
        expect_again(ask(one, one.respelled), first[i], one.what + ", after a restart");
        const auto reused = ask(one, one.other);
        EXPECT_EQ(reused.status, 422) << one.what;
        EXPECT_EQ(reused.code(), "IDEMPOTENCY_KEY_REUSED") << one.what;
    }
    EXPECT_EQ(count(kEventsPath), 2);
    EXPECT_EQ(count(of_event + "/seats"), 6);
    EXPECT_EQ(count(kApiKeys), 1);
    EXPECT_EQ(count(of_event + "/members"), 1);
    EXPECT_EQ(count(of_event + "/ticket-categories"), 1);
    EXPECT_EQ(Caller(server, "").get(of_event).header("etag"), "\"v2-paused\"");
    EXPECT_EQ(Caller(server, "alice").get(held.header("location")).json, first[3].json);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Keys, have_one_of_many_at_once_done) {
    for (const auto& one : all()) {
        Headers headers{{"Idempotency-Key", "key"}};
        if (!one.user.empty()) headers.emplace_back("X-User-ID", one.user);
        const auto text = HttpClient::request_text("POST", one.path, headers, one.body);
        std::vector<HttpClient> clients;
        for (int i = 0; i < 20; ++i)
            clients.push_back(server.connect());
        for (auto& client : clients)
            client.send(text);
        std::set<std::string> told;
        std::size_t originals = 0;
        for (auto& client : clients) {
            const auto answer = client.half_close_and_receive();
            ASSERT_TRUE(answer) << one.what;
            EXPECT_LT(answer->status, 300) << one.what << ": " << answer->body;
            told.insert(boost::json::serialize(told_again(*answer)));
            originals += answer->header("idempotency-replayed") == "true" ? 0 : 1;
        }
        EXPECT_EQ(told.size(), 1) << one.what;
        EXPECT_EQ(originals, 1) << one.what;
    }
    EXPECT_EQ(count(kEventsPath), 2);
    EXPECT_EQ(count(of_event + "/seats"), 6);
    EXPECT_EQ(count(kApiKeys), 1);
    EXPECT_EQ(count(of_event + "/members"), 1);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Keys, belong_to_the_caller) {
    const auto olgas = ask_as("olga", kEventsPath, event_body());
    const auto ottos = ask_as("otto", kEventsPath, event_body());
    expect_first(olgas, "olga's");
    expect_first(ottos, "otto's");
    EXPECT_NE(olgas.text("id"), ottos.text("id"));
    expect_again(ask_as("olga", kEventsPath, event_body()), olgas, "olga's");
    expect_again(ask_as("otto", kEventsPath, event_body()), ottos, "otto's");
    // Otto isn't told what olga did with her event either.
    const auto seats = olgas.header("location") + "/seats";
    expect_first(ask_as("olga", seats, seat().body), "olga's seat");
    EXPECT_EQ(ask_as("otto", seats, seat().body).code(), "NOT_FOUND");
}

TEST_F(Keys, belong_to_the_path_in_any_spelling) {
    const auto other = ask(event());
    const auto first = ask(seat());
    auto elsewhere = seat();
    elsewhere.path = other.header("location") + "/seats";
    const auto second = ask(elsewhere);
    expect_first(second, "another event's seat");
    EXPECT_NE(second.text("id"), first.text("id"));

    auto capitals = venue.event;
    std::ranges::transform(capitals, capitals.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    auto encoded = venue.event;
    encoded.replace(encoded.find('-'), 1, "%2d");
    for (const auto& id : {capitals, encoded}) {
        auto same = seat();
        same.path = std::string{kEventsPath} + "/" + id + "/seats";
        expect_again(ask(same), first, id);
        EXPECT_EQ(ask(same, same.other).code(), "IDEMPOTENCY_KEY_REUSED") << id;
    }
}

TEST_F(Keys, may_be_tried_again_after_a_refusal) {
    EXPECT_EQ(ask(event(), "{}").status, 400);
    expect_first(ask(event()), "event");
    EXPECT_EQ(ask(seat(), R"({"seat_number":"S-1","price":5})").code(), "DUPLICATE_SEAT");
    ASSERT_EQ(Caller(server, "").post(category().path, category().body).status, 201);
    EXPECT_EQ(ask(category()).code(), "DUPLICATE_CATEGORY");
    expect_first(ask(category(), R"({"name":"B","price":5,"total_stock":7})"), "another category");
    expect_first(ask(seat()), "seat");
    EXPECT_EQ(ask(seats(), R"({"prefix":"S","count":3,"price":5})").code(), "DUPLICATE_SEAT");
    expect_first(ask(seats()), "seats");
    EXPECT_EQ(ask(extension(), R"({"seconds":10800})").code(), "LIMIT_REACHED");
    expect_first(ask(extension()), "extension");
    const auto creator = ask(member(), R"({"sub":"dev","role":"scanner"})");
    EXPECT_EQ(creator.code(), "CREATOR_IS_NO_MEMBER");
    expect_first(ask(member()), "member");

    Caller house{server, ""};
    const Headers stale{{"Idempotency-Key", "key"}, {"If-Match", "\"v9-open\""}};
    const Headers right{{"Idempotency-Key", "key"}, {"If-Match", "\"v1-open\""}};
    EXPECT_EQ(house.post(sale().path, sale().body, stale).status, 412);
    const auto paused = house.post(sale().path, sale().body, right);
    expect_first(paused, "sale");
    expect_again(house.post(sale().path, sale().body, right), paused, "sale, in its version since");
}

TEST_F(Keys, have_1_to_255_characters_and_no_control_characters) {
    for (const auto& one : all()) {
        for (const auto& wrong :
             {std::string(256, 'k'), std::string{"\xff"}, std::string{"\xc3("}}) {
            const auto answer = ask(one, one.body, wrong);
            EXPECT_EQ(answer.status, 400) << one.what;
            EXPECT_EQ(answer.code(), "INVALID_REQUEST") << one.what;
            EXPECT_EQ(answer.json.at("errors").at(0).at("field"), "Idempotency-Key") << one.what;
        }
        // These bytes aren't allowed in an HTTP header.
        for (const auto* wrong : {"a\x01", "\x1b[1m", "a\x7f"})
            EXPECT_EQ(ask(one, one.body, wrong).code(), "INVALID_REQUEST") << one.what;
    }
    EXPECT_EQ(count(kEventsPath), 1);
    EXPECT_EQ(count(of_event + "/seats"), 3);
    EXPECT_EQ(count(kApiKeys), 0);
    EXPECT_EQ(count(of_event + "/members"), 0);
    for (const auto& right : {std::string(255, 'k'), std::string{"席"}, std::string{"a b"}}) {
        const auto first = ask(event(), event().body, right);
        expect_first(first, right);
        expect_again(ask(event(), event().body, right), first, right);
    }
    // An empty key counts as none.
    expect_first(ask(event(), event().body, ""), "no key");
    expect_first(ask(event(), event().body, ""), "no key");
    EXPECT_EQ(count(kEventsPath), 6);
}

TEST_F(Keys, are_kept_for_24_hours) {
    const auto made = ask(event());
    const auto key = ask(api_key());
    server.clock.advance(24h - Millis{1});
    expect_again(ask(event()), made, "event");
    expect_again(ask(api_key()), key, "API key");
    server.restart();
    expect_again(ask(event()), made, "event, after a restart");
    expect_again(ask(api_key()), key, "API key, after a restart");
    server.clock.advance(Millis{1});
    const auto anew = ask(event());
    expect_first(anew, "event, a day later");
    EXPECT_NE(anew.text("id"), made.text("id"));
    EXPECT_NE(ask(api_key(), api_key().other).text("id"), key.text("id"));
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Keys, tell_an_event_its_seats_and_categories_as_they_were_made_whatever_became_of_them) {
    Caller house{server, ""};
    const auto made = ask(event());
    const auto path = made.header("location");
    auto in_it = seats();
    in_it.path = path + "/seats/bulk";
    const auto added = ask(in_it);
    auto standing = category();
    standing.path = path + "/ticket-categories";
    const auto category_added = ask(standing);
    auto of_it = sale();
    of_it.path = path + "/sale";
    const auto expect_all = [&](const std::string& when) {
        server.clock.advance(Millis{1'000});
        expect_again(ask(event()), made, when);
        expect_again(ask(in_it), added, when);
        expect_again(ask(standing), category_added, when);
    };
    ASSERT_EQ(house.put(path, event_body(R"(,"currency":"EUR")")).status, 200);
    expect_all("the event was changed");
    ASSERT_EQ(ask(of_it).status, 200);
    expect_all("its sale was paused");
    const auto category_path = standing.path + "/Caf%C3%A9";
    ASSERT_EQ(house.put(category_path, R"({"price":6,"total_stock":9})").status, 200);
    expect_all("its category was changed");
    ASSERT_EQ(house.post(path + "/sale", R"({"action":"open"})").status, 200);
    // The replay returns the event as it is now, still open.
    const auto again = ask(of_it);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.json, house.get(path).json);
    ASSERT_EQ(house.del(path).status, 204);
    expect_all("it was deleted");
    EXPECT_EQ(ask(of_it).code(), "NOT_FOUND");
    server.restart();
    expect_all("and a restart");
}

TEST_F(Keys, tell_a_reservation_that_was_extended_as_it_is_now) {
    const auto extended = ask(extension());
    Caller alice{server, "alice"};
    const auto confirmed = alice.post(held.header("location") + "/confirm");
    ASSERT_EQ(confirmed.status, 200);
    const auto again = ask(extension());
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.json, confirmed.json);
    EXPECT_EQ(again.text("expires_at"), extended.text("expires_at"));
    EXPECT_EQ(ask(extension(), extension().body, "another").code(), "ALREADY_CONFIRMED");
}

TEST_F(Keys, of_an_api_key_tell_it_once) {
    const auto made = ask(api_key());
    const auto secret = made.text("key");
    ASSERT_NE(secret, "");
    server.restart();
    const auto again = ask(api_key());
    EXPECT_FALSE(again.json.as_object().contains("key"));
    EXPECT_EQ(again.body.find(secret), std::string::npos);
    EXPECT_EQ(again.text("prefix"), made.text("prefix"));
    EXPECT_EQ(Caller(server, "").del(made.header("location")).status, 204);
    EXPECT_NE(ask(api_key()).text("revoked_at"), "");
    EXPECT_EQ(count(kApiKeys), 1);
}

TEST_F(Keys, take_a_table_of_the_same_seats_for_the_same_request) {
    const auto added = ask(seats());
    const Headers as_table{{"Idempotency-Key", "key"}, {"Content-Type", "text/csv"}};
    Caller house{server, ""};
    const auto table = [&](const std::string& text) {
        return house.post(seats().path, text, as_table);
    };
    expect_again(table("price,seat_number\r\n5,R-1\r\n5,R-2\r\n"), added, "table");
    EXPECT_EQ(table("seat_number,price\nR-1,5\nR-2,6\n").code(), "IDEMPOTENCY_KEY_REUSED");
}

}  // namespace
}  // namespace frontrow::test
