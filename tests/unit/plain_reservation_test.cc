#include "wire/plain_reservation.h"

#include "support/for_the_tree.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto kEventMember = R"("event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab")"sv;
constexpr auto kSeatsMember = R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"])"sv;

/// A good body with these additional members.
std::string with(std::string_view more) {
    return "{" + std::string{kEventMember} + "," + std::string{kSeatsMember} + std::string{more} +
           "}";
}

constexpr auto kItemsMember = R"("items":[{"category":"Standing","quantity":2}])"sv;

std::string without_members_but(std::string_view members) {
    return "{" + std::string{members} + "}";
}

TEST(PlainReservation, is_what_nearly_every_client_sends) {
    for (const auto& body :
         {with(""),
          with(R"(,"hold_seconds":60)"),
          with(R"(,"hold_seconds":0)"),
          with(R"(,"hold_seconds":999999999)"),
          with(R"(,"idempotency_key":"a key, 'quoted' {} ~")"),
          with(R"(,"idempotency_key":"")"),
          with(R"(,"access_code":"WINTER-7QX2")"),
          with(R"(,"access_code":"")"),
          with(R"(,"idempotency_key":"k","hold_seconds":60)"),
          with("," + std::string{kItemsMember}),
          with(R"(,"items":[{"quantity":0,"category":""}])"),
          with(R"(,"items":[{"category":"A ]} ~","quantity":999999999},)"
               R"({"category":"A","quantity":1},{"category":"A","quantity":1}])"),
          with(R"(, "items" : [ { "category" : "A" , "quantity" : 1 } ] )"),
          without_members_but(std::string{kItemsMember} + "," + std::string{kEventMember}),
          "\r\n\t " + with(" \n") + "\n",
          R"({ "hold_seconds" : 60 ,"seat_ids" : [ "0192A4B8-1F3C-7DEF-9ABC-0123456789AB" , )"s +
              R"("0192a4b8-1f3c-7def-9abc-0123456789ab" ] , )" + std::string{kEventMember} +
              " } "}) {
        EXPECT_TRUE(read_plain_reservation(body)) << body;
    }
}

TEST(PlainReservation, is_nothing_else) {
    const std::string good = with("");
    std::vector<std::string> others{
        "",
        "{}",
        "[]",
        "null",
        good + "x",
        good + "}",
        good + good,
        "[" + good + "]",
        "\xEF\xBB\xBF" + good,
        good + '\0',
        "\v" + good,
        without_members_but(kEventMember),
        without_members_but(kSeatsMember),
        without_members_but(std::string{kSeatsMember} + R"(,"event_id":null)"),
        without_members_but(std::string{kEventMember} + R"(,"seat_ids":[])"),
        without_members_but(std::string{kEventMember} + R"(,"items":[])"),
        without_members_but(std::string{kItemsMember}),
        without_members_but(std::string{kEventMember} + R"(,"seat_ids":"A")"),
        without_members_but(std::string{kEventMember} + R"(,"seat_ids":[7])"),
    };
    for (const auto more : {
             R"(,)",
             R"(,"x":0)",
             R"(,"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab")",
             R"(,"seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"])",
             R"(,"hold_seconds":60,"hold_seconds":60)",
             R"(,"idempotency_key":"k","idempotency_key":"k")",
             R"(,"items":[])",
             R"(,"items":{"category":"A","quantity":1})",
             R"(,"items":["A"])",
             R"(,"items":[{}])",
             R"(,"items":[{"category":"A"}])",
             R"(,"items":[{"quantity":1}])",
             R"(,"items":[{"category":"A","quantity":1},])",
             R"(,"items":[{"category":"A","quantity":1,}])",
             R"(,"items":[{"category":"A","quantity":1,"x":1}])",
             R"(,"items":[{"category":"A","quantity":1,"quantity":1}])",
             R"(,"items":[{"category":"A","category":"A","quantity":1}])",
             R"(,"items":[{"category":"A","quantity":1.0}])",
             R"(,"items":[{"category":"A","quantity":-1}])",
             R"(,"items":[{"category":"A","quantity":1000000000}])",
             R"(,"items":[{"category":"席","quantity":1}])",
             R"(,"items":[{"category":"\u0041","quantity":1}])",
             R"(,"items":[{"category":7,"quantity":1}])",
             R"(,"items":null)",
             R"(,"items":[{"category":"A","quantity":1}],"items":[{"category":"B","quantity":1}])",
             R"(,"best_available":{"quantity":1})",
             R"(,"alternatives":true)",
             R"(,"\u0068old_seconds":60)",
             R"(,"Hold_seconds":60)",
             R"(,"hold_seconds":null)",
             R"(,"hold_seconds":"60")",
             R"(,"hold_seconds":)",
             R"(,"event_id" "hold_seconds":60)",
             R"(,"hold_seconds":-1)",
             R"(,"hold_seconds":+1)",
             R"(,"hold_seconds":060)",
             R"(,"hold_seconds":00)",
             R"(,"hold_seconds":60.0)",
             R"(,"hold_seconds":6e1)",
             R"(,"hold_seconds":0x3C)",
             R"(,"hold_seconds":1000000000)",
             R"(,"hold_seconds":60 0)",
             R"(,"access_code":"a","access_code":"a")",
             R"(,"access_code":7)",
             R"(,"access_code":"\u0041")",
             R"(,"idempotency_key":7)",
             R"(,"idempotency_key":null)",
             R"(,"idempotency_key":"a\\b")",
             R"(,"idempotency_key":"a\"b")",
             R"(,"idempotency_key":"\u0041")",
             R"(,"idempotency_key":"席")",
             "\"idempotency_key\":\"k\"",
             ",\"idempotency_key\":\"a\tb\"",
             ",\"idempotency_key\":\"a\x7F\"",
             ",\"idempotency_key\":\"a",
             ",/**/\"hold_seconds\":60",
         }) {
        others.push_back(with(more));
    }
    for (std::size_t length = 0; length < good.size(); ++length)
        others.push_back(good.substr(0, length));
    for (const auto& other : others)
        EXPECT_FALSE(read_plain_reservation(other)) << other;
}

