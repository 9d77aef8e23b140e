#pragma once

#include "payments/stripe.h"
#include "providers/provider_fixture.h"
#include "providers/stripe_stand_in.h"

namespace frontrow::test {

class StripeTest : public ProviderTest {
protected:
    static constexpr auto kWebhookSecret = "whsec_of_stripe";

    void SetUp() override {
        server.answer = [this](const Received& received) {
            stripe.now = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
            return stripe(received);
        };
        provider = std::make_unique<payments::Stripe>(
            world(),
            payments::Stripe::Settings{
                .url = url(), .secret_key = StripeStandIn::kKey, .webhook_secret = kWebhookSecret
            }
        );
    }
    void TearDown() override {
        ProviderTest::TearDown();
        EXPECT_THAT(stripe.mistakes, testing::IsEmpty());
    }

    /// What was taken for the payment, by Stripe's own books.
    std::int64_t taken() {
        std::int64_t sum = 0;
        for (const auto& id : stripe.ids("payment_intent"))
            if (stripe.object(id).at("status").as_string() == "succeeded")
                sum += stripe.object(id).at("amount_received").as_int64();
        return sum;
    }

    StripeStandIn stripe;
};

}  // namespace frontrow::test
