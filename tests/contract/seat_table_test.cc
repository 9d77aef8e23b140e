#include "support/gunzip.h"
#include "support/paths.h"
#include "support/seed.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace frontrow::test {
namespace {

class SeatTable : public testing::Test {
protected:
    HttpAnswer send(std::string_view csv, std::string_view type = "text/csv") {
        return organizer_.post(path_ + "/seats/bulk", csv, {{"Content-Type", std::string{type}}});
    }
    std::int64_t total() {
        return organizer_.get(path_ + "/availability").json.at("seats").at("total").as_int64();
    }

    TestServer server_;
    Caller organizer_{server_, ""};
    Venue venue_ = make_venue(server_, 1);
    std::string path_ = "/api/v1/events/" + venue_.event;
};

TEST_F(SeatTable, is_as_good_as_a_list) {
    const auto made = send(
        "\xEF\xBB\xBFsection,row,seat_number,x,y,price\r\n"
        "Stalls,A,A-1,-0.5,2,8000\r\n"
        "\"Circle, \"\"left\"\"\",B,B-1,,,0\r\n"
    );
    ASSERT_EQ(made.status, 201) << made.body;
    const auto seats = made.json.as_array();
    ASSERT_EQ(seats.size(), 2);
    EXPECT_EQ(seats[0].at("seat_number").as_string(), "A-1");
    EXPECT_EQ(seats[0].at("x").as_double(), -0.5);
    EXPECT_EQ(seats[0].at("price").as_int64(), 8000);
    EXPECT_EQ(seats[1].at("section").as_string(), "Circle, \"left\"");
    EXPECT_FALSE(seats[1].as_object().contains("x"));
    EXPECT_EQ(organizer_.get(path_ + "/seats?offset=1").json, made.json);
    EXPECT_EQ(
        send("seat_number,price\nC,1", "Text/CSV; charset=utf-8; header=present").status, 201
    );
}

TEST_F(SeatTable, that_is_wrong_anywhere_adds_nothing_and_says_where) {
    const auto wrong = send("seat_number,price\nA,1\nB,dear\nC,\n");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.code(), "INVALID_REQUEST");
    EXPECT_TRUE(wrong.text("message").starts_with("In line 3, price must be a whole number"))
        << wrong.body;
    const auto& errors = wrong.json.at("errors").as_array();
    ASSERT_EQ(errors.size(), 2);
    EXPECT_EQ(errors[0].at("field").as_string(), "line 3, price");
    EXPECT_EQ(errors[1].at("field").as_string(), "line 4, price");
    for (const auto* csv :
         {"", "seat_number,price\n", "seat_number,price\n\"A,1\n", "A,B\n\xFF,1\n"})
        EXPECT_EQ(send(csv).status, 400) << csv;
    EXPECT_EQ(total(), 1);
}

TEST_F(SeatTable, with_a_seat_twice_adds_nothing_and_names_the_line) {
    const auto twice = send("seat_number,price\nA,1\nB,1\n\nA,1\n");
    EXPECT_EQ(twice.code(), "DUPLICATE_SEAT");
    EXPECT_EQ(twice.text("message"), "In lines 2 and 5: The seat number A would exist twice.");
    const auto there = send("price,seat_number\n1,A\n1,S-1\n");
    EXPECT_EQ(there.code(), "DUPLICATE_SEAT");
    EXPECT_EQ(there.text("message"), "In line 3: The seat number S-1 would exist twice.");
    EXPECT_EQ(total(), 1);
}

TEST_F(SeatTable, with_two_places_of_one_name_adds_nothing_and_names_both_lines) {
    const auto composed = send("section,row,seat_number,price\nA,1,7,1\nB,1,7,1\nA-1,,7,1\n");
    EXPECT_EQ(composed.code(), "DUPLICATE_SEAT");
    EXPECT_EQ(
        composed.text("message"), "In lines 2 and 4: The seat number A-1-7 would exist twice."
    );
    // The same letter, precomposed and decomposed.
    const auto spelled = send("seat_number,price\n\u00E9-1,1\ne\u0301-1,1\n");
    EXPECT_EQ(spelled.code(), "DUPLICATE_SEAT");
    EXPECT_TRUE(spelled.text("message").starts_with("In lines 2 and 3: ")) << spelled.body;
    EXPECT_EQ(total(), 1);
}

