#include "wire/held_back.h"
#include "wire/requests.h"
#include "wire/seat_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Canonical, is_the_same_for_any_spelling_of_the_same_request) {
    const auto form = [](std::string_view body) {
        const auto request = parse_reservation_request(body);
        EXPECT_TRUE(request) << body;
        return canonical(request->event, request->seats, request->hold);
    };
    const auto plain =
        form(R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
             R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":60})");
    for (const auto same :
         {R"({ "hold_seconds" : 60, "seat_ids":["0192A4B8-1F3C-7DEF-9ABC-0123456789AB"],
               "event_id":"0192A4B8-1f3c-7def-8abc-0123456789ab" })"sv,
          R"({"event_id":"0192a4b8\u002d1f3c-7def-8abc-0123456789ab","\u0068old_seconds":60,)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"idempotency_key":"k","z":1})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab","hold_seconds":60.0,)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"]})"sv}) {
        EXPECT_EQ(form(same), plain);
    }
    for (const auto other :
         {R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"]})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":61})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ac",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":60})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ac"],"hold_seconds":60})"sv}) {
        EXPECT_NE(form(other), plain);
    }
}

TEST(Canonical, of_a_reservation_is_the_same_for_its_seats_in_any_order) {
    const EventId event{Bits128{1, 1}};
    const auto form = [event](std::initializer_list<std::uint64_t> seats) {
        domain::SeatIds ids;
        for (const auto seat : seats)
            ids.push_back(SeatId{Bits128{seat, 1}});
        return canonical(event, ids, std::nullopt);
    };
    const auto plain = form({1, 2, 3, 4, 5, 6});
    EXPECT_EQ(form({6, 5, 4, 3, 2, 1}), plain);
    EXPECT_EQ(form({2, 1, 3, 6, 5, 4}), plain);
    EXPECT_NE(form({1, 2, 3, 4, 5}), plain);
    EXPECT_NE(form({1, 2, 3, 4, 5, 7}), plain);
    EXPECT_NE(form({1, 1, 2}), form({1, 2, 2}));
    EXPECT_NE(form({1, 2, 2}), form({1, 2}));
    // The bytes that an older version wrote for a request with its seats in this order.
    EXPECT_EQ(
        form({1, 2}),
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1"
        "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1"sv
    );
}

TEST(Canonical, of_a_change_is_the_same_for_its_parts_in_any_order_alone) {
    const SeatId a{Bits128{1, 1}};
    const SeatId b{Bits128{2, 1}};
    const auto plain = canonical(ChangeRequest{
        .add = {.seats = {a, b}, .items = {{"A", 1}, {"B", 2}}},
        .remove = {.seats = {}, .items = {{"C", 1}}},
    });
    EXPECT_EQ(
        canonical(ChangeRequest{
            .add = {.seats = {b, a}, .items = {{"B", 2}, {"A", 1}}},
            .remove = {.seats = {}, .items = {{"C", 1}}},
        }),
        plain
    );
    const ChangeRequest others[] = {
        {.add = {.seats = {a}, .items = {{"A", 1}, {"B", 2}}}, .remove = {{}, {{"C", 1}}}},
        {.add = {.seats = {a, b}, .items = {{"A", 1}}}, .remove = {{}, {{"B", 2}, {"C", 1}}}},
        {.add = {.seats = {a}, .items = {{"A", 1}, {"B", 2}}}, .remove = {{b}, {{"C", 1}}}},
        {.add = {.seats = {a, b}, .items = {{"A", 2}, {"B", 2}}}, .remove = {{}, {{"C", 1}}}},
        {.add = {{}, {{"C", 1}}}, .remove = {.seats = {a, b}, .items = {{"A", 1}, {"B", 2}}}},
        {.add = {.seats = {a, b}, .items = {{"A", 1}, {"B", 2}}}, .remove = {}},
    };
    for (const auto& other : others)
        EXPECT_NE(canonical(other), plain);
}

TEST(Canonical, of_a_reservation_tells_codes_apart) {
    const EventId event{Bits128{1, 1}};
    const domain::SeatIds seats{SeatId{Bits128{2, 1}}};
    const auto form = [&](domain::WantedItems items, std::optional<std::string> code) {
        return canonical(event, seats, std::nullopt, std::move(items), std::nullopt, code);
    };
    std::vector<std::string> others{
        form({}, {}),
        form({}, "A"),
        form({}, "a"),
        form({{"A", 1}}, {}),
        form({{"A", 1}}, "A"),
        form({{"A", 1}, {"B", 1}}, "C"),
        form({{"A", 1}}, "BC"),
        form({}, std::string(16, '\0')),
    };
    std::ranges::sort(others);
    EXPECT_EQ(std::ranges::adjacent_find(others), others.end());
    // Programs of two versions must make the same bytes.
    EXPECT_EQ(
        form({}, "A"),
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1"
        "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1A"sv
    );
}

