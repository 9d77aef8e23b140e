#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace frontrow::test {
namespace {

std::string event_path(const Venue& venue) {
    return "/api/v1/events/" + venue.event;
}

TEST(Seats, are_created_one_by_one_with_all_that_is_said_of_them) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto path = event_path(venue) + "/seats";
    const auto created = organizer.post(
        path, R"({"seat_number":"B-7","price":4500,"section":"Stalls","row":"B","x":1.5,"y":-2})"
    );
    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.header("location"), "/api/v1/seats/" + created.text("id"));
    EXPECT_EQ(created.text("event_id"), venue.event);
    EXPECT_EQ(created.text("seat_number"), "B-7");
    EXPECT_EQ(created.text("section"), "Stalls");
    EXPECT_EQ(created.text("row"), "B");
    EXPECT_EQ(created.number("price"), 4500);
    EXPECT_EQ(created.json.at("x").as_double(), 1.5);
    EXPECT_EQ(created.text("status"), "available");
    EXPECT_EQ(organizer.get(created.header("location")).json, created.json);
    EXPECT_EQ(organizer.post(path, R"({"seat_number":"B-7","price":1})").code(), "DUPLICATE_SEAT");
    for (const auto* wrong :
         {R"({"seat_number":"x"})",
          R"({"price":1})",
          R"({"seat_number":"x","price":-1})",
          R"({"seat_number":"x","price":1.5})",
          R"({"seat_number":7,"price":1})",
          R"({"seat_number":" ","price":1})",
          R"({"seat_number":"\u3000\u200b","price":1})",
          R"({"seat_number":"B-8 ","price":1})",
          R"({"seat_number":"B\u200b8","price":1})",
          R"({"seat_number":"x","price":1,"row":"\tB"})",
          R"({"seat_number":"x","price":1,"x":"left"})"}) {
        EXPECT_EQ(organizer.post(path, wrong).status, 400) << wrong;
    }
}

TEST(Seats, stay_where_they_are_through_a_restart) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    const auto made =
        Caller(server, "")
            .post(
                event_path(venue) + "/seats",
                R"({"seat_number":"far","price":1,"x":-97.57019231092363,"y":123456789.1234567})"
            );
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.json.at("x").as_double(), -97.570192);
    server.restart();
    EXPECT_EQ(Caller(server, "").get(made.header("location")).body, made.body);
    for (const auto* wrong : {"1e10", "-1e300", "true"}) {
        const auto body = R"({"seat_number":"w","price":1,"x":)" + std::string{wrong} + "}";
        EXPECT_EQ(Caller(server, "").post(event_path(venue) + "/seats", body).status, 400) << wrong;
    }
}

TEST(Seats, come_in_bulk_by_prefix_in_order) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto made = organizer.post(
        event_path(venue) + "/seats/bulk", R"({"prefix":"A","count":3,"price":700})"
    );
    ASSERT_EQ(made.status, 201);
    std::string numbers;
    for (const auto& seat : made.json.as_array())
        numbers += seat.at("seat_number").as_string().c_str() + std::string{" "};
    EXPECT_EQ(numbers, "A-1 A-2 A-3 ");
    const auto listed = organizer.get(event_path(venue) + "/seats?offset=1");
    EXPECT_EQ(listed.json, made.json);
}

TEST(Seats, come_in_bulk_by_list_all_or_none) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto path = event_path(venue) + "/seats/bulk";
    const auto twice = organizer.post(
        path, R"({"seats":[{"seat_number":"N1","price":1},{"seat_number":"N1","price":1}]})"
    );
    EXPECT_EQ(twice.code(), "DUPLICATE_SEAT");
    EXPECT_EQ(
        organizer
            .post(
                path,
                R"({"seats":[{"seat_number":"N1","price":1},{"seat_number":"S-1","price":1}]})"
            )
            .code(),
        "DUPLICATE_SEAT"
    );
    EXPECT_EQ(organizer.get(event_path(venue) + "/seats/available/count").number("count"), 1);
    const auto made = organizer.post(
        path,
        R"({"seats":[{"seat_number":"N1","price":1,"row":"R"},{"seat_number":"N2","price":2}]})"
    );
    ASSERT_EQ(made.status, 201);
    EXPECT_EQ(made.json.as_array().size(), 2);
    for (const auto* wrong :
         {R"({})",
          R"({"seats":[]})",
          R"({"prefix":"A","count":0,"price":1})",
          R"({"prefix":"A","count":100001,"price":1})",
          R"({"prefix":"A","count":1,"price":1,"seats":[{"seat_number":"Z","price":1}]})",
          R"({"seats":[{"seat_number":"Z","price":1},{"seat_number":"\u2800","price":1}]})",
          R"({"seats":[5]})"}) {
        EXPECT_EQ(organizer.post(path, wrong).status, 400) << wrong;
    }
    const auto third = organizer.post(
        path, R"({"seats":[{"seat_number":"a","price":1},{"seat_number":"b","price":"1"}]})"
    );
    EXPECT_EQ(third.json.at("errors").at(0).at("field").as_string(), "seats[1].price");
}