TEST_F(SeatTable, may_have_other_delimiters_and_a_header_as_people_write_it) {
    const auto made = send("Seat Number;Price;Section\r\nA-1;8000;Stalls\r\n");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.json.at(0).at("section").as_string(), "Stalls");
    EXPECT_EQ(send("PRICE\tSEAT NUMBER\n1\tA-2\n").status, 201);
    const auto wrong = send("Seat Number;Price\nA-3;80,00\n");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_TRUE(wrong.text("message").starts_with(
        "In line 2, price must be a whole number in the currency's minor unit: 8000 for 80,00"
    )) << wrong.body;
}

TEST_F(SeatTable, can_be_checked_without_adding) {
    const auto check = [&](std::string_view csv) {
        return organizer_.post(
            path_ + "/seats/bulk?dry_run=true", csv, {{"Content-Type", "text/csv"}}
        );
    };
    const auto good = check("section,row,seat_number,price\nA,1,7,1\nB,1,7,2\n");
    ASSERT_EQ(good.status, 200) << good.body;
    EXPECT_EQ(good.number("count"), 2);
    EXPECT_EQ(good.json.at("seats").at(1).at("seat_number").as_string(), "B-1-7");
    EXPECT_FALSE(good.json.at("seats").at(1).as_object().contains("id"));
    EXPECT_EQ(
        check("seat_number,price\nA,1\nS-1,1\n").text("message"),
        "In line 3: The seat number S-1 would exist twice."
    );
    EXPECT_EQ(check("seat_number,price\nA,dear\n").status, 400);
    EXPECT_EQ(check("seat_number,price\nA,1\n\"A,1\n").status, 400);
    EXPECT_EQ(total(), 1);
    for (const auto* said : {"", "yes", "1", "TRUE"}) {
        const auto wrong = organizer_.post(
            path_ + "/seats/bulk?dry_run=" + said,
            "seat_number,price\nA,1\n",
            {{"Content-Type", "text/csv"}}
        );
        EXPECT_EQ(wrong.status, 400) << said;
        EXPECT_EQ(wrong.json.at("errors").at(0).at("field").as_string(), "dry_run");
    }
    EXPECT_EQ(
        organizer_
            .post(
                path_ + "/seats/bulk?dry_run=false",
                "seat_number,price\nA,1\n",
                {{"Content-Type", "text/csv"}}
            )
            .status,
        201
    );
}

TEST_F(SeatTable, may_hold_seats_back_which_then_never_are_on_general_sale) {
    const auto table = "seat_number,price,Allocation\nA,1,House\nB,1,\nC,1,Press\nD,1,House\n";
    const auto checked =
        organizer_.post(path_ + "/seats/bulk?dry_run=true", table, {{"Content-Type", "text/csv"}});
    ASSERT_EQ(checked.status, 200) << checked.body;
    EXPECT_EQ(checked.json.at("seats").at(3).at("allocation").as_string(), "House");
    EXPECT_FALSE(checked.json.at("seats").at(1).as_object().contains("allocation"));
    EXPECT_EQ(organizer_.get(path_ + "/allocations").body, "[]");
    const Headers headers{{"Content-Type", "text/csv"}, {"Idempotency-Key", "hall"}};
    const auto made = organizer_.post(path_ + "/seats/bulk", table, headers);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(organizer_.get(path_ + "/seats?offset=1").json, made.json);
    const auto& seats = made.json.as_array();
    const auto id = [&](std::size_t seat) { return std::string{seats[seat].at("id").as_string()}; };
    EXPECT_EQ(seats[0].at("status").as_string(), "confirmed");
    EXPECT_EQ(seats[1].at("status").as_string(), "available");
    const auto house = organizer_.get(path_ + "/allocations").json.at(0);
    EXPECT_EQ(house.at("name").as_string(), "House");
    EXPECT_EQ(house.at("seat_ids"), (boost::json::array{id(0), id(3)}));
    EXPECT_EQ(house.at("codes").as_int64(), 0);

    Caller buyer{server_, "alice"};
    EXPECT_EQ(buyer.reserve(venue_.event, {id(3)}, "k1").code(), "SEAT_UNAVAILABLE");
    ASSERT_EQ(
        organizer_.client()
            .ask("PATCH", path_ + "/allocations/House", {}, R"({"access_code":"open"})")
            .status,
        200
    );
    const auto body = R"({"event_id":")" + venue_.event + R"(","seat_ids":[")" + id(3) +
                      R"("],"access_code":"open","idempotency_key":"k2"})";
    EXPECT_EQ(buyer.post(kReservations, body).status, 201);

    const auto again = organizer_.post(path_ + "/seats/bulk", table, headers);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.json, made.json);
    const auto other = organizer_.post(
        path_ + "/seats/bulk",
        "seat_number,price,Allocation\nA,1,House\nB,1,\nC,1,Press\nD,1,Press\n",
        headers
    );
    EXPECT_EQ(other.code(), "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(SeatTable, with_an_allocation_that_exists_adds_nothing) {
    const auto list = [&](std::string_view number, std::string_view allocation) {
        return organizer_.post(
            path_ + "/seats/bulk",
            R"({"seats":[{"seat_number":")" + std::string{number} +
                R"(","price":1,"allocation":")" + std::string{allocation} + R"("}]})"
        );
    };
    ASSERT_EQ(list("A", "House").status, 201);
    const auto table = send("seat_number,price,allocation\nB,1,\nC,1,House\n");
    EXPECT_EQ(table.status, 409);
    EXPECT_EQ(table.code(), "DUPLICATE_ALLOCATION");
    EXPECT_EQ(table.text("message"), "The event already has an allocation House.");
    EXPECT_EQ(list("B", "House").code(), "DUPLICATE_ALLOCATION");
    const auto wrong = send("seat_number,price,allocation\nB,1, House\n");
    EXPECT_EQ(wrong.json.at("errors").at(0).at("field").as_string(), "line 2, allocation");
    EXPECT_EQ(total(), 2);
}

