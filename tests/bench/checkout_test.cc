#include "bench/checkout.h"

#include "bench/venue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace frontrow::bench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kReservation = R"({"id":"r-1","seat_ids":["s-1"],"status":"pending"})";

std::string order_body(const std::string& status, Amount amount = kPrice) {
    return R"({"id":"o-1","status":")" + status + R"(","amount":)" + std::to_string(amount) +
           R"(,"payments":[{"id":"p-1","status":"open"}]})";
}

/// A buyer, and answers to what they ask.
class Buyer : public testing::Test {
protected:
    Checkout checkout(std::uint64_t number) const { return {target_, "run", number, kReservation}; }
    void answer(Checkout& checkout, unsigned status, const std::string& body) {
        checkout.note({.status = status, .head = {}, .body = body}, complaints_);
    }
    /// Answers as the contract has it, and returns where each request went.
    std::vector<std::string> buy(Checkout& checkout) {
        std::vector<std::string> paths;
        while (const auto request = checkout.next()) {
            paths.push_back(request->substr(5, request->find(' ', 5) - 5));
            if (request->contains("tok_decline"))
                answer(checkout, 402, R"({"code":"PAYMENT_DECLINED"})");
            else if (request->contains("/payments "))
                answer(checkout, 200, order_body("paid"));
            else if (request->contains("/refund "))
                answer(checkout, 200, order_body("refunded"));
            else
                answer(checkout, 201, order_body("created"));
        }
        return paths;
    }
    std::string complaint() const {
        return complaints_.empty() ? "" : complaints_.sentences().front();
    }

    Target target_{.host = "127.0.0.1", .port = 80, .token = {}};
    Complaints complaints_;
};

TEST_F(Buyer, takes_each_of_the_ways_that_ten_buyers_take) {
    std::map<Course, int> courses;
    for (std::uint64_t number = 0; number < 10; ++number)
        ++courses[course_of(number)];
    EXPECT_EQ(courses[Course::pays], 6);
    EXPECT_EQ(courses.size(), 5U);

    const std::string orders = "/api/v1/orders";
    const std::string pay = orders + "/o-1/payments";
    const std::string refund = orders + "/o-1/refund";
    struct Case {
        Course course;
        std::vector<std::string> paths;
        std::string status;
        bool was_paid;
    };
    for (const auto& one : {
             Case{Course::pays, {orders, pay}, "paid", true},
             Case{Course::pays_again, {orders, pay, pay}, "paid", true},
             Case{Course::gives_up, {orders, pay}, "created", false},
             Case{Course::is_refunded, {orders, pay, refund}, "refunded", true},
             Case{Course::returns, {orders, pay, refund}, "refunded", true},
         }) {
        std::uint64_t number = 0;
        while (course_of(number) != one.course)
            ++number;
        auto buyer = checkout(number);
        EXPECT_EQ(buy(buyer), one.paths) << number;
        EXPECT_EQ(buyer.order(), (ToldOrder{"o-1", kPrice, one.status})) << number;
        EXPECT_EQ(buyer.was_paid(), one.was_paid) << number;
        EXPECT_EQ(buyer.has_returned(), one.course == Course::returns) << number;
    }
    EXPECT_TRUE(complaints_.empty()) << complaint();
}

TEST_F(Buyer, asks_in_their_own_name_and_the_organiser_refunds) {
    auto buyer = checkout(3);
    EXPECT_THAT(
        buyer.next().value(),
        AllOf(
            HasSubstr("X-User-ID: buyer-000000000004\r\n"), HasSubstr(R"({"reservation_id":"r-1"})")
        )
    );
    answer(buyer, 201, order_body("created"));
    answer(buyer, 200, order_body("paid"));
    EXPECT_THAT(
        buyer.next().value(),
        AllOf(Not(HasSubstr("X-User-ID")), HasSubstr(R"("return_to_sale":true)"))
    );
}

TEST_F(Buyer, asks_again_under_the_same_key_while_the_result_is_open) {
    auto buyer = checkout(9);
    answer(buyer, 201, order_body("created"));
    const auto request = buyer.next();
    answer(buyer, 202, order_body("paying"));
    EXPECT_EQ(buyer.next(), request);
    answer(buyer, 503, R"({"code":"OVERLOADED"})");
    EXPECT_EQ(buyer.next(), request) << "the payment may have succeeded";
    answer(buyer, 200, order_body("paid"));
    EXPECT_EQ(buyer.next(), std::nullopt);
    EXPECT_TRUE(buyer.was_paid());
}

TEST_F(Buyer, leaves_when_turned_away) {
    auto buyer = checkout(9);
    answer(buyer, 201, order_body("created"));
    answer(buyer, 503, R"({"code":"OVERLOADED"})");
    EXPECT_EQ(buyer.next(), std::nullopt);
    EXPECT_EQ(buyer.order().value().status, "created");
    EXPECT_TRUE(complaints_.empty()) << complaint();
}

TEST_F(Buyer, complains_of_what_the_contract_does_not_say) {
    struct Case {
        std::uint64_t number;
        unsigned status;
        std::string body;
        std::string why;
    };
    for (const auto& one : {
             Case{9, 402, R"({"code":"PAYMENT_DECLINED"})", "a good card was declined"},
             Case{1, 200, order_body("paid"), "a card that was to be declined wasn't"},
             Case{1, 402, R"({"code":"NO_MONEY"})", "another code"},
             Case{9, 200, order_body("created"), "it isn't paid"},
             Case{9, 200, order_body("paid", kPrice + 1), "another amount"},
             Case{9, 200, R"({"id":"o-2","status":"paid","amount":5000})", "another order"},
             Case{9, 200, "{}", "no order"},
         }) {
        complaints_ = {};
        auto buyer = checkout(one.number);
        answer(buyer, 201, order_body("created"));
        answer(buyer, one.status, one.body);
        EXPECT_THAT(complaint(), StartsWith("1 × unexpected answers with status")) << one.why;
        EXPECT_EQ(buyer.next(), std::nullopt) << one.why;
        EXPECT_EQ(buyer.order().value().status, "created") << one.why;
    }
}

TEST_F(Buyer, complains_of_an_answer_that_leaves_open_what_was_done) {
    auto buyer = checkout(9);
    answer(buyer, 503, R"({"code":"OUTCOME_UNKNOWN"})");
    EXPECT_THAT(complaint(), HasSubstr("answers that leave open what was done"));
}

}  // namespace
}  // namespace frontrow::bench
