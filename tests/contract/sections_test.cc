#include "support/gunzip.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

class Sections : public testing::Test {
protected:
    HttpAnswer sections(const Headers& headers = {}) {
        return Caller(server_, "").get("/api/v1/events/" + event_ + "/sections", headers);
    }
    /// The fields of a section that change with its seats' statuses.
    static std::string counts(const json::value& section) {
        json::object told;
        for (const auto* name : {"section", "total", "available", "held"})
            told[name] = section.at(name);
        return json::serialize(told);
    }
    std::vector<std::string> add(std::string_view csv) {
        const auto path = "/api/v1/events/" + event_ + "/seats/bulk";
        const auto answer = Caller(server_, "").post(path, csv, {{"Content-Type", "text/csv"}});
        EXPECT_EQ(answer.status, 201) << answer.body;
        std::vector<std::string> ids;
        for (const auto& seat : answer.json.as_array())
            ids.emplace_back(seat.at("id").as_string());
        return ids;
    }
    HttpAnswer reserve(const std::vector<std::string>& seats, std::string_view more = {}) {
        const auto answer =
            Caller(server_, "alice").reserve(event_, seats, "k" + std::to_string(++keys_), more);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer;
    }

    TestServer server_;
    std::string event_ = Caller(server_, "").post("/api/v1/events", event_body()).text("id");
    int keys_ = 0;
};

TEST_F(Sections, come_in_the_order_of_creation_with_their_seats_and_prices) {
    add("seat_number,section,price\n1,Stalls,70\n2,Stalls,90\n3,Circle,50\n");
    add("seat_number,section,price\n4,,10\n5,Stalls,60\n");
    const auto told = sections();
    EXPECT_EQ(told.header("cache-control"), "no-cache");
    EXPECT_EQ(
        told.body,
        R"([{"section":"Stalls","total":3,"available":3,"held":0,"price_from":60,"price_to":90},)"
        R"({"section":"Circle","total":1,"available":1,"held":0,"price_from":50,"price_to":50},)"
        R"({"section":"","total":1,"available":1,"held":0,"price_from":10,"price_to":10}])"
    );
}

TEST_F(Sections, count_what_is_free_and_held_at_once_and_say_when_the_first_hold_runs_out) {
    const auto seats = add(
        "seat_number,section,price\n1,Stalls,1\n2,Stalls,1\n3,Circle,1\n4,Stalls,1\n5,Circle,1\n"
    );
    const auto later = reserve({seats[0]}, R"(,"hold_seconds":800)");
    const auto sooner = reserve({seats[3], seats[4]}, R"(,"hold_seconds":600)");
    auto told = sections().json.as_array();
    ASSERT_EQ(told.size(), 2);
    EXPECT_EQ(counts(told[0]), R"({"section":"Stalls","total":3,"available":1,"held":2})");
    EXPECT_EQ(counts(told[1]), R"({"section":"Circle","total":2,"available":1,"held":1})");
    EXPECT_EQ(told[0].at("next_release_at"), sooner.json.at("expires_at"));
    EXPECT_EQ(told[1].at("next_release_at"), sooner.json.at("expires_at"));

    const auto sold = "/api/v1/reservations/" + sooner.text("id") + "/confirm";
    ASSERT_EQ(Caller(server_, "alice").post(sold).status, 200);
    told = sections().json.as_array();
    EXPECT_EQ(counts(told[0]), R"({"section":"Stalls","total":3,"available":1,"held":1})");
    EXPECT_EQ(counts(told[1]), R"({"section":"Circle","total":2,"available":1,"held":0})");
    EXPECT_EQ(told[0].at("next_release_at"), later.json.at("expires_at"));
    EXPECT_FALSE(told[1].as_object().contains("next_release_at"));

    server_.clock.advance(800s);
    told = sections().json.as_array();
    EXPECT_EQ(counts(told[0]), R"({"section":"Stalls","total":3,"available":2,"held":0})");
    EXPECT_FALSE(told[0].as_object().contains("next_release_at"));
    server_.restart();
    EXPECT_EQ(sections().json.as_array(), told);
}