TEST(Canonical, of_a_reservation_with_items_is_the_same_for_them_in_any_order_alone) {
    const EventId event{Bits128{1, 1}};
    const domain::SeatIds no_seats;
    const domain::SeatIds one_seat{SeatId{Bits128{2, 1}}};
    const auto form = [event](const domain::SeatIds& seats, domain::WantedItems items) {
        return canonical(event, seats, std::nullopt, std::move(items));
    };
    const auto plain = form(one_seat, {{"A", 1}, {"B", 2}});
    EXPECT_EQ(form(one_seat, {{"B", 2}, {"A", 1}}), plain);
    // A category's name whose 16 bytes could also be read as a seat's id.
    const auto like_a_seat = std::string(15, '\0') + "\1";
    std::vector<std::string> others{
        plain,
        form(one_seat, {}),
        form(no_seats, {{"A", 1}, {"B", 2}}),
        form(one_seat, {{"A", 1}}),
        form(one_seat, {{"A", 2}, {"B", 1}}),
        form(one_seat, {{"A", 1}, {"C", 2}}),
        form(one_seat, {{"AB", 1}, {"", 2}}),
        form(one_seat, {{"", 1}, {"AB", 2}}),
        form(no_seats, {{"A", 1}}),
        form(no_seats, {{like_a_seat, 1}}),
        form(no_seats, {{"A" + like_a_seat, 1}}),
    };
    std::ranges::sort(others);
    EXPECT_EQ(std::ranges::adjacent_find(others), others.end());
    // Programs of two versions must make the same bytes.
    EXPECT_EQ(
        form(one_seat, {{"B", 2}, {"A", 1}}),
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1"
        "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1"
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1A"
        "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1B"sv
    );
}

TEST(Canonical, of_a_wish_for_the_best_seats_has_all_of_it_and_is_like_no_other_request) {
    const EventId event{Bits128{1, 1}};
    const auto form = [event](const domain::BestWish& wish, domain::WantedItems items = {}) {
        return canonical(event, {}, std::nullopt, std::move(items), wish);
    };
    const domain::SeatIds one_seat{SeatId{Bits128{2, 1}}};
    std::vector<std::string> others{
        form({.quantity = 1}),
        form({.quantity = 2}),
        form({.quantity = 1, .section = ""}),
        form({.quantity = 1, .section = "A"}),
        form({.quantity = 1, .price_max = 0}),
        form({.quantity = 1, .price_max = 1}),
        form({.quantity = 1, .near = SeatId{Bits128{0, 1}}}),
        form({.quantity = 1, .near = SeatId{Bits128{2, 1}}}),
        form({.quantity = 1, .accessible = true}),
        form({.quantity = 1, .allow_split = true}),
        form({.quantity = 1, .accessible = true, .allow_split = true}),
        form({.quantity = 1}, {{"A", 1}}),
        form({.quantity = 1, .section = "A"}, {{"A", 1}}),
        canonical(event, {}, std::nullopt, {{"A", 1}}),
        canonical(event, one_seat, std::nullopt),
        canonical(event, one_seat, std::nullopt, {{"A", 1}}),
        canonical(event, {}, std::chrono::seconds{1}, {}, domain::BestWish{.quantity = 1}),
    };
    std::ranges::sort(others);
    EXPECT_EQ(std::ranges::adjacent_find(others), others.end());
    // Programs of two versions must make the same bytes.
    EXPECT_EQ(
        form({.quantity = 2, .section = "AB", .price_max = 3, .near = SeatId{Bits128{4, 5}}}),
        "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1"
        "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\2"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\3"
        "\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\5"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2AB"sv
    );
}

std::string canonical_seats(std::string_view body) {
    const auto seats = parse_bulk_seats_request(body);
    EXPECT_TRUE(seats) << body;
    const auto request = seats.value_or(BulkSeatsRequest{});
    return canonical(request.seats) + canonical(request.held_back);
}
std::string canonical_table(std::string_view text) {
    const auto table = parse_seat_csv(text);
    EXPECT_TRUE(table) << text;
    return canonical(table->seats) + canonical(table->held_back);
}
std::string canonical_event(std::string_view body) {
    const auto spec = parse_event_request(body);
    EXPECT_TRUE(spec) << body;
    return canonical(*spec);
}
template <class Request>
std::string canonical_of(std::string_view body) {
    const auto request = parse_request<Request>(body);
    EXPECT_TRUE(request) << body;
    return canonical(*request);
}

std::string event_with(std::string_view more) {
    return R"({"name":"A","start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T12:00:00Z","total_seats":9)" +
           std::string{more} + "}";
}

