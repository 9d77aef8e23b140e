#include "contract/at_once.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

// A presale with a thousand access codes, some of them shared, which ends while fans still send
// their codes.

namespace frontrow::test {
namespace {

namespace json = boost::json;

constexpr std::int64_t kStock = 1'000;
constexpr std::int64_t kHeldBack = 600;
constexpr std::int64_t kLimit = 450;
constexpr std::int64_t kLimitPerFan = 2;
constexpr int kFans = 1'000;
constexpr Millis kPresale{60'000};

std::string fan(int number) {
    return "fan-" + std::to_string(number);
}
/// Three of four fans have a code of their own. The others share ten codes.
std::string code_of(int fan) {
    return "code-" + std::to_string(fan % 4 == 0 ? fan / 100 * 100 : fan);
}

class Presale : public testing::Test {
protected:
    void SetUp() override {
        const auto category =
            R"({"name":"Standing","price":5,"total_stock":)" + std::to_string(kStock) + "}";
        ASSERT_EQ(organizer.post(event_path() + "/ticket-categories", category).status, 201);
        json::array codes;
        for (int i = 0; i < kFans; ++i)
            codes.emplace_back("code-" + std::to_string(i));
        const json::object presale{
            {"name", "Presale"},
            {"category", "Standing"},
            {"quantity", kHeldBack},
            {"limit", kLimit},
            {"limit_per_user", kLimitPerFan},
            {"until", to_rfc3339(until)},
            {"access_codes", std::move(codes)},
        };
        ASSERT_EQ(organizer.post(allocations(), json::serialize(presale)).number("codes"), kFans);
    }

    std::string event_path() const { return "/api/v1/events/" + venue.event; }
    std::string allocations() const { return event_path() + "/allocations"; }

    /// A request for units, in general sale if there is no code.
    std::string reserve(
        const std::string& user,
        int units,
        const std::string& code = {},
        int number = 0
    ) const {
        json::object body{
            {"event_id", venue.event},
            {"items", json::array{{{"category", "Standing"}, {"quantity", units}}}}
        };
        if (!code.empty()) body["access_code"] = code;
        const auto key = user + "-" + std::to_string(number);
        return HttpClient::request_text(
            "POST",
            kReservations,
            {{"X-User-ID", user}, {"Idempotency-Key", key}},
            json::serialize(body)
        );
    }
    std::string reserve_by_code(int number, int nth = 0) const {
        return reserve(fan(number), 1, code_of(number), nth);
    }
    static std::string cancel(const HttpAnswer& held) {
        return HttpClient::request_text(
            "POST", held.header("location") + "/cancel", {{"X-User-ID", held.text("user_id")}}, ""
        );
    }

    /// 250 fans ask for three tickets each, one after another.
    std::vector<std::string> early_fans() const {
        std::vector<std::string> requests;
        for (int nth = 0; nth < 3; ++nth)
            for (int i = 0; i < 250; ++i)
                requests.push_back(reserve_by_code(i, nth));
        return requests;
    }
    /// 400 fans want a ticket each, 300 others buy without a code, and 100 holds are given up.
    std::vector<std::string> second_crowd(const std::vector<HttpAnswer>& held) const {
        std::vector<std::string> requests;
        for (std::size_t i = 0; i < 100; ++i) {
            const auto first = 250 + 4 * static_cast<int>(i);
            for (int n = 0; n < 4; ++n)
                requests.push_back(reserve_by_code(first + n));
            for (int n = 0; n < 3; ++n)
                requests.push_back(reserve("walk-in-" + std::to_string(first + n), 1));
            requests.push_back(cancel(held[4 * i]));
        }
        return requests;
    }
    std::vector<std::string> late_fans() const {
        std::vector<std::string> requests;
        for (int i = 650; i < kFans; ++i)
            requests.push_back(reserve_by_code(i));
        return requests;
    }
    std::vector<std::string> buyers_of_the_rest() const {
        std::vector<std::string> requests;
        for (int i = 0; i < kStock; ++i)
            requests.push_back(reserve("late-" + std::to_string(i), 1));
        return requests;
    }

    std::int64_t on_sale() {
        return organizer.get(event_path() + "/availability")
            .json.at("categories")
            .at(0)
            .at("available")
            .as_int64();
    }

    TestServer server;
    Venue venue = make_venue(server, 1, R"(,"hold_seconds":3600,"max_seats_per_reservation":100)");
    Caller organizer{server, ""};
    Instant until = server.clock.now() + kPresale;
};

/// The units that are out, by the facts alone, in their order.
class Books {
public:
    explicit Books(Instant until) : until_{until} {}

    void observe(const json::value& fact) {
        const auto& type = fact.at("type").as_string();
        const auto& data = fact.at("data");
        if (type == "ReservationHeld") {
            const bool is_by_code = data.as_object().contains("allocation");
            const auto units = data.at("items").at(0).at("quantity").as_int64();
            const std::string user{data.at("user_id").as_string()};
            held_[id_of(data)] = {user, units, is_by_code};
            count(user, units, is_by_code);
            if (is_by_code) EXPECT_LT(at(fact), until_) << user << " came too late";
        } else if (type == "ReservationCancelled") {
            const auto& one = held_.at(id_of(data));
            count(one.user, -one.units, one.is_by_code);
        }
        EXPECT_LE(by_code_, kLimit);
        EXPECT_LE(by_code_ + others_, kStock);
        // What a fan gives back before the end is held back again.
        if (at(fact) < until_) EXPECT_LE(others_, kStock - kHeldBack);
        by_code_max_ = std::max(by_code_max_, by_code_);
    }

    std::int64_t by_code() const { return by_code_; }
    std::int64_t by_code_max() const { return by_code_max_; }
    std::int64_t others() const { return others_; }

private:
    struct Held {
        std::string user;
        std::int64_t units = 0;
        bool is_by_code = false;
    };

    static std::string id_of(const json::value& data) {
        return std::string{data.at("reservation_id").as_string()};
    }
    static Instant at(const json::value& fact) {
        return parse_rfc3339(std::string{fact.at("at").as_string()}).value();
    }
    void count(const std::string& user, std::int64_t units, bool is_by_code) {
        (is_by_code ? by_code_ : others_) += units;
        if (is_by_code) EXPECT_LE(of_fan_[user] += units, kLimitPerFan) << user;
    }

    Instant until_;
    std::map<std::string, Held> held_;
    std::map<std::string, std::int64_t> of_fan_;
    std::int64_t by_code_ = 0;
    std::int64_t by_code_max_ = 0;
    std::int64_t others_ = 0;
};

Books read_books(Caller& reader, Instant until) {
    Books books{until};
    for (std::int64_t after = 0;;) {
        const auto facts =
            reader.get("/api/v1/facts?limit=1000&after=" + std::to_string(after)).json.as_array();
        if (facts.empty()) return books;
        for (const auto& fact : facts)
            books.observe(fact);
        after = facts.back().at("seq").as_int64();
    }
}

using Counts = std::map<std::string, std::int64_t>;

/// How many answers there are of each code; "" for those that were accepted.
Counts count_codes(const std::vector<HttpAnswer>& answers) {
    Counts counts;
    for (const auto& answer : answers)
        ++counts[answer.status < 300 ? "" : answer.code()];
    return counts;
}

TEST_F(Presale, with_a_thousand_codes_keeps_its_limits_and_its_end_to_the_ticket) {
    auto first = send_at_once(server, early_fans());
    EXPECT_EQ(count_codes(first), (Counts{{"", kLimit}, {"ALLOCATION_USED_UP", 300}}));
    EXPECT_EQ(organizer.get(allocations()).json.at(0).at("used"), kLimit);
    EXPECT_EQ(on_sale(), kStock - kHeldBack);
    std::erase_if(first, [](const auto& answer) { return answer.status != 201; });
    server.restart();
    organizer = Caller{server, ""};

    // The presale ends after 300 of 800 answers. From then on its tickets are for all.
    server.clock.set(until - Millis{1});
    const auto second = send_at_once(server, second_crowd(first), 8, 25, [&](std::size_t answered) {
        if (answered == 300) server.clock.advance(Millis{1});
    });
    auto codes = count_codes(second);
    EXPECT_GT(codes["CODE_INVALID"], 0);
    EXPECT_EQ(codes[""] + codes["CODE_INVALID"] + codes["ALLOCATION_USED_UP"], 800);
    const auto held = std::ranges::count(second, 201, &HttpAnswer::status);
    EXPECT_GE(held, 300) << "who has no code is always served";
    EXPECT_EQ(std::ranges::count(second, 200, &HttpAnswer::status), 100) << "the given up holds";

    EXPECT_EQ(count_codes(send_at_once(server, late_fans())), (Counts{{"CODE_INVALID", 350}}));
    EXPECT_EQ(organizer.get(allocations()).body, "[]");
    const auto left = on_sale();
    EXPECT_EQ(left, kStock - (kLimit - 100 + held));
    const auto last = send_at_once(server, buyers_of_the_rest());
    EXPECT_EQ(count_codes(last), (Counts{{"", left}, {"SOLD_OUT", kStock - left}}));
    EXPECT_EQ(on_sale(), 0);

    const auto books = read_books(organizer, until);
    EXPECT_EQ(books.by_code() + books.others(), kStock);
    EXPECT_EQ(books.by_code_max(), kLimit);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
