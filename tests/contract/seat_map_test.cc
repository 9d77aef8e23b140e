#include "support/gunzip.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace frontrow::test {
namespace {

namespace json = boost::json;

const Headers kGzip{{"Accept-Encoding", "gzip"}};

class SeatMap : public testing::Test {
protected:
    HttpAnswer status(const Venue& venue, const Headers& headers = {}) {
        return anyone_.get("/api/v1/events/" + venue.event + "/seatmap", headers);
    }
    HttpAnswer layout(const Venue& venue) { return anyone_.get(status(venue).text("layout")); }
    std::string letters(const Venue& venue) { return status(venue).text("status"); }

    HttpAnswer add(const Venue& venue, std::string_view seat) {
        const auto answer = organizer_.post("/api/v1/events/" + venue.event + "/seats", seat);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer;
    }
    HttpAnswer reserve(const Venue& venue, const std::vector<std::string>& seats) {
        const auto answer = alice_.reserve(venue.event, seats, "k" + std::to_string(++keys_));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer;
    }

    TestServer server_;
    Caller anyone_{server_, ""};
    Caller organizer_{server_, ""};
    Caller alice_{server_, "alice"};
    int keys_ = 0;
};

TEST_F(SeatMap, has_a_letter_for_each_seat) {
    const auto venue = make_venue(server_, 5);
    EXPECT_EQ(letters(venue), "aaaaa");
    reserve(venue, {venue.seats[1], venue.seats[3]});
    const auto sold = reserve(venue, {venue.seats[0]});
    const auto path = "/api/v1/reservations/" + sold.text("id");
    EXPECT_EQ(letters(venue), "rrara");
    ASSERT_EQ(alice_.post(path + "/confirm").status, 200);
    EXPECT_EQ(letters(venue), "crara");
    const auto given_up = reserve(venue, {venue.seats[4]});
    ASSERT_EQ(alice_.post("/api/v1/reservations/" + given_up.text("id") + "/cancel").status, 200);
    EXPECT_EQ(letters(venue), "crara");
    server_.clock.advance(std::chrono::seconds{900});
    EXPECT_EQ(letters(venue), "caaaa");
    server_.restart();
    EXPECT_EQ(
        Caller(server_, "").get("/api/v1/events/" + venue.event + "/seatmap").text("status"),
        "caaaa"
    );
}

TEST_F(SeatMap, tells_where_every_seat_is_and_what_it_is_called) {
    const auto venue = make_venue(server_, 2);
    const auto at = R"("section":"Stalls","row":"B","price":900)";
    add(venue, R"({"seat_number":"B-1","x":1.5,"y":-2,)" + std::string{at} + "}");
    add(venue, R"({"seat_number":"B-2","x":2.5,"y":-2,)" + std::string{at} + "}");
    add(venue, R"({"seat_number":"B-3","y":-2,)" + std::string{at} + "}");
    const auto seats = anyone_.get("/api/v1/events/" + venue.event + "/seats").json.as_array();
    const auto told = layout(venue);
    EXPECT_EQ(told.number("total"), 5);
    std::size_t place = 0;
    for (const auto& run : told.json.at("runs").as_array()) {
        EXPECT_EQ(run.at("first").as_int64(), static_cast<std::int64_t>(place));
        EXPECT_EQ(run.at("first_id"), seats[place].at("id"));
        const auto& numbers = run.at("seat_numbers").as_array();
        for (std::size_t i = 0; i < numbers.size(); ++i, ++place) {
            const auto& seat = seats[place].as_object();
            EXPECT_EQ(numbers[i], seat.at("seat_number"));
            for (const auto* shared : {"section", "row", "price"})
                EXPECT_EQ(
                    run.as_object().contains(shared) ? run.at(shared) : json::value{},
                    seat.contains(shared) ? seat.at(shared) : json::value{}
                );
            for (const auto* own : {"x", "y"})
                EXPECT_EQ(
                    run.as_object().contains(own) ? run.at(own).at(i) : json::value{},
                    seat.contains(own) ? seat.at(own) : json::value{}
                );
        }
    }
    EXPECT_EQ(place, 5);
}

TEST_F(SeatMap, tells_what_is_special_about_a_seat_and_what_is_painted_on_it) {
    const auto venue = make_venue(server_, 1);
    add(venue, R"({"seat_number":"B-1","price":9,"label":"1","companion":true,"x":1,"y":2})");
    add(venue, R"({"seat_number":"B-2","price":9,"accessible":true,"companion":false})");
    const auto listed =
        organizer_
            .post(
                "/api/v1/events/" + venue.event + "/seats/bulk",
                R"({"seats":[{"seat_number":"C-1","price":9},)"
                R"({"seat_number":"C-2","price":9,"restricted_view":true,"label":"2"},)"
                R"({"seat_number":"C-3","price":9,"restricted_view":true,"accessible":true},)"
                R"({"seat_number":"D-1","price":8,"label":""}]})"
            )
            .json.as_array();
    const auto seats = anyone_.get("/api/v1/events/" + venue.event + "/seats").json.as_array();
    const auto parts = [](const json::value& of) {
        json::object told;
        for (const auto* name : {"label", "accessible", "companion", "restricted_view"})
            if (of.as_object().contains(name)) told[name] = of.at(name);
        return json::serialize(told);
    };
    const auto* const flagged = R"({"restricted_view":true,"label":"2"})";
    for (const auto* told : {&seats, &listed}) {
        const auto first = told->size() - 4;
        EXPECT_EQ(parts(told->at(first)), "{}");
        EXPECT_EQ(json::parse(parts(told->at(first + 1))), json::parse(flagged));
        EXPECT_EQ(parts(told->at(first + 2)), R"({"accessible":true,"restricted_view":true})");
        EXPECT_EQ(parts(told->at(first + 3)), "{}");
    }
    EXPECT_EQ(parts(seats[1]), R"({"label":"1","companion":true})");
    EXPECT_EQ(
        parts(anyone_.get("/api/v1/seats/" + std::string{seats[2].at("id").as_string()}).json),
        R"({"accessible":true})"
    );

    const auto runs = layout(venue).json.at("runs").as_array();
    const auto lists = [&](std::size_t run) {
        json::object told;
        for (const auto* name : {"labels", "accessible", "companion", "restricted_view"})
            if (runs.at(run).as_object().contains(name)) told[name] = runs[run].at(name);
        return json::serialize(told);
    };
    ASSERT_EQ(runs.size(), 5);
    EXPECT_EQ(lists(0), "{}");
    EXPECT_EQ(lists(1), R"({"labels":["1"],"companion":[0]})");
    EXPECT_EQ(lists(2), R"({"accessible":[0]})");
    EXPECT_EQ(lists(3), R"({"labels":["C-1","2","C-3"],"accessible":[2],"restricted_view":[1,2]})");
    EXPECT_EQ(lists(4), "{}");
    server_.restart();
    const auto again = Caller(server_, "").get("/api/v1/events/" + venue.event + "/seats");
    EXPECT_EQ(again.json.as_array(), seats);
}

TEST_F(SeatMap, tells_where_the_stage_is_now_with_the_status) {
    const auto venue = make_venue(server_, 2);
    const auto before = status(venue);
    EXPECT_FALSE(before.json.as_object().contains("stage"));
    EXPECT_FALSE(before.json.as_object().contains("focal_point"));
    const auto change = [&](std::string_view more) {
        const auto path = "/api/v1/events/" + venue.event;
        EXPECT_EQ(organizer_.put(path, event_body(more)).status, 200);
        return status(venue, {{"If-None-Match", before.header("etag")}});
    };
    const auto now =
        change(R"(,"stage":{"x":0,"y":-3,"width":8,"height":2},"focal_point":{"x":4,"y":0.5})");
    EXPECT_EQ(json::serialize(now.json.at("stage")), R"({"x":0,"y":-3,"width":8,"height":2})");
    EXPECT_EQ(now.json.at("focal_point"), (json::object{{"x", 4}, {"y", 0.5}}));
    EXPECT_EQ(now.text("layout"), before.text("layout"));
    EXPECT_FALSE(change("").json.as_object().contains("stage"));
}

TEST_F(SeatMap, is_304_until_something_changes) {
    const auto venue = make_venue(server_, 3);
    for (const auto& form : {Headers{}, kGzip}) {
        const auto first = status(venue, form);
        EXPECT_EQ(first.header("cache-control"), "no-cache");
        EXPECT_EQ(first.header("vary"), "Accept-Encoding");
        auto again = form;
        again.emplace_back("If-None-Match", first.header("etag"));
        EXPECT_EQ(status(venue, again).status, 304);
        EXPECT_EQ(status(venue, again).body, "");
        EXPECT_EQ(status(venue, again).header("etag"), first.header("etag"));
        const auto held = reserve(venue, {venue.seats[0]});
        const auto changed = status(venue, again);
        EXPECT_EQ(changed.status, 200);
        EXPECT_NE(changed.header("etag"), first.header("etag"));
        again.back().second = changed.header("etag");
        EXPECT_EQ(status(venue, again).status, 304);
        // Nothing but the hold's expiry happens.
        server_.clock.advance(std::chrono::seconds{900});
        EXPECT_EQ(status(venue, again).status, 200);
        EXPECT_EQ(letters(venue), "aaa");
    }
}

TEST_F(SeatMap, of_another_event_stays_the_same) {
    const auto venue = make_venue(server_, 3);
    const auto other = make_venue(server_, 3);
    const auto etag = status(other).header("etag");
    reserve(venue, {venue.seats[0]});
    EXPECT_EQ(status(other, {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(status(venue, {{"If-None-Match", etag}}).status, 200);
}

TEST_F(SeatMap, comes_compressed_to_who_takes_it) {
    const auto venue = make_venue(server_, 1'000);
    const auto plain = status(venue);
    const auto packed = status(venue, kGzip);
    EXPECT_EQ(plain.header("content-encoding"), "");
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_EQ(gunzip(packed.body), plain.body);
    EXPECT_NE(packed.header("etag"), plain.header("etag"));
    const auto path = plain.text("layout");
    EXPECT_EQ(gunzip(anyone_.get(path, kGzip).body), anyone_.get(path).body);
}

TEST_F(SeatMap, keeps_every_layout_that_it_ever_had) {
    const auto venue = make_venue(server_, 2);
    const auto before = status(venue);
    const auto first = layout(venue);
    EXPECT_EQ(first.header("cache-control"), "public, max-age=31536000, immutable");
    add(venue, R"({"seat_number":"late","price":1})");
    EXPECT_EQ(letters(venue), "aaa");
    EXPECT_EQ(anyone_.get(before.text("layout")).body, first.body);
    const auto second = layout(venue);
    EXPECT_EQ(second.number("total"), 3);
    EXPECT_NE(second.text("layout_version"), first.text("layout_version"));
    EXPECT_NE(second.header("etag"), first.header("etag"));
    const auto etag = second.header("etag");
    EXPECT_EQ(anyone_.get(status(venue).text("layout"), {{"If-None-Match", etag}}).status, 304);
    server_.restart();
    EXPECT_EQ(Caller(server_, "").get(before.text("layout")).body, first.body);
}

TEST_F(SeatMap, is_empty_where_there_are_no_seats_yet) {
    const auto made = organizer_.post("/api/v1/events", event_body());
    const Venue venue{.event = made.text("id"), .seats = {}};
    EXPECT_EQ(letters(venue), "");
    EXPECT_EQ(layout(venue).number("total"), 0);
    const auto path = status(venue).text("layout");
    add(venue, R"({"seat_number":"first","price":1})");
    EXPECT_EQ(anyone_.get(path).number("total"), 0);
    EXPECT_EQ(layout(venue).number("total"), 1);
}

TEST_F(SeatMap, that_is_not_there_is_404) {
    const auto venue = make_venue(server_, 2);
    const std::string nobodys = "018f7c2e-0a10-7000-8000-000000000001";
    const auto path = "/api/v1/events/" + venue.event + "/seatmap";
    EXPECT_EQ(anyone_.get("/api/v1/events/" + nobodys + "/seatmap").status, 404);
    EXPECT_EQ(anyone_.get("/api/v1/events/nonsense/seatmap").status, 400);
    EXPECT_EQ(anyone_.get(path + "?layout=" + nobodys).status, 404);
    EXPECT_EQ(anyone_.get(path + "?layout=" + venue.seats[1]).status, 404);
    EXPECT_EQ(anyone_.get(path + "?layout=latest").status, 400);
    const auto unknown = anyone_.get(path + "?layout=" + nobodys);
    EXPECT_EQ(unknown.header("cache-control"), "no-store");
    EXPECT_EQ(unknown.header("etag"), "");
    const auto gone = make_venue(server_, 1);
    ASSERT_EQ(organizer_.del("/api/v1/events/" + gone.event).status, 204);
    EXPECT_EQ(status(gone).status, 404);
}

TEST_F(SeatMap, names_nobody) {
    const auto venue = make_venue(server_, 2);
    const auto held = reserve(venue, {venue.seats[0]});
    for (const auto& answer : {status(venue), layout(venue)}) {
        EXPECT_EQ(answer.body.find("alice"), std::string::npos);
        EXPECT_EQ(answer.body.find(held.text("id")), std::string::npos);
    }
}

}  // namespace
}  // namespace frontrow::test