struct Spellings {
    std::string (*form)(std::string_view body);
    std::vector<std::string> same;
    /// Bodies of different requests: their forms differ from the form of `same` and from each
    /// other.
    std::vector<std::string> others;
};

const Spellings kSpellings[] = {
    {canonical_event,
     {
         event_with(""),
         R"( { "total_seats":9, "end_at":"2027-01-01T12:00:00.000Z", "name":"\u0041",
               "start_at":"2027-01-01T19:00:00+09:00", "colour":["red"] } )",
         event_with(
             R"(,"description":"","venue":"","hold_seconds":900,"currency":"JPY")"
             R"(,"max_seats_per_reservation":10,"payment":"none","max_seats_per_user":null)"
             R"(,"sales_start_at":null,"sales_end_at":null,"stage":null,"focal_point":null)"
             R"(,"best_seats":"balanced","gates":[],"asks":{"holder_name":false,"questions":[]})"
         ),
     },
     {
         R"({"name":"B","start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T12:00:00Z","total_seats":9})",
         R"({"name":"A","start_at":"2027-01-01T10:00:01Z","end_at":"2027-01-01T12:00:00Z","total_seats":9})",
         R"({"name":"A","start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T12:00:01Z","total_seats":9})",
         R"({"name":"A","start_at":"2027-01-01T10:00:00Z","end_at":"2027-01-01T12:00:00Z","total_seats":8})",
         event_with(R"(,"description":"x")"),
         event_with(R"(,"venue":"x")"),
         event_with(R"(,"hold_seconds":901)"),
         event_with(R"(,"max_seats_per_reservation":9)"),
         event_with(R"(,"max_seats_per_user":10)"),
         event_with(R"(,"sales_start_at":"2026-12-01T10:00:00Z")"),
         event_with(R"(,"sales_end_at":"2027-01-01T10:00:00Z")"),
         event_with(R"(,"currency":"EUR")"),
         event_with(R"(,"payment":"required")"),
         event_with(R"(,"stage":{"x":0,"y":0,"width":1,"height":1})"),
         event_with(R"(,"stage":{"x":0,"y":0,"width":1,"height":2})"),
         event_with(R"(,"focal_point":{"x":0,"y":0})"),
         event_with(R"(,"focal_point":{"x":0,"y":1})"),
         event_with(R"(,"best_seats":"front")"),
         event_with(R"(,"gates":[{"name":"W"}])"),
         event_with(R"(,"gates":[{"name":"W","sections":["A"]}])"),
         event_with(R"(,"gates":[{"name":"W","categories":["A"]}])"),
         event_with(R"(,"asks":{"holder_name":true})"),
         event_with(R"(,"asks":{"questions":[{"label":"A"}]})"),
         event_with(R"(,"asks":{"questions":[{"label":"A","required":true}]})"),
         event_with(R"(,"asks":{"terms":"A"})"),
     }},
    {canonical_seats,
     {
         R"({"prefix":"A","count":2,"price":7})",
         R"({"price":7,"count":2,"prefix":"A","seats":null,"x":1})",
         R"({"seats":[{"seat_number":"A-1","price":7},{"price":7,"seat_number":"A-2"}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"row":"","section":"","x":null},)"
         R"({"seat_number":"A-\u0032","price":7,"label":"","accessible":false}]})",
     },
     {
         R"({"prefix":"A","count":3,"price":7})",
         R"({"prefix":"A","count":2,"price":8})",
         R"({"prefix":"B","count":2,"price":7})",
         R"({"prefix":"A","count":1,"price":7})",
         R"({"seats":[{"seat_number":"A-2","price":7},{"seat_number":"A-1","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"row":"1"},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"section":"1"},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"x":1},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"y":1},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"x":1,"y":1},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"label":"1"},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"companion":true},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"allocation":"a"},{"seat_number":"A-2","price":7}]})",
         R"({"seats":[{"seat_number":"A-1","price":7},{"seat_number":"A-2","price":7,"allocation":"a"}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"allocation":"a"},)"
         R"({"seat_number":"A-2","price":7,"allocation":"a"}]})",
         R"({"seats":[{"seat_number":"A-1","price":7,"allocation":"a"},)"
         R"({"seat_number":"A-2","price":7,"allocation":"b"}]})",
     }},
    {canonical_of<ExtensionRequest>,
     {R"({"seconds":60})", R"({ "more":[{}], "\u0073econds" : 60 })"},
     {R"({"seconds":61})", R"({"seconds":6})"}},
    {canonical_of<domain::SaleAction>,
     {R"({"action":"pause"})", R"({"why":"rain","action":"pau\u0073e"})"},
     {R"({"action":"open"})", R"({"action":"end"})"}},
    {[](std::string_view body) {
         return canonical(parse_allocation_request(body).value().allocation);
     },
     {R"({"name":"Caf\u00e9","category":"A","quantity":7,"limit":5})",
      R"({"limit":5.0,"more":7,"quantity":7,"name":"Cafe\u0301","category":"A"})"},
     {R"({"name":"Caf\u00e9","category":"B","quantity":7,"limit":5})",
      R"({"name":"Caf\u00e9","category":"A","quantity":8,"limit":5})",
      R"({"name":"Caf\u00e9","category":"A","quantity":7,"limit":6})",
      R"({"name":"Caf\u00e9","category":"A","quantity":7})",
      R"({"name":"Caf\u00e9","category":"A","quantity":7,"limit":5,"limit_per_user":5})",
      R"({"name":"Caf\u00e9","category":"A","quantity":7,"limit":5,"until":"2027-01-01T00:00:00Z"})",
      R"({"name":"Caf\u00e9","seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"limit":5})"}},
    {canonical_of<domain::Category>,
     {R"({"name":"Caf\u00e9","price":5,"total_stock":7})",
      R"({"total_stock":7.0,"available":7,"name":"Cafe\u0301","price":5})"},
     {R"({"name":"Cafe","price":5,"total_stock":7})",
      R"({"name":"Caf\u00e9","price":6,"total_stock":7})",
      R"({"name":"Caf\u00e9","price":5,"total_stock":8})"}},
    {canonical_of<ApiKeyRequest>,
     {R"({"name":"gate","role":"user"})", R"({"role":"user","name":"g\u0061te"})"},
     {R"({"name":"gate","role":"admin"})",
      R"({"name":"gate ","role":"user"})",
      R"({"name":"gate\",\"role\":\"user","role":"user"})"}},
};

