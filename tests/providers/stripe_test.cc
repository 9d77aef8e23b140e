#include "providers/stripe_fixture.h"

#include <set>

namespace frontrow::test {
namespace {

using domain::PaymentNews;

TEST_F(StripeTest, sends_the_buyer_to_a_page_for_exactly_this_order) {
    const auto verdict = charge(on_page());
    ASSERT_THAT(verdict, has_news(PaymentNews::pending));
    EXPECT_EQ(verdict->reference, "cs_test_1");
    EXPECT_EQ(verdict->redirect_url, "https://checkout.stripe.example/c/cs_test_1");
    ASSERT_EQ(stripe.requests.size(), 1u);
    const auto& [method, path, form, key] = stripe.requests.front();
    const auto payment = payment_id(1).to_string();
    EXPECT_EQ(key, "charge-" + payment);
    EXPECT_EQ(form.at("mode"), "payment");
    EXPECT_EQ(form.at("line_items[0][price_data][unit_amount]"), "3000");
    EXPECT_EQ(form.at("line_items[0][price_data][currency]"), "eur");
    EXPECT_EQ(form.at("line_items[0][quantity]"), "1");
    EXPECT_EQ(form.at("adaptive_pricing[enabled]"), "false");
    EXPECT_EQ(form.at("success_url"), on_page().return_url);
    EXPECT_EQ(form.at("cancel_url"), on_page().return_url);
    EXPECT_EQ(form.at("client_reference_id"), on_page().order.to_string());
    EXPECT_EQ(form.at("metadata[frontrow_payment]"), payment);
    EXPECT_EQ(form.at("payment_intent_data[metadata][frontrow_payment]"), payment);
    // Stripe accepts 30 minutes to 24 hours from now.
    const auto open = std::stoll(form.at("expires_at")) -
                      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    EXPECT_GE(open, 30 * 60);
    EXPECT_LE(open, 24 * 3'600);
}

TEST_F(StripeTest, learns_that_the_buyer_has_paid_on_the_page) {
    auto what = on_page();
    what.reference = charge(what)->reference;
    ASSERT_THAT(look_up(what), has_news(PaymentNews::pending));
    stripe.pay_on_page(what.reference);
    const auto verdict = look_up(what);
    ASSERT_THAT(verdict, has_news(PaymentNews::succeeded));
    EXPECT_EQ(verdict->amount, 3'000);
    EXPECT_EQ(verdict->currency.code(), "EUR");
    // Refunds go by the Payment Intent.
    EXPECT_TRUE(verdict->reference.starts_with("pi_"));
}

TEST_F(StripeTest, ends_a_page_unless_the_buyer_was_faster) {
    auto what = on_page();
    what.reference = charge(what)->reference;
    EXPECT_THAT(abandon(what), is_declined_with("expired"));
    EXPECT_THAT(abandon(what), is_declined_with("expired"));
    EXPECT_EQ(stripe.object(what.reference).at("status").as_string(), "expired");

    auto other = on_page(2);
    other.reference = charge(other)->reference;
    stripe.pay_on_page(other.reference);
    EXPECT_THAT(abandon(other), has_news(PaymentNews::succeeded));
}

TEST_F(StripeTest, charges_a_card_at_once) {
    const auto verdict = charge(with_token("pm_ok"));
    ASSERT_THAT(verdict, has_news(PaymentNews::succeeded));
    EXPECT_EQ(verdict->amount, 3'000);
    EXPECT_EQ(verdict->reference, "pi_1");
    const auto& confirmed = stripe.requests.back();
    EXPECT_EQ(confirmed.path, "/v1/payment_intents/pi_1/confirm");
    EXPECT_EQ(confirmed.form.at("off_session"), "false");
    EXPECT_EQ(confirmed.form.at("error_on_requires_action"), "true");
}

TEST_F(StripeTest, says_why_a_card_was_declined) {
    EXPECT_THAT(charge(with_token("pm_declined")), is_declined_with("insufficient_funds"));
    EXPECT_THAT(charge(with_token("pm_3ds", 2)), is_declined_with("authentication_required"));
    EXPECT_THAT(charge(with_token("pm_nobody", 3)), is_declined_with("resource_missing"));
    EXPECT_EQ(taken(), 0);
    // The same is said when it is asked again.
    EXPECT_THAT(look_up(with_token("pm_declined")), is_declined_with("insufficient_funds"));
    auto known = with_token("pm_declined");
    known.reference = "pi_1";
    EXPECT_THAT(look_up(known), is_declined_with("insufficient_funds"));
}

TEST_F(StripeTest, charges_once_however_many_answers_are_lost) {
    // Each question takes two requests: one makes the Payment Intent, one confirms it.
    const std::vector<std::set<std::size_t>> losses{{1}, {2}, {1, 2}, {1, 3}, {2, 4}, {1, 2, 3, 5}};
    for (const auto& lost : losses) {
        SCOPED_TRACE(testing::PrintToString(lost));
        stripe = {};
        stripe.lost_answers = lost;
        const auto what = with_token("pm_ok");
        auto verdict = charge(what);
        while (!verdict) {
            ASSERT_THAT(verdict, is_not_known());
            verdict = look_up(what);
        }
        EXPECT_THAT(verdict, has_news(PaymentNews::succeeded));
        stripe.lost_answers.clear();
        EXPECT_THAT(charge(what), has_news(PaymentNews::succeeded));
        EXPECT_EQ(stripe.ids("payment_intent").size(), 1u);
        EXPECT_EQ(taken(), 3'000);
        EXPECT_THAT(stripe.mistakes, testing::IsEmpty());
    }
}

TEST_F(StripeTest, learns_what_it_has_taken_although_it_answered_with_an_error) {
    // Stripe repeats this error whenever it is asked again under the key.
    stripe.errors_after = {2};
    EXPECT_THAT(charge(with_token("pm_ok")), has_news(PaymentNews::succeeded));
    stripe.errors_after = {5};
    EXPECT_THAT(charge(with_token("pm_declined", 2)), is_declined_with("insufficient_funds"));
    EXPECT_EQ(taken(), 3'000);
}

TEST_F(StripeTest, charges_a_card_later_if_an_error_kept_it_from_that) {
    // The confirmation never reaches Stripe.
    server.answer = [this, asked = 0](const Received& received) mutable {
        if (++asked == 2) return Reply{"", Then::close};
        return stripe(received);
    };
    auto what = with_token("pm_ok");
    const auto first = charge(what);
    ASSERT_THAT(first, has_news(PaymentNews::pending));
    EXPECT_EQ(taken(), 0);
    what.reference = first->reference;
    EXPECT_THAT(look_up(what), has_news(PaymentNews::succeeded));
    EXPECT_THAT(look_up(what), has_news(PaymentNews::succeeded));
    EXPECT_EQ(taken(), 3'000);
}

TEST_F(StripeTest, ends_a_charge_for_which_it_repeats_an_error) {
    // The Payment Intent was made, but its id came never.
    stripe.errors_after = {1};
    const auto made = with_token("pm_ok");
    EXPECT_THAT(charge(made), is_not_known());
    EXPECT_THAT(look_up(made), is_not_known());
    EXPECT_THAT(abandon(made), is_declined_with("abandoned"));
    EXPECT_EQ(stripe.object("pi_1").at("status").as_string(), "canceled");
    // It was never made.
    stripe.errors_before = {stripe.requests.size() + 1};
    const auto not_made = with_token("pm_ok", 2);
    EXPECT_THAT(charge(not_made), is_not_known());
    EXPECT_THAT(abandon(not_made), is_declined_with("abandoned"));
    stripe.errors_before = {stripe.requests.size() + 1};
    EXPECT_THAT(charge(on_page(3)), is_not_known());
    EXPECT_THAT(abandon(on_page(3)), is_declined_with("abandoned"));
    EXPECT_EQ(taken(), 0);
}

TEST_F(StripeTest, finds_out_what_has_become_of_a_card_that_takes_long) {
    auto what = with_token("pm_slow");
    const auto first = charge(what);
    ASSERT_THAT(first, has_news(PaymentNews::pending));
    what.reference = first->reference;
    // It can't be cancelled any more.
    EXPECT_THAT(abandon(what), has_news(PaymentNews::pending));
    auto& intent = stripe.object(what.reference);
    intent["status"] = "succeeded";
    intent["amount_received"] = 3'000;
    EXPECT_THAT(abandon(what), has_news(PaymentNews::succeeded));
}

TEST_F(StripeTest, takes_nothing_for_a_charge_that_it_abandons_without_ever_having_reached_stripe) {
    EXPECT_THAT(abandon(with_token("pm_ok")), is_declined_with("abandoned"));
    const auto asked = stripe.requests.size();
    EXPECT_THAT(abandon(on_page(2)), is_declined_with("abandoned"));
    EXPECT_EQ(stripe.requests.size(), asked) << "nobody knows the page";
    EXPECT_EQ(taken(), 0);
    // A request that was on its way all the time takes nothing either.
    EXPECT_THAT(charge(with_token("pm_ok")), is_declined_with("abandoned"));
    EXPECT_EQ(taken(), 0);
}

TEST_F(StripeTest, lists_charges_to_find_one_whose_key_may_be_forgotten) {
    const auto what = with_token("pm_ok");
    ASSERT_THAT(charge(what), has_news(PaymentNews::succeeded));
    // It is on the list's second page.
    for (std::uint64_t other = 11; other <= 13; ++other)
        EXPECT_THAT(charge(with_token("pm_slow", other)), has_news(PaymentNews::pending));
    now = what.until + std::chrono::hours{30};
    EXPECT_THAT(abandon(what), has_news(PaymentNews::succeeded));
    auto never_heard_of = what;
    never_heard_of.payment = payment_id(3);
    EXPECT_THAT(abandon(never_heard_of), is_declined_with("abandoned"));
    EXPECT_EQ(stripe.ids("payment_intent").size(), 4u);
    EXPECT_EQ(taken(), 3'000);
}

TEST_F(StripeTest, does_not_take_another_payments_object_for_an_answer) {
    auto what = on_page();
    what.reference = charge(on_page(2))->reference;
    EXPECT_THAT(look_up(what), is_not_known());
    what.reference = "cs_test_99";
    EXPECT_THAT(look_up(what), is_not_known());
}

TEST_F(StripeTest, declines_nothing_because_of_an_error_about_the_key_or_an_unknown_object) {
    struct Case {
        int status;
        std::string error;
    };
    for (const auto& [status, error] :
         {Case{400, R"({"type":"idempotency_error"})"},
          Case{404, R"({"type":"invalid_request_error","code":"resource_missing"})"}}) {
        const auto body = R"({"error":)" + error + "}";
        server.answer = [&](const Received&) {
            return Reply{
                "HTTP/1.1 " + std::to_string(status) +
                " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
            };
        };
        EXPECT_THAT(charge(with_token("pm_ok")), is_not_known()) << error;
        EXPECT_THAT(charge(on_page()), is_not_known()) << error;
        EXPECT_THAT(abandon(with_token("pm_ok")), is_not_known()) << error;
    }
}

TEST_F(StripeTest, reports_the_amount_that_was_taken_and_not_the_one_that_was_asked) {
    auto what = on_page();
    what.reference = charge(what)->reference;
    stripe.object(what.reference)["amount_total"] = 2'999;
    stripe.object(what.reference)["currency"] = "usd";
    stripe.pay_on_page(what.reference);
    const auto verdict = look_up(what);
    ASSERT_THAT(verdict, has_news(PaymentNews::succeeded));
    EXPECT_EQ(verdict->amount, 2'999);
    EXPECT_EQ(verdict->currency.code(), "USD");
}

TEST_F(StripeTest, declines_an_amount_that_stripe_can_not_express) {
    auto what = with_token("pm_ok");
    what.currency = *Currency::parse("KWD");
    what.amount = 5'124;
    EXPECT_THAT(charge(what), is_declined_with("amount_not_supported"));
    EXPECT_THAT(abandon(what), is_declined_with("amount_not_supported"));
    EXPECT_TRUE(stripe.requests.empty());
    what.amount = 5'120;
    EXPECT_THAT(charge(what), has_news(PaymentNews::succeeded));
}

}  // namespace
}  // namespace frontrow::test
