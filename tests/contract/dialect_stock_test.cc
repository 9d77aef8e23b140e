#include "at_once.h"
#include "identity/token.h"
#include "support/faulty_vfs.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// The dialect of clients who buy units of a category's stock.

namespace frontrow::test {
namespace {

using identity::Role;
using testing::StartsWith;

class StockDialect : public testing::Test {
protected:
    /// An event on sale with these categories, made through the dialect.
    std::string make_event(const std::vector<std::string>& categories) {
        const auto event = organizer.post("/events", R"({"name":"Show","date":"2027-01-31"})");
        EXPECT_EQ(event.status, 201) << event.body;
        for (const auto& category : categories) {
            const auto added =
                organizer.post("/events/" + event.text("Id") + "/ticket-category", category);
            EXPECT_EQ(added.status, 201) << added.body;
        }
        return event.text("Id");
    }
    static std::string vip(int stock) {
        return R"({"name":"VIP","price":5000,"total_stock":)" + std::to_string(stock) + "}";
    }
    static std::string
    wish(const std::string& event, int qty, const std::string& category = "vip") {
        return R"({"event_id":")" + event + R"(","category":")" + category + R"(","qty":)" +
               std::to_string(qty) + "}";
    }
    static std::string word(const HttpAnswer& reserved, bool is_paid) {
        return R"({"reservation_id":")" + reserved.text("ReservationId") + R"(","payment_ok":)" +
               (is_paid ? "true}" : "false}");
    }
    static void expect_error(const HttpAnswer& answer, unsigned status, std::string_view code) {
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(answer.text("Code"), code) << answer.body;
        EXPECT_EQ(answer.header("content-type"), "application/json");
        EXPECT_EQ(answer.text("TraceId"), answer.header("trace-id"));
        EXPECT_EQ(answer.json.as_object().size(), 3) << answer.body;
    }
    std::string left(const std::string& event) {
        return anyone.get("/events/" + event + "/availability").body;
    }