/// Bodies as clients send them, right or wrong.
class Bodies {
public:
    explicit Bodies(std::uint64_t seed) : random_{seed} {}

    std::string next() {
        auto body = object();
        for (auto times = below(4); times > 0; --times)
            spoil(body);
        return body;
    }

private:
    std::size_t below(std::size_t count) { return random_() % count; }

    std::string space() {
        return below(4) != 0 ? "" : std::string(1 + below(2), " \n\r\t"[below(4)]);
    }

    std::string id() {
        std::string text = EventId{Bits128{random_(), random_()}}.to_string();
        if (below(4) == 0)
            std::ranges::transform(text, text.begin(), [](char c) {
                return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
            });
        return '"' + text + '"';
    }

    std::string seats() {
        std::string list = "[" + space();
        for (std::size_t i = 0, count = 1 + below(4); i < count; ++i)
            list += (i == 0 ? "" : ",") + space() + id() + space();
        return list + "]";
    }

    std::string seconds() {
        static constexpr std::string_view kOdd[]{
            "060", "-1", "6e1", "60.0", "60.5", "1234567890", "null"
        };
        return below(4) != 0 ? std::to_string(below(5'000))
                             : std::string{kOdd[below(std::size(kOdd))]};
    }

    std::string item() {
        static constexpr std::string_view kNames[]{
            "Standing", "Floor A/B", "", " A", "A  B", "Floor {1}", "\\u0041", "席"
        };
        static constexpr std::string_view kOdd[]{"0", "1001", "2.0", "-1", "null"};
        const auto name = R"("category":")" + std::string{kNames[below(9) % std::size(kNames)]} +
                          std::to_string(below(20)) + '"';
        const auto quantity =
            "\"quantity\":" + space() +
            (below(4) != 0 ? std::to_string(below(1'000) + 1) : std::string{kOdd[below(5)]});
        const bool is_turned = below(2) == 0;
        return "{" + space() + (is_turned ? quantity : name) + space() + "," +
               (is_turned ? name : quantity) + "}";
    }

    std::string items() {
        std::string list = "[" + space();
        for (std::size_t i = 0, count = 1 + below(3); i < count; ++i)
            list += (i == 0 ? "" : ",") + item() + space();
        return list + "]";
    }

    std::string key() { return "\"key-}" + std::to_string(below(100)) + '"'; }

    std::string member(std::size_t which) {
        const std::pair<std::string_view, std::string> all[]{
            {"event_id", id()},
            {"seat_ids", seats()},
            {"hold_seconds", seconds()},
            {"idempotency_key", key()},
            {"items", items()},
            {"access_code", key()},
        };
        const auto& [name, value] = all[which];
        return space() + '"' + std::string{name} + '"' + space() + ':' + space() + value + space();
    }

    /// Has an event, seats or items, and perhaps other members, some of them twice.
    std::string object() {
        std::vector<std::string> members{member(0), member(below(4) == 0 ? 4 : 1)};
        for (auto count = below(3); count > 0; --count)
            members.push_back(member(below(8) == 0 ? below(2) : 2 + below(4)));
        std::ranges::shuffle(members, random_);
        std::string body = space() + "{";
        for (std::size_t i = 0; i < members.size(); ++i)
            body += (i == 0 ? "" : ",") + members[i];
        return body + "}" + space();
    }

    void spoil(std::string& body) {
        static constexpr auto kBytes =
            "{}[]\",:\\ \n\t0123456789abcdefABCDEFxu-+.eE_nulltrue\0\x01\x7F\x80\xC3\xFF"sv;
        const auto at = below(body.size());
        const auto piece = body.substr(below(body.size()), 1 + below(60));
        switch (below(6)) {
            case 0:
                body.erase(at, 1 + below(3));
                break;
            case 1:
                body.insert(at, 1, kBytes[below(kBytes.size())]);
                break;
            case 2:
                body.insert(at, piece);
                break;
            default:
                body[at] = kBytes[below(kBytes.size())];
        }
        if (body.empty()) body = " ";
    }

    std::mt19937_64 random_;
};

TEST(PlainReservation, means_what_the_tree_says) {
    Bodies bodies{test::seed_of_this_run()};
    const int rounds = test::is_soak() ? 1'000'000 : 10'000;
    int plain = 0;
    int good = 0;
    for (int i = 0; i < rounds; ++i) {
        const auto body = bodies.next();
        const auto read = read_plain_reservation(body);
        if (!read) continue;
        ++plain;
        const auto by_the_tree = parse_reservation_request(test::for_the_tree(body));
        ASSERT_EQ(parse_reservation_request(body), by_the_tree) << body;
        if (!by_the_tree) continue;
        ++good;
        ASSERT_EQ(*read, *by_the_tree) << body;
    }
    // Otherwise the test would compare almost nothing.
    EXPECT_GT(plain, rounds / 10);
    EXPECT_GT(good, rounds / 20);
    EXPECT_LT(good, plain);
    EXPECT_LT(plain, rounds);
}

}  // namespace
}  // namespace frontrow::wire