TEST(Seats, are_the_same_however_their_letters_are_spelled) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto path = event_path(venue) + "/seats";
    const auto made = organizer.post(path, R"({"seat_number":"A\u030a-1","price":1})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("seat_number"), "\u00C5-1");
    EXPECT_EQ(
        organizer.post(path, R"({"seat_number":"\u00c5-1","price":1})").code(), "DUPLICATE_SEAT"
    );
    EXPECT_EQ(
        organizer.post(path + "/bulk", R"({"prefix":"\u212b","count":1,"price":1})").code(),
        "DUPLICATE_SEAT"
    );
    const auto named = organizer.post("/api/v1/events", event_body(R"(,"venue":"Cafe\u0301")"));
    EXPECT_EQ(named.text("venue"), "Caf\u00E9");
}

TEST(Seats, can_be_checked_without_adding_any) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto path = event_path(venue) + "/seats/bulk";
    const std::string run = R"({"prefix":"A","count":3,"price":700,"dry_run":true})";
    // A dry run doesn't use up its key: the call that adds the seats can have it.
    for (int i = 0; i < 2; ++i) {
        const auto checked = organizer.post(path, run, {{"Idempotency-Key", "k"}});
        ASSERT_EQ(checked.status, 200) << checked.body;
        EXPECT_EQ(checked.number("count"), 3);
        EXPECT_EQ(
            boost::json::serialize(checked.json.at("seats").at(2)),
            R"({"seat_number":"A-3","price":700})"
        );
        EXPECT_FALSE(checked.headers.contains("idempotency-replayed"));
    }
    const auto taken =
        organizer.post(path, R"({"seats":[{"seat_number":"S-1","price":1}],"dry_run":true})");
    EXPECT_EQ(taken.code(), "DUPLICATE_SEAT");
    EXPECT_EQ(organizer.post(path, R"({"prefix":"A","dry_run":true})").status, 400);
    EXPECT_EQ(Caller(server, "alice").post(path, run).status, 403);
    EXPECT_EQ(organizer.get(event_path(venue) + "/seats/available/count").number("count"), 1);

    const std::string real = R"({"prefix":"A","count":3,"price":700,"dry_run":false})";
    EXPECT_EQ(organizer.post(path, real, {{"Idempotency-Key", "k"}}).status, 201);
    EXPECT_EQ(organizer.post(path + "?dry_run=true", real).code(), "DUPLICATE_SEAT");
    const auto many =
        organizer.post(path, R"({"prefix":"B","count":600,"price":1,"dry_run":true})");
    EXPECT_EQ(many.number("count"), 600);
    EXPECT_EQ(many.json.at("seats").as_array().size(), 600);
}

