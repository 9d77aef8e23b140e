#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

// Every exchange through a Caller is also checked against api/openapi.yaml.

namespace frontrow::test {
namespace {

namespace json = boost::json;

constexpr auto kEvents = "/api/v1/events";
constexpr auto kNobody = "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001";

TEST(Events, are_created_with_their_defaults_and_found_again) {
    TestServer server;
    Caller organizer{server, ""};
    const auto created = organizer.post(kEvents, event_body());
    ASSERT_EQ(created.status, 201);
    EXPECT_EQ(created.header("location"), std::string{kEvents} + "/" + created.text("id"));
    EXPECT_EQ(created.header("etag"), "\"v1-open\"");
    EXPECT_EQ(created.number("hold_seconds"), 900);
    EXPECT_EQ(created.number("max_seats_per_reservation"), 10);
    EXPECT_EQ(created.text("currency"), "JPY");
    EXPECT_EQ(created.number("currency_exponent"), 0);
    EXPECT_EQ(created.text("payment"), "none");
    EXPECT_EQ(created.text("sale_state"), "open");
    EXPECT_EQ(created.text("best_seats"), "balanced");
    for (const auto* absent : {"sales_end_at", "stage", "focal_point", "gates", "asks"})
        EXPECT_FALSE(created.json.as_object().contains(absent)) << absent;
    EXPECT_EQ(created.text("created_at"), created.text("updated_at"));
    const auto found = organizer.get(created.header("location"));
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(found.json, created.json);
    EXPECT_EQ(found.header("etag"), "\"v1-open\"");
}

TEST(Events, keep_every_field_and_take_times_with_any_offset) {
    TestServer server;
    Caller organizer{server, ""};
    const auto created = organizer.post(
        kEvents,
        R"({"name":"夜 \"A\"","description":"line\nline","venue":"Hall","start_at":"2027-01-01T19:00:00+09:00",
            "end_at":"2027-01-01T21:00:00.5+09:00","total_seats":5,"sales_start_at":"2026-12-01T00:00:00Z",
            "sales_end_at":"2027-01-01T21:00:00.5+09:00","hold_seconds":60,
            "max_seats_per_reservation":4,"max_seats_per_user":6,"currency":"EUR","payment":"required","ignored":true,
            "stage":{"x":-5,"y":-2.5,"width":10,"height":2.25},"focal_point":{"x":0,"y":1},"best_seats":"middle",
            "gates":[{"name":"West","sections":["Stalls"]},{"name":"East","sections":[],"categories":["Standing"]}],
            "asks":{"holder_name":true,"questions":[{"label":"Diet"},{"label":"Size","required":true}],"terms":"https://hall.example/terms"}})"
    );
    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.text("name"), "夜 \"A\"");
    EXPECT_EQ(created.text("description"), "line\nline");
    EXPECT_EQ(created.text("start_at"), "2027-01-01T10:00:00.000Z");
    EXPECT_EQ(created.text("end_at"), "2027-01-01T12:00:00.500Z");
    EXPECT_EQ(created.text("sales_start_at"), "2026-12-01T00:00:00.000Z");
    EXPECT_EQ(created.text("sales_end_at"), "2027-01-01T12:00:00.500Z");
    EXPECT_EQ(created.number("max_seats_per_user"), 6);
    EXPECT_EQ(created.text("payment"), "required");
    const json::object stage{{"x", -5}, {"y", -2.5}, {"width", 10}, {"height", 2.25}};
    EXPECT_EQ(created.json.at("stage"), stage);
    EXPECT_EQ(created.json.at("focal_point"), (json::object{{"x", 0}, {"y", 1}}));
    EXPECT_EQ(created.text("best_seats"), "middle");
    const json::array gates{
        json::object{{"name", "West"}, {"sections", json::array{"Stalls"}}},
        json::object{{"name", "East"}, {"categories", json::array{"Standing"}}}
    };
    EXPECT_EQ(created.json.at("gates"), gates);
    const json::object asks{
        {"holder_name", true},
        {"questions",
         json::array{
             json::object{{"label", "Diet"}}, json::object{{"label", "Size"}, {"required", true}}
         }},
        {"terms", "https://hall.example/terms"}
    };
    EXPECT_EQ(created.json.at("asks"), asks);
    EXPECT_FALSE(created.json.as_object().contains("created_by"));
    server.restart();
    EXPECT_EQ(Caller(server, "").get(created.header("location")).json, created.json);
}