TEST_F(SeatTable, is_understood_where_many_seats_are_added_and_nowhere_else) {
    const auto elsewhere = organizer_.post(
        path_ + "/seats", "seat_number,price\nA,1\n", {{"Content-Type", "text/csv"}}
    );
    EXPECT_EQ(elsewhere.status, 415);
    EXPECT_EQ(send("seat_number,price\nA,1\n", "text/plain").status, 415);
    EXPECT_EQ(send("seat_number,price\nA,1\n", "application/json").status, 400);
    EXPECT_EQ(send(R"({"prefix":"A","count":1,"price":1})").status, 400);
    const auto strangers =
        Caller(server_, "mallory")
            .post(
                path_ + "/seats/bulk", "seat_number,price\nA,1\n", {{"Content-Type", "text/csv"}}
            );
    EXPECT_EQ(strangers.status, 403);
}

TEST_F(SeatTable, may_be_a_whole_arena_whose_map_is_small) {
    std::ifstream file{std::filesystem::path{kCheckout} / "examples/arena.csv", std::ios::binary};
    const std::string csv{std::istreambuf_iterator<char>{file}, {}};
    const auto made = send(csv);
    ASSERT_EQ(made.status, 201) << made.body.substr(0, 500);
    const auto seats = made.json.as_array();
    ASSERT_EQ(seats.size(), 14'000);
    EXPECT_EQ(seats.front().at("seat_number").as_string(), "A1-1-1");

    // A random third of the seats is taken, which compresses worst.
    std::mt19937_64 random{seed_of_this_run()};
    Caller buyer{server_, "alice"};
    for (std::size_t first = 0; first < seats.size(); first += 30) {
        std::vector<std::string> wanted;
        for (auto i = first; i < std::min(first + 30, seats.size()); ++i) {
            if (random() % 3 == 0 && wanted.size() < 10)
                wanted.emplace_back(seats[i].at("id").as_string());
        }
        if (wanted.empty()) continue;
        const auto held = buyer.reserve(venue_.event, wanted, "k" + std::to_string(first));
        ASSERT_EQ(held.status, 201) << held.body;
        if (random() % 2 == 0) buyer.post("/api/v1/reservations/" + held.text("id") + "/confirm");
    }
    const auto plain = organizer_.get(path_ + "/seatmap");
    const auto packed = organizer_.get(path_ + "/seatmap", {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(plain.text("status").size(), 14'001);
    EXPECT_LT(plain.body.size(), 30'000);
    EXPECT_LT(packed.body.size(), plain.body.size() / 3);
    EXPECT_EQ(gunzip(packed.body), plain.body);
    const auto layout = organizer_.get(plain.text("layout"), {{"Accept-Encoding", "gzip"}});
    EXPECT_LT(layout.body.size(), 120'000);
}

}  // namespace
}  // namespace frontrow::test