TEST(Seats, come_a_hundred_thousand_at_once_and_stay_after_a_restart) {
    TestServer::Options options;
    // Checking such a large answer takes long on a slow machine.
    options.limits.idle_time = std::chrono::minutes{10};
    TestServer server{options};
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    HttpClient client = server.connect();
    const auto made = client.ask(
        "POST", event_path(venue) + "/seats/bulk", {}, R"({"prefix":"Q","count":100000,"price":1})"
    );
    ASSERT_EQ(made.status, 201);
    std::set<std::string> ids;
    for (const auto& seat : made.json.as_array())
        ids.emplace(seat.at("id").as_string());
    EXPECT_EQ(ids.size(), 100'000);
    server.restart();
    EXPECT_EQ(
        Caller(server, "").get(event_path(venue) + "/seats/available/count").number("count"),
        100'001
    );
    // One answer has at most 100,000 seats, and links to the rest.
    Caller anybody{server, ""};
    for (const std::string available : {"", "?available=true"}) {
        const auto most = anybody.get(event_path(venue) + "/seats" + available);
        ASSERT_EQ(most.json.as_array().size(), 100'000);
        EXPECT_EQ(most.json.at(99'999).at("seat_number").as_string(), "Q-99999");
        const auto link = most.header("link");
        const auto last = anybody.get(link.substr(1, link.find('>') - 1));
        ASSERT_EQ(last.json.as_array().size(), 1);
        EXPECT_EQ(last.json.at(0).at("seat_number").as_string(), "Q-100000");
        EXPECT_EQ(last.header("link"), "");
    }
    const auto after = anybody.get(event_path(venue) + "/seats?offset=10000&limit=1");
    EXPECT_EQ(after.json.at(0).at("seat_number").as_string(), "Q-10000");
}

TEST(Seats, are_listed_with_filters_and_pages) {
    TestServer server;
    const auto venue = make_venue(server, 5);
    Caller alice{server, "alice"};
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[1], venue.seats[3]}, "k").status, 201);
    const auto numbers = [&](const std::string& query) {
        std::string out;
        for (const auto& seat : alice.get(event_path(venue) + "/seats" + query).json.as_array()) {
            out += seat.at("seat_number").as_string().back();
        }
        return out;
    };
    EXPECT_EQ(numbers(""), "12345");
    EXPECT_EQ(numbers("?available=true"), "135");
    EXPECT_EQ(numbers("?available=false"), "12345");
    EXPECT_EQ(numbers("?available=true&offset=1&limit=1"), "3");
    EXPECT_EQ(numbers("?limit=2&offset=3"), "45");
    EXPECT_EQ(numbers("?offset=99"), "");
    EXPECT_EQ(alice.get(event_path(venue) + "/seats?available=maybe").status, 400);
    EXPECT_EQ(alice.get(event_path(venue) + "/seats?limit=0").status, 400);
    const auto seat = alice.get("/api/v1/seats/" + venue.seats[1]);
    EXPECT_EQ(seat.text("status"), "reserved");
    EXPECT_EQ(seat.body.find("alice"), std::string::npos);
}

TEST(Seats, are_counted_by_status_at_once) {
    TestServer server;
    const auto venue = make_venue(server, 5);
    Caller alice{server, "alice"};
    const auto counts = [&] { return alice.get(event_path(venue) + "/availability").body; };
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[1], venue.seats[3]}, "k").status, 201);
    const auto sold = alice.reserve(venue.event, {venue.seats[0]}, "l");
    ASSERT_EQ(alice.post("/api/v1/reservations/" + sold.text("id") + "/confirm").status, 200);
    EXPECT_EQ(
        counts(),
        R"({"seats":{"total":5,"available":2,"reserved":2,"confirmed":1},"categories":[]})"
    );
    server.clock.advance(std::chrono::seconds{900});
    EXPECT_EQ(
        counts(),
        R"({"seats":{"total":5,"available":4,"reserved":0,"confirmed":1},"categories":[]})"
    );
}

TEST(Seats, that_are_not_there_are_404) {
    TestServer server;
    Caller anyone{server, ""};
    const std::string id = "018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_EQ(anyone.get("/api/v1/seats/" + id).status, 404);
    EXPECT_EQ(anyone.get("/api/v1/seats/nonsense").status, 400);
    for (const auto* what : {"/seats", "/seats/available/count", "/availability"}) {
        EXPECT_EQ(anyone.get("/api/v1/events/" + id + what).status, 404);
        EXPECT_EQ(anyone.get(std::string{"/api/v1/events/nonsense"} + what).status, 400);
    }
    EXPECT_EQ(
        anyone.post("/api/v1/events/" + id + "/seats", R"({"seat_number":"x","price":1})").status,
        404
    );
    EXPECT_EQ(
        anyone.post("/api/v1/events/" + id + "/seats/bulk", R"({"prefix":"x","count":1,"price":1})")
            .status,
        404
    );
}

}  // namespace
}  // namespace frontrow::test
