#include "bench/answer_reader.h"
#include "bench/told_order.h"
#include "bench/told_reservation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace frontrow::bench {
namespace {

using State = AnswerReader::State;

State feed(AnswerReader& reader, std::string_view bytes, std::size_t at_once) {
    auto state = State::more;
    while (!bytes.empty() && state == State::more) {
        const auto piece = bytes.substr(0, at_once);
        std::ranges::copy(piece, reader.space().begin());
        state = reader.took(piece.size());
        bytes.remove_prefix(piece.size());
    }
    return state;
}

TEST(AnswerReader, finds_the_end_however_the_bytes_come) {
    const std::string body(5'000, 'x');
    const auto text =
        "HTTP/1.1 409 Conflict\r\nX-A: b\r\ncontent-length: 5000\r\nX-Z: z\r\n\r\n" + body;
    AnswerReader reader;
    for (const std::size_t at_once : {1U, 7U, 1'000U, 4'000U}) {
        reader.begin();
        ASSERT_EQ(feed(reader, text, at_once), State::whole) << at_once;
        EXPECT_EQ(reader.answer().status, 409U);
        EXPECT_EQ(reader.answer().body, body);
        EXPECT_TRUE(reader.answer().head.ends_with("X-Z: z\r\n\r\n"));
    }
}

TEST(AnswerReader, waits_for_the_last_byte) {
    AnswerReader reader;
    EXPECT_EQ(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", 100), State::more);
    EXPECT_EQ(feed(reader, "c", 1), State::whole);
}

TEST(AnswerReader, refuses_what_it_could_miscount) {
    for (const auto* text : {
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
             "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
             "SSH-2.0-OpenSSH\r\n\r\n",
         }) {
        AnswerReader reader;
        EXPECT_EQ(feed(reader, text, 1'000), State::broken) << text;
    }
}

SeatId seat(char last) {
    SeatId id;
    id.fill('0');
    id.back() = last;
    return id;
}

std::string
body_of(const std::vector<SeatId>& seats, std::string_view expires = "1970-01-01T00:15:00.000Z") {
    std::string list;
    for (const auto& one : seats)
        list += (list.empty() ? "\"" : ",\"") + std::string{text_of(one)} + "\"";
    return R"({"id":"x","event_id":"y","seat_ids":[)" + list +
           R"(],"status":"pending","expires_at":")" + std::string{expires} +
           R"(","created_at":"1970-01-01T00:00:00.000Z"})";
}

bool is_told(const std::string& body, const std::vector<SeatId>& wanted) {
    const auto told = read_told(body);
    return told && has_just(told->seat_ids, wanted);
}

TEST(Told, is_a_reservation_of_just_these_seats) {
    const std::vector wanted{seat('a'), seat('b')};
    const auto body = body_of({seat('b'), seat('a')});
    EXPECT_TRUE(is_told(body, wanted));
    const auto told = read_told(body);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->expires - told->created, std::chrono::minutes{15});
    EXPECT_FALSE(is_told(body_of({seat('a')}), wanted));
    EXPECT_FALSE(is_told(body_of({seat('a'), seat('c')}), wanted));
    EXPECT_FALSE(is_told(body_of({seat('a'), seat('b'), seat('c')}), wanted));
    EXPECT_FALSE(is_told(body_of(wanted, "soon"), wanted));
    EXPECT_FALSE(is_told(body_of(wanted, "1970-01-01T00:00:00.000Z"), wanted)) << "over at once";
    EXPECT_FALSE(is_told("{}", wanted));
    EXPECT_FALSE(is_told("", wanted));
}

TEST(Told, names_the_seats_that_the_server_chose) {
    const auto body = body_of({seat('b'), seat('a')});
    auto list = read_told(body).value().seat_ids;
    EXPECT_EQ(take_id(list), seat('b'));
    EXPECT_EQ(take_id(list), seat('a'));
    EXPECT_EQ(take_id(list), std::nullopt);
    for (std::string_view broken : {"\"short\"", "nothing", "\"", "\"00000000-0000-7000-8000"})
        EXPECT_EQ(take_id(broken), std::nullopt) << broken;
}

TEST(Told, has_one_item_of_the_category) {
    const std::string item = R"({"category":"Standing","quantity":2,"unit_price":5})";
    EXPECT_TRUE(is_item(item, "Standing", 2));
    EXPECT_FALSE(is_item(item, "Standing", 3));
    EXPECT_FALSE(is_item(item, "Stalls", 2));
    EXPECT_FALSE(is_item(item + "," + item, "Standing", 2));
    EXPECT_FALSE(is_item(R"({"category":"Standing","quantity":23})", "Standing", 2));
    EXPECT_FALSE(is_item("", "Standing", 2));
}

TEST(Told, has_the_reservations_id) {
    EXPECT_EQ(id_of(body_of({seat('a')})), "x");
    EXPECT_EQ(id_of("{}"), "");
}

TEST(Told, is_an_order_with_its_amount_and_status) {
    const std::string order =
        R"({"id":"o","status":"paid","amount":5000,"payments":[{"id":"p","status":"declined"}]})";
    EXPECT_EQ(read_order(order), (ToldOrder{"o", 5'000, "paid"}));
    for (const auto* broken :
         {"",
          "[]",
          R"({"id":"o","status":"paid"})",
          R"({"id":"o","amount":1,"status":2})",
          R"({"id":1,"amount":1,"status":"paid"})",
          R"({"id":"o","amount":"1","status":"paid"})"})
        EXPECT_EQ(read_order(broken), std::nullopt) << broken;
}

TEST(Told, has_the_code_of_a_refusal) {
    EXPECT_EQ(code_of(R"({"status":409,"code":"SOLD_OUT","message":"-"})"), "SOLD_OUT");
    EXPECT_EQ(code_of("{}"), "");
}

}  // namespace
}  // namespace frontrow::bench