TEST(Events, say_whether_they_are_on_sale) {
    TestServer server;
    Caller organizer{server, ""};
    const auto path = organizer
                          .post(
                              kEvents,
                              event_body(R"(,"sales_start_at":"2026-12-01T00:00:00Z")"
                                         R"(,"sales_end_at":"2027-01-01T11:00:00Z")")
                          )
                          .header("location");
    const auto plain = organizer.post(kEvents, event_body()).header("location");
    const auto states = [&] {
        std::string in_list;
        for (const auto& event : organizer.get(kEvents).json.as_array())
            in_list += event.at("sale_state").as_string().c_str() + std::string{" "};
        const auto alone = organizer.get(plain).text("sale_state") + " " +
                           organizer.get(path).text("sale_state") + " ";
        // Both events start at the same time, so the newest comes first.
        EXPECT_EQ(in_list, alone);
        return alone;
    };
    const struct {
        const char* at;
        const char* states;
    } rows[] = {
        {"2026-11-30T23:59:59.999Z", "open upcoming "},
        {"2026-12-01T00:00:00Z", "open open "},
        {"2027-01-01T09:59:59.999Z", "open open "},
        {"2027-01-01T10:00:00Z", "ended open "},
        {"2027-01-01T10:59:59.999Z", "ended open "},
        {"2027-01-01T11:00:00Z", "ended ended "},
    };
    for (const auto& row : rows) {
        server.clock.set(*parse_rfc3339(row.at));
        EXPECT_EQ(states(), row.states) << row.at;
    }
    // Only time changed the states: the version is still 1.
    EXPECT_EQ(organizer.get(path).header("etag"), "\"v1-ended\"");
    const auto reopened =
        organizer.put(path, event_body(R"(,"sales_end_at":"2027-01-01T12:00:00Z")"));
    ASSERT_EQ(reopened.status, 200) << reopened.body;
    EXPECT_EQ(reopened.text("sale_state"), "open");
    EXPECT_EQ(reopened.text("sales_end_at"), "2027-01-01T12:00:00.000Z");
    const auto put_off = organizer.put(
        path,
        event_body(
            R"(,"sales_start_at":"2027-01-01T11:30:00Z","sales_end_at":"2027-01-01T12:00:00Z")"
        )
    );
    EXPECT_EQ(put_off.text("sale_state"), "upcoming") << put_off.body;
    // A PUT without the field removes it.
    const auto ended = organizer.put(path, event_body());
    EXPECT_EQ(ended.text("sale_state"), "ended");
    EXPECT_FALSE(ended.json.as_object().contains("sales_end_at"));
    server.restart();
    EXPECT_EQ(Caller(server, "").get(path).text("sale_state"), "ended");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST(Events, say_how_many_decimals_their_currency_has) {
    TestServer server;
    Caller organizer{server, ""};
    std::string path;
    for (const auto& [currency, decimals] :
         {std::pair{"JPY", 0}, {"EUR", 2}, {"KWD", 3}, {"CLF", 4}}) {
        const auto body = event_body(R"(,"currency":")" + std::string{currency} + "\"");
        const auto told = path.empty() ? organizer.post(kEvents, body) : organizer.put(path, body);
        EXPECT_EQ(told.text("currency"), currency);
        EXPECT_EQ(told.number("currency_exponent"), decimals) << currency;
        if (path.empty()) path = told.header("location");
        const auto list = organizer.get(kEvents).json;
        EXPECT_EQ(list.at(0).at("currency_exponent").as_int64(), decimals) << currency;
        EXPECT_EQ(organizer.get(path).number("currency_exponent"), decimals) << currency;
    }
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

TEST(Events, whose_sale_name_or_currency_cannot_be_are_refused_by_the_field) {
    TestServer server;
    Caller organizer{server, ""};
    const auto path = organizer.post(kEvents, event_body()).header("location");
    const std::string times =
        R"("start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T12:00:00Z")";
    const std::string sale = R"({"name":"x","total_seats":1,)" + times;
    const struct {
        std::string body;
        std::string field;
    } rows[] = {
        {sale + R"(,"sales_start_at":"2027-01-01T10:00:00Z"})", "sales_start_at"},
        {sale +
             R"(,"sales_start_at":"2026-12-02T00:00:00Z","sales_end_at":"2026-12-02T00:00:00Z"})",
         "sales_start_at"},
        {sale + R"(,"sales_end_at":"2027-01-01T12:00:00.001Z"})", "sales_end_at"},
        {sale + R"(,"sales_end_at":"tomorrow"})", "sales_end_at"},
        {sale + R"(,"sales_end_at":1798797600})", "sales_end_at"},
        {sale + R"(,"currency":"XYZ"})", "currency"},
        {sale + R"(,"currency":"XAU"})", "currency"},
        {sale + R"(,"currency":"eur"})", "currency"},
        {R"({"name":" \u3000\u200b","total_seats":1,)" + times + "}", "name"},
        {R"({"name":"\u2800","total_seats":1,)" + times + "}", "name"},
    };
    for (const auto& row : rows) {
        for (const auto& answer :
             {organizer.post(kEvents, row.body), organizer.put(path, row.body)}) {
            ASSERT_EQ(answer.code(), "INVALID_REQUEST") << row.body;
            ASSERT_EQ(answer.json.at("errors").as_array().size(), 1) << answer.body;
            EXPECT_EQ(answer.json.at("errors").at(0).at("field").as_string(), row.field)
                << answer.body;
        }
    }
    EXPECT_EQ(organizer.get(path).header("etag"), "\"v1-open\"");
    EXPECT_EQ(organizer.get(kEvents).json.as_array().size(), 1);
}

TEST(Events, change_as_a_whole_and_only_from_the_version_that_was_seen) {
    TestServer server;
    Caller organizer{server, ""};
    const auto created = organizer.post(kEvents, event_body(R"(,"venue":"Old Hall")"));
    const auto path = created.header("location");
    server.clock.advance(Millis{1'000});
    const auto changed = organizer.put(path, event_body(), {{"If-Match", "\"v1-open\""}});
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.header("etag"), "\"v2-open\"");
    EXPECT_EQ(changed.text("venue"), "");
    EXPECT_EQ(changed.text("created_at"), created.text("created_at"));
    EXPECT_NE(changed.text("updated_at"), created.text("updated_at"));
    EXPECT_EQ(
        organizer.put(path, event_body(), {{"If-Match", "\"v1-open\""}}).code(),
        "PRECONDITION_FAILED"
    );
    EXPECT_EQ(organizer.put(path, event_body(), {{"If-Match", "nonsense"}}).status, 412);
    EXPECT_EQ(organizer.put(path, event_body(), {{"If-Match", "*"}}).status, 200);
    EXPECT_EQ(organizer.put(path, event_body()).status, 200);
    EXPECT_EQ(organizer.put(path, R"({"name":"x"})").status, 400);
    EXPECT_EQ(organizer.put(kNobody, event_body()).status, 404);
    EXPECT_EQ(organizer.del(path, {{"If-Match", "\"v1-open\""}}).status, 412);
}

TEST(Events, are_not_sent_again_to_who_has_them_until_something_changes) {
    TestServer server;
    Caller organizer{server, ""};
    const auto made = organizer.post(
        kEvents,
        event_body(
            R"(,"sales_start_at":"2026-12-01T00:00:00Z","sales_end_at":"2027-01-01T11:00:00Z")"
        )
    );
    const auto path = made.header("location");
    EXPECT_EQ(organizer.get(path).header("cache-control"), "no-cache");
    auto known = made.header("etag");
    EXPECT_EQ(known, "\"v1-upcoming\"");
    const auto expect_known = [&](const std::string& names) {
        for (int round = 0; round < 2; ++round) {
            const auto answer = organizer.get(path, {{"If-None-Match", names}});
            EXPECT_EQ(answer.status, 304) << names;
            EXPECT_EQ(answer.body, "") << names;
            EXPECT_EQ(answer.header("etag"), known) << names;
            EXPECT_EQ(answer.header("cache-control"), "no-cache") << names;
        }
    };
    const auto expect_news = [&](const std::string& about) {
        const auto answer = organizer.get(path, {{"If-None-Match", known}});
        EXPECT_EQ(answer.status, 200) << about;
        EXPECT_EQ(answer.json, organizer.get(path).json) << about;
        EXPECT_NE(answer.header("etag"), known) << about;
        known = answer.header("etag");
        expect_known(known);
    };
    expect_known(known);
    expect_known("\"v9-open\", W/" + known);
    expect_known("\"v1-upcoming-gzip\"");
    expect_known("*");
    server.clock.set(*parse_rfc3339("2026-12-01T00:00:00Z"));
    expect_news("the sale has begun by the clock");
    ASSERT_EQ(organizer.post(path + "/sale", R"({"action":"pause"})").status, 200);
    expect_news("it is paused");
    server.clock.set(*parse_rfc3339("2027-01-01T11:00:00Z"));
    expect_news("it has ended by the clock");
    ASSERT_EQ(organizer.put(path, event_body()).status, 200);
    expect_news("the event is another");
    server.restart();
    const auto after = Caller(server, "").get(path, {{"If-None-Match", known}});
    EXPECT_EQ(after.status, 304) << "after a restart";
    // If-None-Match counts only for reads.
    const Headers any{{"If-None-Match", "*"}};
    EXPECT_EQ(Caller(server, "").put(path, event_body(), any).status, 200);
    EXPECT_EQ(Caller(server, "").get(kNobody, any).status, 404);
}

TEST(Events, change_from_a_tag_that_was_told_before_the_sale_began_or_ended) {
    TestServer server;
    Caller organizer{server, ""};
    const auto body = event_body(R"(,"sales_start_at":"2026-12-01T00:00:00Z")");
    const auto path = organizer.post(kEvents, body).header("location");
    for (const auto* later : {"2026-12-01T00:00:00Z", "2027-01-01T10:00:00Z"}) {
        const auto told = organizer.get(path).header("etag");
        server.clock.set(*parse_rfc3339(later));
        ASSERT_NE(organizer.get(path).header("etag"), told);
        EXPECT_EQ(organizer.put(path, body, {{"If-Match", told}}).status, 200) << told;
        EXPECT_EQ(organizer.put(path, body, {{"If-Match", told}}).status, 412) << told;
    }
}

TEST(Events, change_from_any_of_the_versions_that_are_listed_as_they_were_told) {
    TestServer server;
    Caller organizer{server, ""};
    const auto path = organizer.post(kEvents, event_body()).header("location");
    for (int version = 1; version < 12; ++version)
        ASSERT_EQ(organizer.put(path, event_body()).status, 200);
    // The event's version is 12.
    const std::string action = R"({"action":"open"})";
    for (const auto* right :
         {"\"v12-open\"",
          "\"v12-upcoming\"",
          "W/\"v12-open\"",
          "\"v12-open-gzip\"",
          "W/\"v12-open-br\"",
          "\"v1-open\", \"v12-open\"",
          "\"v12-open\",\"v13-open\"",
          " ,\"another's\" ,\tW/\"v12-ended\" , nonsense",
          "*"}) {
        const auto answer = organizer.post(path + "/sale", action, {{"If-Match", right}});
        EXPECT_EQ(answer.status, 200) << right;
        EXPECT_EQ(answer.header("etag"), "\"v12-open\"") << right;
    }
    const auto expect_stale = [&](const std::string& wrong) {
        const Headers headers{{"If-Match", wrong}};
        EXPECT_EQ(organizer.put(path, event_body(), headers).code(), "PRECONDITION_FAILED")
            << wrong;
        EXPECT_EQ(organizer.post(path + "/sale", action, headers).status, 412) << wrong;
        EXPECT_EQ(organizer.del(path, headers).status, 412) << wrong;
    };
    for (const auto* wrong :
         {"\"v1-open\"",
          "\"v2-open\"",
          "\"v112-open\"",
          "\"v012-open\"",
          "\"v+12-open\"",
          "\"v12\"",
          "\"V12-open\"",
          "\"v12-Open\"",
          "\"v12-closed\"",
          "\"v12-open-gz\"",
          "\"v12-open-gzip-gzip\"",
          "\" v12-open\"",
          "\"v12-open \"",
          "\"v4294967308-open\"",
          "v12-open",
          "w/\"v12-open\"",
          "\"v12-open",
          "\"v12-open\"x",
          "\"v1-open\", \"v11-open\"",
          "\"v1-open,\"v12-open\"",
          "\"*\"",
          "*, *",
          ",",
          "",
          " ",
          "\t",
          "12"})
        expect_stale(wrong);
}

/// If only the last line counted, the first condition would be ignored.
TEST(Events, do_not_change_under_a_condition_of_two_header_lines) {
    TestServer server;
    const auto path = Caller(server, "").post(kEvents, event_body()).header("location");
    for (const std::string name : {"If-Match", "If-None-Match"}) {
        const Headers twice{{name, "\"v9-open\""}, {name, "\"v1-open\""}};
        const auto answer = Caller(server, "").put(path, event_body(), twice);
        EXPECT_EQ(answer.status, 400) << answer.body;
        EXPECT_EQ(answer.text("message"), "The field " + name + " must be given only once.");
    }
    EXPECT_EQ(Caller(server, "").get(path).header("etag"), "\"v1-open\"");
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
