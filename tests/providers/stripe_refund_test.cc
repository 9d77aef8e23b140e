#include "providers/stripe_fixture.h"

namespace frontrow::test {
namespace {

class StripeRefundTest : public StripeTest {
protected:
    void SetUp() override {
        StripeTest::SetUp();
        intent = charge(with_token("pm_ok"))->reference;
        stripe.requests.clear();
    }
    std::size_t posts() const {
        return static_cast<std::size_t>(
            std::ranges::count(stripe.requests, "POST", &StripeStandIn::Request::method)
        );
    }

    std::string intent;
};

TEST_F(StripeRefundTest, gives_back_exactly_what_was_asked) {
    const auto verdict = repay(repayment(1, intent));
    ASSERT_TRUE(verdict && *verdict);
    EXPECT_TRUE((*verdict)->is_done);
    EXPECT_EQ((*verdict)->reference, "re_2");
    const auto& asked = stripe.requests.back();
    EXPECT_EQ(asked.form.at("amount"), "1000");
    EXPECT_EQ(asked.form.at("payment_intent"), intent);
    EXPECT_EQ(asked.key, "refund-" + repayment(1, "").refund.to_string());
}

TEST_F(StripeRefundTest, has_another_key_than_the_payment_of_the_same_id) {
    auto what = repayment(1, intent);
    what.refund = RefundId{payment_id(1).bits()};
    const auto verdict = repay(what);
    ASSERT_TRUE(verdict && *verdict);
    EXPECT_TRUE((*verdict)->is_done);
}

TEST_F(StripeRefundTest, gives_back_once_however_often_it_is_asked) {
    // The answer to the question after the list is lost.
    stripe.lost_answers = {2};
    EXPECT_THAT(repay(repayment(1, intent)), is_not_known());
    // Other refunds stand before it in the list, and its key is as good as forgotten.
    for (const std::uint64_t other : {2, 3})
        ASSERT_TRUE(repay(repayment(other, intent, 500)));
    const auto posts_before = posts();
    for (int i = 0; i < 3; ++i) {
        const auto verdict = repay(repayment(1, intent));
        ASSERT_TRUE(verdict && *verdict);
        EXPECT_TRUE((*verdict)->is_done);
    }
    EXPECT_EQ(posts(), posts_before);
    EXPECT_EQ(stripe.ids("refund").size(), 3u);
}

TEST_F(StripeRefundTest, asks_for_none_if_the_list_of_refunds_can_not_be_read_to_its_end) {
    for (const std::string list :
         {R"({"data":[],"has_more":true})",
          R"({"data":[{"object":"refund"}],"has_more":true})",
          R"({"data":["re_1"],"has_more":false})",
          R"({"data":[]})",
          R"({"data":[],"has_more":"true"})",
          R"({"has_more":false})"}) {
        server.answer = [&](const Received& received) {
            EXPECT_THAT(received.head, testing::StartsWith("GET "));
            return Reply{
                "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(list.size()) + "\r\n\r\n" +
                list
            };
        };
        EXPECT_THAT(repay(repayment(1, intent)), is_not_known()) << list;
        for (const auto* from : {"", "refunds:", "disputes:"})
            EXPECT_FALSE(run(io, provider->list_movements(from))) << list;
    }
}

TEST_F(StripeRefundTest, waits_for_one_that_takes_long_and_says_why_it_failed) {
    stripe.refund_status = "pending";
    auto verdict = repay(repayment(1, intent));
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(*verdict);
    auto& refund = stripe.object(stripe.ids("refund").front());
    refund["status"] = "failed";
    refund["failure_reason"] = "expired_or_canceled_card";
    verdict = repay(repayment(1, intent));
    ASSERT_TRUE(verdict && *verdict);
    EXPECT_FALSE((*verdict)->is_done);
    EXPECT_EQ((*verdict)->code, "expired_or_canceled_card");
}

TEST_F(StripeRefundTest, says_that_there_is_nothing_left) {
    const auto verdict = repay(repayment(1, intent, 3'001));
    ASSERT_TRUE(verdict && *verdict);
    EXPECT_FALSE((*verdict)->is_done);
    EXPECT_EQ((*verdict)->code, "charge_already_refunded");
    EXPECT_THAT(repay(repayment(2, "pi_99")), is_not_known());
}

TEST_F(StripeRefundTest, fails_only_if_asking_again_is_of_no_use) {
    std::uint64_t number = 10;
    for (const auto* final : {"charge_already_refunded", "charge_disputed", "amount_too_large"}) {
        stripe.refund_error = final;
        const auto verdict = repay(repayment(++number, intent));
        ASSERT_TRUE(verdict && *verdict) << final;
        EXPECT_FALSE((*verdict)->is_done);
        EXPECT_EQ((*verdict)->code, final);
    }
    for (const auto* passing : {"balance_insufficient", "lock_timeout", "never_heard_of"}) {
        stripe.refund_error = passing;
        const auto verdict = repay(repayment(++number, intent));
        EXPECT_THAT(verdict, is_not_known());
        EXPECT_THAT(verdict.error().what, testing::HasSubstr(passing));
    }
}

TEST_F(StripeRefundTest, finds_the_money_of_a_page) {
    const auto page = charge(on_page(2))->reference;
    stripe.pay_on_page(page);
    const auto verdict = repay(repayment(1, page));
    ASSERT_TRUE(verdict && *verdict);
    EXPECT_TRUE((*verdict)->is_done);
}

TEST_F(StripeRefundTest, fails_if_a_person_has_settled_a_payment_that_stripe_never_took) {
    const auto page = charge(on_page(2))->reference;
    EXPECT_THAT(repay(repayment(1, page)), is_not_known()) << "the buyer may pay yet";
    stripe.object(page)["status"] = "expired";
    for (const auto& reference : {page, std::string{}}) {
        const auto verdict = repay(repayment(1, reference));
        ASSERT_TRUE(verdict && *verdict);
        EXPECT_FALSE((*verdict)->is_done);
        EXPECT_EQ((*verdict)->code, "no_payment");
    }
    EXPECT_EQ(stripe.ids("refund").size(), 0U);
}

TEST_F(StripeRefundTest, lists_all_that_was_moved_for_us_and_nothing_else) {
    for (std::uint64_t number = 2; number <= 5; ++number)
        ASSERT_TRUE(charge(with_token("pm_ok", number)));
    ASSERT_TRUE(charge(with_token("pm_declined", 6)));
    for (const std::uint64_t number : {1, 2, 3})
        ASSERT_TRUE(repay(repayment(number, intent, 500)));
    // Another business on the same account, and a refund that somebody made by hand.
    stripe.objects["pi_90"] = {
        {"id", "pi_90"},
        {"object", "payment_intent"},
        {"status", "succeeded"},
        {"amount_received", 1},
        {"currency", "eur"},
        {"metadata", boost::json::object{}},
    };
    stripe.objects["re_91"] = {
        {"id", "re_91"},
        {"object", "refund"},
        {"status", "succeeded"},
        {"amount", 7},
        {"currency", "eur"},
        {"payment_intent", intent},
        {"metadata", boost::json::object{}},
    };
    stripe.refund_status = "pending";
    ASSERT_TRUE(repay(repayment(4, intent, 500)));

    const auto all = movements();
    std::size_t payments = 0;
    std::size_t refunds = 0;
    Amount by_hand = 0;
    for (const auto& one : all) {
        if (!one.is_refund) ++payments;
        if (one.refund) ++refunds;
        if (one.is_refund && !one.refund) by_hand += one.amount;
        EXPECT_EQ(one.currency.code(), "EUR");
    }
    EXPECT_EQ(payments, 5u);
    EXPECT_EQ(refunds, 3u);
    EXPECT_EQ(by_hand, 7);
    EXPECT_EQ(all.size(), 9u);
}

TEST_F(StripeRefundTest, lists_how_every_dispute_about_our_payments_stands) {
    const auto second = charge(with_token("pm_ok", 2))->reference;
    const auto add = [&](const char* id, const char* status, const std::string& of) {
        stripe.objects[id] = {
            {"id", id}, {"object", "dispute"}, {"status", status}, {"payment_intent", of}
        };
    };
    add("dp_1", "won", intent);
    add("dp_2", "needs_response", second);
    add("dp_3", "lost", intent);
    stripe.objects["pi_90"] = {{"id", "pi_90"}, {"object", "payment_intent"}};
    add("dp_4", "needs_response", "pi_90");

    const auto all = disputes();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].reference, "dp_3");
    EXPECT_EQ(all[0].payment, payment_id(1));
    EXPECT_TRUE(all[0].is_standing);
    EXPECT_EQ(all[1].payment, payment_id(2));
    EXPECT_TRUE(all[1].is_standing);
    EXPECT_FALSE(all[2].is_standing);
}

}  // namespace
}  // namespace frontrow::test