    TestServer server{TestServer::Options{.dialects = true}};
    Caller organizer{server, ""};
    Caller anyone{server, "somebody"};
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};
};

TEST_F(StockDialect, sells_units_from_the_new_event_to_the_booking) {
    server.set_auth({.jwt_secret = kJwtSecret});
    server.restart();
    auto client = server.connect();
    const auto as = [&](const std::string& sub, Role role) -> Headers {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = sub, .role = role}, server.clock.now(), std::chrono::hours{1}
        );
        return {{"Authorization", "Bearer " + token}};
    };
    const auto admin = as("root", Role::admin);
    const auto user = as("ursula", Role::user);
    const std::string body = R"({"name":"Show","date":"2027-01-31T19:00:00+09:00"})";
    expect_error(client.ask("POST", "/events", {}, body), 401, "UNAUTHENTICATED");
    expect_error(client.ask("POST", "/events", user, body), 403, "FORBIDDEN");
    const auto event = client.ask("POST", "/events", admin, body);
    ASSERT_EQ(event.status, 201) << event.body;
    EXPECT_EQ(event.text("Name"), "Show");
    EXPECT_EQ(event.text("Date"), "2027-01-31T10:00:00.000Z");
    const auto path = "/events/" + event.text("Id");
    expect_error(client.ask("POST", path + "/ticket-category", user, vip(3)), 403, "FORBIDDEN");
    const auto category = client.ask("POST", path + "/ticket-category", admin, vip(3));
    ASSERT_EQ(category.status, 201) << category.body;
    EXPECT_EQ(category.text("EventId"), event.text("Id"));
    EXPECT_EQ(category.text("Name"), "VIP");
    EXPECT_EQ(category.number("TotalStock"), 3);
    EXPECT_EQ(category.number("Price"), 5'000);
    EXPECT_EQ(client.ask("GET", path + "/availability").body, R"({"vip":3})");

    expect_error(
        client.ask("POST", "/reserve", {}, wish(event.text("Id"), 2)), 401, "UNAUTHENTICATED"
    );
    const auto reserved = client.ask("POST", "/reserve", user, wish(event.text("Id"), 2));
    ASSERT_EQ(reserved.status, 201) << reserved.body;
    EXPECT_EQ(reserved.text("EventId"), event.text("Id"));
    EXPECT_EQ(reserved.text("Category"), "VIP");
    EXPECT_EQ(reserved.number("Qty"), 2);
    EXPECT_EQ(reserved.text("Status"), "pending");
    EXPECT_EQ(reserved.text("ExpiresAt"), to_rfc3339(server.clock.now() + Millis{900'000}));
    EXPECT_EQ(client.ask("GET", path + "/availability").body, R"({"vip":1})");

    const auto out = client.ask("POST", "/reserve", user, wish(event.text("Id"), 2));
    expect_error(out, 409, "SOLD_OUT");
    EXPECT_EQ(out.text("Error"), "out of stock");

    const auto booked = client.ask("POST", "/confirm", user, word(reserved, true));
    EXPECT_EQ(booked.status, 200) << booked.body;
    EXPECT_NE(booked.text("BookingId"), "");
    EXPECT_EQ(booked.text("Status"), "confirmed");
    EXPECT_EQ(booked.number("Qty"), 2);
    EXPECT_EQ(client.ask("POST", "/confirm", user, word(reserved, true)).body, booked.body);
    EXPECT_EQ(client.ask("GET", path + "/availability").body, R"({"vip":1})");
    // It is too late for the payment to have failed.
    expect_error(
        client.ask("POST", "/confirm", user, word(reserved, false)), 409, "ALREADY_CONFIRMED"
    );
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(StockDialect, gives_the_stock_of_a_failed_payment_back) {
    const auto event = make_event({vip(2)});
    const auto reserved = alice.post("/reserve", wish(event, 2));
    ASSERT_EQ(reserved.status, 201) << reserved.body;
    EXPECT_EQ(left(event), R"({"vip":0})");
    for (int i = 0; i < 2; ++i)
        expect_error(alice.post("/confirm", word(reserved, false)), 402, "PAYMENT_DECLINED");
    EXPECT_EQ(left(event), R"({"vip":2})");
    expect_error(alice.post("/confirm", word(reserved, true)), 409, "ALREADY_CANCELLED");
    EXPECT_EQ(bob.post("/reserve", wish(event, 2)).status, 201);
}

TEST_F(StockDialect, lets_nobody_settle_anothers_reservation) {
    const auto event = make_event({vip(1)});
    const auto reserved = alice.post("/reserve", wish(event, 1));
    for (const bool is_paid : {true, false})
        expect_error(bob.post("/confirm", word(reserved, is_paid)), 404, "NOT_FOUND");
    EXPECT_EQ(left(event), R"({"vip":0})");
    EXPECT_EQ(alice.post("/confirm", word(reserved, true)).status, 200);
}

TEST_F(StockDialect, does_not_confirm_what_has_run_out) {
    const auto event = make_event({vip(1)});
    const auto reserved = alice.post("/reserve", wish(event, 1));
    server.clock.advance(Millis{900'000});
    EXPECT_EQ(left(event), R"({"vip":1})");
    for (const bool is_paid : {true, false})
        expect_error(alice.post("/confirm", word(reserved, is_paid)), 410, "HOLD_EXPIRED");
}

TEST_F(StockDialect, knows_a_category_by_its_name_in_any_case) {
    const auto event = make_event(
        {vip(3),
         R"({"name":"vip","price":1,"total_stock":7})",
         R"({"name":"Rang \"Ä\"","price":1,"total_stock":1})"}
    );
    EXPECT_EQ(left(event), "{\"vip\":3,\"rang \\\"Ä\\\"\":1}") << "the first of two names counts";
    EXPECT_EQ(alice.post("/reserve", wish(event, 1, "VIP")).text("Category"), "VIP");
    EXPECT_EQ(alice.post("/reserve", wish(event, 1, "Vip")).text("Category"), "VIP");
    EXPECT_EQ(alice.post("/reserve", wish(event, 1, "vip")).text("Category"), "vip") << "exactly";
    const auto unknown = alice.post("/reserve", wish(event, 1, "stalls"));
    expect_error(unknown, 404, "NOT_FOUND");
    EXPECT_EQ(unknown.text("Error"), "The event has no category stalls.");
}

TEST_F(StockDialect, takes_keys_and_repeats_nothing) {
    const auto event = make_event({vip(9)});
    const Headers key{{"Idempotency-Key", "k"}};
    const auto reserved = alice.post("/reserve", wish(event, 2), key);
    const auto again = alice.post("/reserve", wish(event, 2, "VIP"), key);
    EXPECT_EQ(again.body, reserved.body);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    expect_error(alice.post("/reserve", wish(event, 1), key), 422, "IDEMPOTENCY_KEY_REUSED");
    EXPECT_EQ(left(event), R"({"vip":7})");
    // Without a key each request is another one.
    EXPECT_NE(
        alice.post("/reserve", wish(event, 1)).body, alice.post("/reserve", wish(event, 1)).body
    );
    const std::string body = R"({"name":"Show","date":"2027-01-31"})";
    EXPECT_EQ(organizer.post("/events", body, key).body, organizer.post("/events", body, key).body);
}

TEST_F(StockDialect, sells_on_a_day_until_it_is_over_and_for_a_time_until_it_comes) {
    const auto event_on = [&](const std::string& date) {
        const auto event = organizer.post("/events", R"({"name":"n","date":")" + date + "\"}");
        EXPECT_EQ(event.status, 201) << event.body;
        organizer.post("/events/" + event.text("Id") + "/ticket-category", vip(9));
        return event.text("Id");
    };
    const auto day = event_on("2026-11-22");
    const auto time = event_on("2026-11-22T00:00:00Z");
    server.clock.set(*parse_rfc3339("2026-11-22T00:00:00Z"));
    EXPECT_EQ(alice.post("/reserve", wish(day, 1)).status, 201);
    expect_error(alice.post("/reserve", wish(time, 1)), 409, "SALES_CLOSED");
    server.clock.set(*parse_rfc3339("2026-11-23T00:00:00Z"));
    expect_error(alice.post("/reserve", wish(day, 1)), 409, "SALES_CLOSED");
}

TEST_F(StockDialect, says_what_is_wrong_with_a_body) {
    const auto event = make_event({vip(9)});
    const struct {
        const char* path;
        std::string body;
        const char* message;
    } rows[] = {
        {"/events", "{}", "The field name is required."},
        {"/events", R"({"name":"n","date":"tomorrow"})", "The field date must be"},
        {"/events", R"({"name":"n","date":"2027-02-30"})", "The field date must be a day"},
        {"/events", R"({"name":"n","date":"9999-12-31T23:59:59Z"})", "The field date must be a day"
        },
        {"/events", R"({"name":" ","date":"2027-01-31"})", "The field name must"},
        {"/reserve", "[]", "The body must be a JSON object."},
        {"/reserve", wish("7", 1), "The field event_id must be a UUID."},
        {"/reserve", wish(event, 0), "The field qty must"},
        {"/reserve", wish(event, 1, ""), "The field category must"},
        {"/confirm", "{}", "The field reservation_id is required."},
        {"/confirm", R"({"reservation_id":")" + event + "\"}", "The field payment_ok is required."},
        {"/confirm",
         R"({"reservation_id":")" + event + R"(","payment_ok":"yes"})",
         "The field payment_ok must"},
    };
    for (const auto& row : rows) {
        const auto answer = organizer.post(row.path, row.body, {{"X-User-ID", "alice"}});
        const auto asked =
            std::string_view{row.path} == "/events" ? organizer.post(row.path, row.body) : answer;
        expect_error(asked, 400, "INVALID_REQUEST");
        EXPECT_THAT(asked.text("Error"), StartsWith(row.message)) << row.body;
    }
    const auto category = "/events/" + event + "/ticket-category";
    expect_error(organizer.post(category, R"({"name":"a","price":1})"), 400, "INVALID_REQUEST");
    expect_error(organizer.post(category, vip(1)), 409, "DUPLICATE_CATEGORY");
    expect_error(organizer.post("/events/7/ticket-category", vip(1)), 400, "INVALID_REQUEST");
    expect_error(alice.post("/reserve", wish(event, 101)), 422, "TOO_MANY_SEATS");
    const auto nowhere = "018f7c2e-0a10-7000-8000-00000000000f";
    expect_error(alice.post("/reserve", wish(nowhere, 1)), 404, "NOT_FOUND");
    expect_error(alice.get("/events/" + std::string{nowhere} + "/availability"), 404, "NOT_FOUND");
}

TEST_F(StockDialect, sells_one_unit_to_one_of_a_hundred_buyers) {
    const auto event = make_event({vip(1)});
    std::vector<Shot> shots;
    for (int i = 0; i < 100; ++i)
        shots.push_back(
            {server.connect(),
             HttpClient::request_text(
                 "POST", "/reserve", {{"X-User-ID", "buyer-" + std::to_string(i)}}, wish(event, 1)
             )}
        );
    fire(shots);
    int winners = 0;
    for (const auto& shot : shots) {
        if (shot.answer.status == 201) {
            ++winners;
            continue;
        }
        expect_error(shot.answer, 409, "SOLD_OUT");
        EXPECT_EQ(shot.answer.text("Error"), "out of stock");
    }
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(left(event), R"({"vip":0})");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST(StockDialectWhenFull, answers_429_and_when_to_come_back) {
    FaultyVfs disk;
    TestServer server{TestServer::Options{.faulty_disk = &disk, .waiting_max = 1, .dialects = true}
    };
    Caller organizer{server, ""};
    const std::string body = R"({"name":"Show","date":"2027-01-31"})";
    ASSERT_EQ(organizer.post("/events", body).status, 201);
    disk.hold_syncs();
    auto waiting = server.connect();
    waiting.send(HttpClient::request_text("POST", "/events", {}, body));
    disk.wait_for_held_sync();
    const auto refused = organizer.post("/events", body);
    EXPECT_EQ(refused.status, 429) << refused.body;
    EXPECT_EQ(refused.text("Code"), "OVERLOADED");
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(organizer.post("/api/v1/events", event_body()).status, 503) << "our own answer";
    disk.release_syncs();
    EXPECT_EQ(waiting.receive().status, 201);
}

}  // namespace
}  // namespace frontrow::test