TEST(Canonical, is_the_same_for_the_same_request_on_every_route_and_for_no_other) {
    for (const auto& row : kSpellings) {
        const auto plain = row.form(row.same.front());
        for (const auto& same : row.same)
            EXPECT_EQ(row.form(same), plain) << same;
        std::vector<std::string> forms{plain};
        for (const auto& other : row.others) {
            forms.push_back(row.form(other));
            EXPECT_EQ(std::ranges::count(forms, forms.back()), 1) << other;
        }
    }
}

TEST(Canonical, of_an_event_is_as_it_was_before_an_event_could_say_more) {
    const auto form = canonical_event(event_with(R"(,"best_seats":"balanced")"));
    EXPECT_TRUE(form.ends_with(R"("currency":"JPY","payment":"none"})")) << form;
}

TEST(Canonical, is_the_same_for_seats_from_a_table) {
    EXPECT_EQ(
        canonical_table("allocation,seat_number,price\nHouse,1,7\n,2,7\nHouse,3,7\n"),
        canonical_seats(R"({"seats":[{"seat_number":"1","price":7,"allocation":"House"},)"
                        R"({"seat_number":"2","price":7,"allocation":null},)"
                        R"({"seat_number":"3","price":7,"allocation":"House"}]})")
    );
    EXPECT_EQ(
        canonical_table("price,seat_number,row\r\n7,A-1,\r\n7,\"A-2\",\r\n"),
        canonical_seats(R"({"prefix":"A","count":2,"price":7})")
    );
    EXPECT_EQ(
        canonical_table("seat_number,price,section,row,x,y\n1,7,S,R,-0.5,1\n"),
        canonical_seats(
            R"({"seats":[{"seat_number":"1","price":7,"section":"S","row":"R","x":-5e-1,"y":1.0}]})"
        )
    );
}

/// A setting gives the hold of an event whose body doesn't name one. Naming the same hold makes no
/// difference.
TEST(Canonical, has_the_defaults_of_the_server) {
    const auto spec = parse_event_request(event_with(""), std::chrono::seconds{60});
    ASSERT_TRUE(spec);
    EXPECT_EQ(canonical(*spec), canonical_event(event_with(R"(,"hold_seconds":60)")));
    EXPECT_NE(canonical(*spec), canonical_event(event_with("")));
}

TEST(IdempotencyKey, is_1_to_255_characters_without_control_characters) {
    for (const auto& key : {"k"s, "\t席\n"s, std::string(255, 'k')})
        EXPECT_FALSE(check_idempotency_key(key)) << key;
    for (const auto& key : {""s, std::string(256, 'k'), "a\0b"s, "a\x1b"s, "a\x7f"s}) {
        const auto error = check_idempotency_key(key);
        ASSERT_TRUE(error) << key;
        EXPECT_EQ(error->field, "Idempotency-Key");
    }
}

}  // namespace
}  // namespace frontrow::wire
