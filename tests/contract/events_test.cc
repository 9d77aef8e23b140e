#include "support/test_server.h"

#include <gtest/gtest.h>

// Every exchange made through a Caller is held against api/openapi.yaml besides what is expected
// here.

namespace frontrow::test {
namespace {

constexpr auto kEvents = "/api/v1/events";
constexpr auto kNobody = "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001";

TEST(Events, are_created_with_their_defaults_and_found_again) {
    TestServer server;
    Caller organizer{server, ""};
    const auto created = organizer.post(kEvents, event_body());
    ASSERT_EQ(created.status, 201);
    EXPECT_EQ(created.header("location"), std::string{kEvents} + "/" + created.text("id"));
    EXPECT_EQ(created.header("etag"), "\"v1\"");
    EXPECT_EQ(created.number("hold_seconds"), 900);
    EXPECT_EQ(created.number("max_seats_per_reservation"), 10);
    EXPECT_EQ(created.text("currency"), "JPY");
    EXPECT_EQ(created.text("payment"), "none");
    EXPECT_EQ(created.text("created_at"), created.text("updated_at"));
    const auto found = organizer.get(created.header("location"));
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(found.json, created.json);
    EXPECT_EQ(found.header("etag"), "\"v1\"");
}

TEST(Events, keep_every_field_and_take_times_with_any_offset) {
    TestServer server;
    Caller organizer{server, ""};
    const auto created = organizer.post(
        kEvents,
        R"({"name":"夜 \"A\"","description":"line\nline","venue":"Hall","start_at":"2027-01-01T19:00:00+09:00",
            "end_at":"2027-01-01T21:00:00.5+09:00","total_seats":5,"sales_start_at":"2026-12-01T00:00:00Z","hold_seconds":60,
            "max_seats_per_reservation":4,"max_seats_per_user":6,"currency":"EUR","payment":"required","ignored":true})"
    );
    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.text("name"), "夜 \"A\"");
    EXPECT_EQ(created.text("description"), "line\nline");
    EXPECT_EQ(created.text("start_at"), "2027-01-01T10:00:00.000Z");
    EXPECT_EQ(created.text("end_at"), "2027-01-01T12:00:00.500Z");
    EXPECT_EQ(created.text("sales_start_at"), "2026-12-01T00:00:00.000Z");
    EXPECT_EQ(created.number("max_seats_per_user"), 6);
    EXPECT_EQ(created.text("payment"), "required");
    EXPECT_FALSE(created.json.as_object().contains("created_by"));
    server.restart();
    EXPECT_EQ(Caller(server, "").get(created.header("location")).json, created.json);
}

TEST(Events, are_listed_latest_start_first_by_pages) {
    TestServer server;
    Caller organizer{server, ""};
    for (const auto* day : {"02", "04", "01", "03"}) {
        const std::string date = std::string{"2027-02-"} + day;
        const auto body = R"({"name":")" + std::string{day} + R"(","start_at":")" + date +
                          R"(T10:00:00Z","end_at":")" + date + R"(T11:00:00Z","total_seats":1})";
        ASSERT_EQ(organizer.post(kEvents, body).status, 201);
    }
    const auto names = [&](const std::string& query) {
        std::string out;
        for (const auto& event : organizer.get(kEvents + query).json.as_array())
            out += event.at("name").as_string().c_str();
        return out;
    };
    EXPECT_EQ(names(""), "04030201");
    EXPECT_EQ(names("?limit=2"), "0403");
    EXPECT_EQ(names("?limit=2&offset=1"), "0302");
    EXPECT_EQ(names("?offset=4"), "");
    for (const auto* wrong :
         {"?limit=0",
          "?limit=101",
          "?limit=x",
          "?limit=-1",
          "?offset=-1",
          "?limit=99999999999999999999",
          "?limit="}) {
        const auto answer = organizer.get(std::string{kEvents} + wrong);
        EXPECT_EQ(answer.status, 400) << wrong;
        EXPECT_EQ(answer.code(), "INVALID_REQUEST");
    }
}

