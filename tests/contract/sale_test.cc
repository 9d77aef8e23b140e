#include "support/test_server.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

// What an organiser can do to a sale, and what buyers see meanwhile.

namespace frontrow::test {
namespace {

class ChangedSale : public testing::Test {
protected:
    HttpAnswer change(const std::string& action, Headers headers = {}) {
        return organizer.post(sale, R"({"action":")" + action + R"("})", std::move(headers));
    }
    /// The state that every caller sees.
    std::string state() { return alice.get(event).text("sale_state"); }
    HttpAnswer reserve(std::size_t seat, const std::string& key) {
        return alice.reserve(venue.event, {venue.seats[seat]}, key);
    }
    HttpAnswer extend(const HttpAnswer& held) {
        return alice.post(held.header("location") + "/extend", R"({"seconds":1})");
    }
    std::int64_t newest_fact() {
        const auto text = alice.get("/metrics").body;
        const std::string name = "\njournal_last_seq ";
        return std::stoll(text.substr(text.find(name) + name.size()));
    }
    void restart() {
        server.restart();
        organizer = Caller{server, ""};
        alice = Caller{server, "alice"};
    }

    TestServer server;
    Venue venue = make_venue(server, 5);
    std::string event = "/api/v1/events/" + venue.event;
    std::string sale = event + "/sale";
    Caller organizer{server, ""};
    Caller alice{server, "alice"};
};

TEST_F(ChangedSale, that_is_paused_refuses_new_claims_and_lets_those_that_are_there_end) {
    const auto to_confirm = reserve(0, "0");
    const auto to_cancel = reserve(1, "1");
    const auto to_extend = reserve(2, "2");
    ASSERT_EQ(to_extend.status, 201);
    server.clock.advance(Millis{1'000});
    const auto paused = change("pause");
    ASSERT_EQ(paused.status, 200) << paused.body;
    EXPECT_EQ(paused.text("sale_state"), "paused");
    EXPECT_EQ(paused.header("etag"), "\"v2-paused\"");
    EXPECT_NE(paused.text("updated_at"), paused.text("created_at"));
    EXPECT_EQ(alice.get(event).json, paused.json);

    for (int round = 0; round < 2; ++round) {
        const auto refused = reserve(3, "3");
        EXPECT_EQ(refused.status, 409);
        EXPECT_EQ(refused.code(), "SALES_PAUSED");
        EXPECT_EQ(extend(to_extend).code(), "SALES_PAUSED");
        EXPECT_EQ(reserve(2, "2").body, as_replayed(to_extend.body))
            << "what was answered is answered again";
        restart();
        EXPECT_EQ(state(), "paused") << "and after a restart";
    }
    EXPECT_EQ(alice.post(to_confirm.header("location") + "/confirm").text("status"), "confirmed");
    EXPECT_EQ(alice.post(to_cancel.header("location") + "/cancel").text("status"), "cancelled");
    EXPECT_EQ(alice.get(event + "/seats/available/count").number("count"), 3);

    const auto opened = change("open");
    EXPECT_EQ(opened.text("sale_state"), "open");
    EXPECT_EQ(opened.header("etag"), "\"v3-open\"");
    EXPECT_EQ(reserve(3, "3").status, 201) << "the refusal wasn't remembered";
    EXPECT_EQ(extend(to_extend).status, 200);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(ChangedSale, that_is_paused_ends_holds_at_their_time) {
    const auto held = reserve(0, "0");
    ASSERT_EQ(change("pause").status, 200);
    server.clock.advance(Millis{900'000});
    EXPECT_EQ(alice.get(held.header("location")).text("status"), "expired");
    EXPECT_EQ(extend(held).code(), "HOLD_EXPIRED");
    EXPECT_EQ(alice.post(held.header("location") + "/confirm").code(), "HOLD_EXPIRED");
    EXPECT_EQ(alice.get(event + "/seats/available/count").number("count"), 5);
}

TEST_F(ChangedSale, that_is_ended_stays_so_for_good) {
    const auto to_confirm = reserve(0, "0");
    const auto to_cancel = reserve(1, "1");
    ASSERT_EQ(change("pause").status, 200);
    const auto ended = change("end");
    ASSERT_EQ(ended.status, 200) << ended.body;
    EXPECT_EQ(ended.text("sale_state"), "ended");
    for (int round = 0; round < 2; ++round) {
        for (const auto* action : {"open", "pause"}) {
            const auto refused = change(action);
            EXPECT_EQ(refused.status, 409) << action;
            EXPECT_EQ(refused.code(), "SALES_CLOSED") << action;
        }
        EXPECT_EQ(change("end").json, ended.json);
        EXPECT_EQ(reserve(2, "2").code(), "SALES_CLOSED");
        EXPECT_EQ(extend(to_confirm).code(), "SALES_CLOSED");
        restart();
        EXPECT_EQ(state(), "ended") << "and after a restart";
    }
    const auto later = organizer.put(
        event, event_body(R"(,"sales_start_at":"2026-11-01T00:00:00Z","venue":"Bigger Hall")")
    );
    EXPECT_EQ(later.status, 200);
    EXPECT_EQ(later.text("sale_state"), "ended") << "no change of the event opens it again";
    EXPECT_EQ(alice.post(to_confirm.header("location") + "/confirm").text("status"), "confirmed");
    EXPECT_EQ(alice.post(to_cancel.header("location") + "/cancel").text("status"), "cancelled");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(ChangedSale, is_changed_once_however_often_it_is_told) {
    EXPECT_EQ(change("open").header("etag"), "\"v1-open\"") << "it was open";
    std::string version = "\"v1-open\"";
    for (const auto* action : {"pause", "open", "end"}) {
        const auto first = change(action);
        ASSERT_EQ(first.status, 200) << first.body;
        EXPECT_NE(first.header("etag"), version) << action;
        version = first.header("etag");
        const auto newest = newest_fact();
        server.clock.advance(Millis{60'000});
        const auto again = change(action);
        EXPECT_EQ(again.status, 200) << again.body;
        EXPECT_EQ(again.text("sale_state"), first.text("sale_state")) << action;
        EXPECT_EQ(again.text("updated_at"), first.text("updated_at")) << action;
        EXPECT_EQ(again.header("etag"), version) << action;
        EXPECT_EQ(newest_fact(), newest) << action << " made a fact";
    }
}

TEST_F(ChangedSale, is_changed_only_from_the_version_that_was_seen) {
    EXPECT_EQ(change("pause", {{"If-Match", "\"v2-paused\""}}).code(), "PRECONDITION_FAILED");
    EXPECT_EQ(change("pause", {{"If-Match", "nonsense"}}).status, 412);
    EXPECT_EQ(state(), "open");
    EXPECT_EQ(change("pause", {{"If-Match", "\"v1-open\""}}).header("etag"), "\"v2-paused\"");
    EXPECT_EQ(change("pause", {{"If-Match", "\"v1-open\""}}).status, 412)
        << "also for the same again";
    EXPECT_EQ(change("pause", {{"If-Match", "\"v2-paused\""}}).status, 200);
    // The sale and the rest of the event share one version.
    EXPECT_EQ(organizer.put(event, event_body(), {{"If-Match", "\"v1-open\""}}).status, 412);
    const auto updated = organizer.put(event, event_body(), {{"If-Match", "\"v2-paused\""}});
    EXPECT_EQ(updated.text("sale_state"), "paused") << "an update leaves it as it is";
    EXPECT_EQ(change("open", {{"If-Match", "\"v2-paused\""}}).status, 412);
    EXPECT_EQ(change("open", {{"If-Match", "*"}}).header("etag"), "\"v4-open\"");
}

TEST_F(ChangedSale, is_opened_no_sooner_and_no_longer_than_the_events_times_say) {
    const auto at = [&](const char* time) { server.clock.set(*parse_rfc3339(time)); };
    ASSERT_EQ(
        organizer.put(event, event_body(R"(,"sales_start_at":"2026-12-01T00:00:00Z")")).status, 200
    );
    EXPECT_EQ(change("open").text("sale_state"), "upcoming");
    EXPECT_EQ(reserve(0, "0").code(), "SALES_CLOSED");
    EXPECT_EQ(change("pause").text("sale_state"), "upcoming");
    EXPECT_EQ(reserve(0, "0").code(), "SALES_CLOSED") << "that comes before the pause";

    at("2026-12-01T00:00:00Z");
    EXPECT_EQ(state(), "paused");
    EXPECT_EQ(reserve(0, "0").code(), "SALES_PAUSED");
    EXPECT_EQ(change("open").text("sale_state"), "open");
    EXPECT_EQ(reserve(0, "0").status, 201);
    EXPECT_EQ(change("pause").text("sale_state"), "paused");

    at("2027-01-01T10:00:00Z");
    EXPECT_EQ(state(), "ended");
    EXPECT_EQ(reserve(1, "1").code(), "SALES_CLOSED");
    EXPECT_EQ(change("open").text("sale_state"), "ended");
    EXPECT_EQ(reserve(1, "1").code(), "SALES_CLOSED");
}

TEST_F(ChangedSale, is_one_events_and_no_other) {
    const auto other = make_venue(server, 1);
    ASSERT_EQ(change("pause").status, 200);
    EXPECT_EQ(alice.reserve(other.event, other.seats, "k").status, 201);
    std::set<std::string> states;
    for (const auto& one : alice.get("/api/v1/events").json.as_array())
        states.emplace(one.at("sale_state").as_string());
    EXPECT_EQ(states, (std::set<std::string>{"open", "paused"}));
}

TEST_F(ChangedSale, is_not_changed_by_a_body_that_names_no_action) {
    for (const auto* wrong :
         {"{}",
          R"({"action":null})",
          R"({"action":""})",
          R"({"action":"stop"})",
          R"({"action":"Pause"})",
          R"({"action":["pause"]})",
          R"({"action":true})",
          R"({"sale":"pause"})"}) {
        const auto answer = organizer.post(sale, wrong);
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << wrong;
        EXPECT_EQ(answer.json.at("errors").at(0).at("field").as_string(), "action") << wrong;
    }
    for (const auto* wrong : {"", "[]", "\"pause\"", "pause"})
        EXPECT_EQ(organizer.post(sale, wrong).status, 400) << wrong;
    EXPECT_EQ(alice.get(event).header("etag"), "\"v1-open\"");
    EXPECT_EQ(organizer.post(sale, R"({"action":"pause","until":"soon"})").status, 200)
        << "what isn't known is passed over";
}

TEST_F(ChangedSale, is_its_organizers_alone) {
    EXPECT_EQ(alice.post(sale, R"({"action":"pause"})").code(), "FORBIDDEN");
    const std::string nobody = "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001/sale";
    EXPECT_EQ(organizer.post(nobody, R"({"action":"pause"})").code(), "NOT_FOUND");
    EXPECT_EQ(organizer.post("/api/v1/events/42/sale", R"({"action":"pause"})").status, 400);
    ASSERT_EQ(organizer.del(event).status, 204);
    EXPECT_EQ(change("pause").code(), "NOT_FOUND");
}

}  // namespace
}  // namespace frontrow::test