TEST_F(Sections, look_at_no_hold_of_another_event) {
    const auto seats = add("seat_number,section,price\n1,Stalls,1\n");
    const auto other = make_venue(server_, 2);
    Caller bob{server_, "bob"};
    const auto sooner = bob.reserve(other.event, {other.seats[0]}, "k", R"(,"hold_seconds":60)");
    ASSERT_EQ(sooner.status, 201) << sooner.body;
    const auto held = reserve({seats[0]});
    const auto told = sections().json.as_array();
    EXPECT_EQ(told.at(0).at("next_release_at"), held.json.at("expires_at"));
}

TEST_F(Sections, are_outlined_if_the_plan_has_all_their_seats) {
    add("section,seat_number,x,y,price\n"
        "Square,1,0,0,1\nSquare,2,2,0,1\nSquare,3,1,0,1\nSquare,4,1,1,1\n"
        "Square,5,0,2,1\nSquare,6,2,2,1\nSquare,7,2,2,1\n"
        "Row,8,3,-1.5,1\nRow,9,1,-1.5,1\nRow,10,2,-1.5,1\n"
        "One,11,7,8,1\n"
        "Half,12,1,1,1\nHalf,13,1,,1\n");
    const auto told = sections().json.as_array();
    ASSERT_EQ(told.size(), 4);
    EXPECT_EQ(json::serialize(told[0].at("outline")), "[[0,0],[2,0],[2,2],[0,2]]");
    EXPECT_EQ(json::serialize(told[1].at("outline")), "[[1,-1.5E0],[3,-1.5E0]]");
    EXPECT_EQ(json::serialize(told[2].at("outline")), "[[7,8]]");
    EXPECT_FALSE(told[3].as_object().contains("outline"));
}

TEST_F(Sections, are_304_until_something_changes) {
    const auto seats = add("seat_number,section,price\n1,Stalls,1\n2,Stalls,1\n");
    for (const auto& form : {Headers{}, Headers{{"Accept-Encoding", "gzip"}}}) {
        const auto first = sections(form);
        EXPECT_EQ(first.status, 200);
        auto again = form;
        again.emplace_back("If-None-Match", first.header("etag"));
        EXPECT_EQ(sections(again).status, 304);
        EXPECT_EQ(sections(again).body, "");
        const auto held = reserve({seats[0]});
        const auto changed = sections(again);
        EXPECT_EQ(changed.status, 200);
        EXPECT_NE(changed.header("etag"), first.header("etag"));
        again.back().second = changed.header("etag");
        EXPECT_EQ(sections(again).status, 304);
        // Nothing but the hold's expiry happens.
        server_.clock.advance(900s);
        EXPECT_EQ(sections(again).status, 200);
    }
    const auto before = sections();
    add("seat_number,section,price\n3,Circle,1\n");
    EXPECT_EQ(sections({{"If-None-Match", before.header("etag")}}).json.as_array().size(), 2);
    const auto packed = sections({{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_EQ(gunzip(packed.body), sections().body);
}

TEST_F(Sections, of_a_large_hall_are_as_of_a_small_one) {
    std::string csv = "section,seat_number,x,y,price\n";
    for (int i = 0; i < 3'000; ++i)
        csv += "S" + std::to_string(i / 2 % 600) + "," + std::to_string(i) + "," +
               std::to_string(i % 50) + "," + std::to_string(i / 50) + "," + std::to_string(i) +
               "\n";
    const auto seats = add(csv);
    reserve({seats[0], seats[2'999]});
    const auto told = sections().json.as_array();
    ASSERT_EQ(told.size(), 600);
    EXPECT_EQ(counts(told[0]), R"({"section":"S0","total":6,"available":5,"held":1})");
    EXPECT_EQ(counts(told[299]), R"({"section":"S299","total":6,"available":5,"held":1})");
    EXPECT_EQ(told[0].at("price_to"), 2'401);
    EXPECT_EQ(told[1].at("price_from"), 2);
}

TEST_F(Sections, are_none_where_there_are_no_seats_and_404_where_there_is_no_event) {
    EXPECT_EQ(sections().body, "[]");
    ASSERT_EQ(Caller(server_, "").del("/api/v1/events/" + event_).status, 204);
    EXPECT_EQ(sections().status, 404);
    EXPECT_EQ(sections().header("cache-control"), "no-store");
    EXPECT_EQ(sections().header("etag"), "");
}

}  // namespace
}  // namespace frontrow::test