TEST(Events, tell_every_wrong_field_at_once) {
    TestServer server;
    Caller organizer{server, ""};
    const auto answer = organizer.post(
        kEvents,
        R"({"name":"","start_at":"tomorrow","end_at":5,"total_seats":0,"hold_seconds":3601,"currency":"yen","payment":"later"})"
    );
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "INVALID_REQUEST");
    std::set<std::string> fields;
    for (const auto& error : answer.json.at("errors").as_array())
        fields.emplace(error.at("field").as_string());
    EXPECT_EQ(
        fields,
        (std::set<std::string>{
            "name", "start_at", "end_at", "total_seats", "hold_seconds", "currency", "payment"
        })
    );
    const auto backwards = organizer.post(
        kEvents,
        R"({"name":"x","start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T10:00:00Z","total_seats":1})"
    );
    EXPECT_EQ(backwards.status, 400);
    EXPECT_EQ(backwards.json.at("errors").at(0).at("field").as_string(), "end_at");
}

TEST(Events, change_as_a_whole_and_only_from_the_version_that_was_seen) {
    TestServer server;
    Caller organizer{server, ""};
    const auto created = organizer.post(kEvents, event_body(R"(,"venue":"Old Hall")"));
    const auto path = created.header("location");
    server.clock.advance(Millis{1'000});
    const auto changed = organizer.put(path, event_body(), {{"If-Match", "\"v1\""}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.header("etag"), "\"v2\"");
    EXPECT_EQ(changed.text("venue"), "");
    EXPECT_EQ(changed.text("created_at"), created.text("created_at"));
    EXPECT_NE(changed.text("updated_at"), created.text("updated_at"));
    EXPECT_EQ(
        organizer.put(path, event_body(), {{"If-Match", "\"v1\""}}).code(), "PRECONDITION_FAILED"
    );
    EXPECT_EQ(organizer.put(path, event_body(), {{"If-Match", "nonsense"}}).status, 412);
    EXPECT_EQ(organizer.put(path, event_body(), {{"If-Match", "*"}}).status, 200);
    EXPECT_EQ(organizer.put(path, event_body()).status, 200);
    EXPECT_EQ(organizer.put(path, R"({"name":"x"})").status, 400);
    EXPECT_EQ(organizer.put(kNobody, event_body()).status, 404);
    EXPECT_EQ(organizer.del(path, {{"If-Match", "\"v1\""}}).status, 412);
}

TEST(Events, with_sales_keep_their_terms_and_cannot_be_deleted) {
    TestServer server;
    const auto venue = make_venue(server, 2);
    const auto path = std::string{kEvents} + "/" + venue.event;
    Caller organizer{server, ""};
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, {venue.seats[0]}, "k");
    ASSERT_EQ(held.status, 201);
    EXPECT_EQ(organizer.del(path).code(), "EVENT_HAS_SALES");
    EXPECT_EQ(organizer.put(path, event_body(R"(,"currency":"EUR")")).code(), "EVENT_HAS_SALES");
    EXPECT_EQ(
        organizer.put(path, event_body(R"(,"payment":"required")")).code(), "EVENT_HAS_SALES"
    );
    EXPECT_EQ(organizer.put(path, event_body(R"(,"venue":"Bigger Hall")")).status, 200);
    ASSERT_EQ(alice.post("/api/v1/reservations/" + held.text("id") + "/cancel").status, 200);
    EXPECT_EQ(organizer.del(path).status, 204);
    EXPECT_EQ(organizer.del(path).status, 404);
    EXPECT_EQ(organizer.get(path).status, 404);
    EXPECT_EQ(organizer.get("/api/v1/seats/" + venue.seats[0]).status, 404);
    EXPECT_EQ(alice.get("/api/v1/reservations/" + held.text("id")).text("status"), "cancelled");
}

TEST(Events, that_are_not_there_are_404_and_ids_that_are_none_400) {
    TestServer server;
    Caller organizer{server, ""};
    EXPECT_EQ(organizer.get(kNobody).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.del(kNobody).status, 404);
    EXPECT_EQ(organizer.get("/api/v1/events/42").code(), "INVALID_REQUEST");
    EXPECT_EQ(organizer.del("/api/v1/events/42").status, 400);
    EXPECT_EQ(organizer.put("/api/v1/events/42", event_body()).status, 400);
}

}  // namespace
}  // namespace frontrow::test
