#include "payments/webhook_provider.h"
#include "providers/stripe_fixture.h"
#include "providers/webhook_stand_in.h"

namespace frontrow::test {
namespace {

using io::FaultKind;

/// Both providers, when their server has trouble.
class ProviderTroubleTest : public ProviderTest, public testing::WithParamInterface<bool> {
protected:
    void SetUp() override { connect(); }
    /// With a circuit breaker that has seen nothing yet.
    void connect() {
        if (provider) run(io, closed(*provider));
        if (GetParam()) {
            provider = std::make_unique<payments::Stripe>(
                world(), payments::Stripe::Settings{url(), "sk_a_secret", "whsec_a_secret"}
            );
        } else {
            provider = std::make_unique<payments::WebhookProvider>(
                world(), payments::WebhookProvider::Settings{url(), WebhookStandIn::kSecret}
            );
        }
    }
    static const char* setting_of_the_key() {
        return GetParam() ? "FRONTROW_STRIPE_KEY" : "FRONTROW_PAYMENT_SECRET";
    }
    void reply(int status, Then then = Then::keep) {
        server.answer = [status, then](const auto&) {
            const std::string body = R"({"error":{"message":"sk_a_secret, 4242 4242"}})";
            return Reply{
                "HTTP/1.1 " + std::to_string(status) +
                    " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
                then
            };
        };
    }
};

INSTANTIATE_TEST_SUITE_P(Each, ProviderTroubleTest, testing::Bool());

TEST_P(ProviderTroubleTest, says_nothing_about_a_payment_unless_the_provider_has_said_it) {
    struct Case {
        int status;
        FaultKind kind;
    };
    for (const auto& [status, kind] :
         {Case{500, FaultKind::outcome_unknown},
          Case{503, FaultKind::outcome_unknown},
          Case{409, FaultKind::outcome_unknown},
          Case{429, FaultKind::unavailable},
          Case{302, FaultKind::outcome_unknown},
          Case{401, FaultKind::unusable},
          Case{403, FaultKind::unusable}}) {
        SCOPED_TRACE(status);
        connect();
        reply(status);
        for (const auto& verdict :
             {charge(with_token("ok")), look_up(on_page()), abandon(with_token("ok"))}) {
            ASSERT_FALSE(verdict);
            EXPECT_EQ(verdict.error().kind, kind);
            EXPECT_THAT(verdict.error().what, testing::Not(testing::HasSubstr("secret")));
            EXPECT_THAT(verdict.error().what, testing::Not(testing::HasSubstr("4242")));
            if (kind == FaultKind::unusable)
                EXPECT_THAT(verdict.error().what, testing::HasSubstr(setting_of_the_key()));
        }
        EXPECT_FALSE(repay(repayment(1, "pi_1")));
        EXPECT_FALSE(run(io, provider->list_movements("")));
    }
}

TEST_P(ProviderTroubleTest, stops_asking_a_provider_that_is_down_and_tries_again_later) {
    reply(503);
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(charge(with_token("ok")));
    const auto asked = server.received.size();
    EXPECT_LT(asked, 10u);
    EXPECT_EQ(charge(with_token("ok")).error().kind, FaultKind::unavailable);
    EXPECT_EQ(server.received.size(), asked);
    now += std::chrono::minutes{1};
    EXPECT_FALSE(charge(with_token("ok")));
    EXPECT_EQ(server.received.size(), asked + 1);
}

TEST_P(ProviderTroubleTest, goes_on_asking_a_provider_that_only_refuses_some_requests) {
    for (const auto status : {429, 500}) {
        SCOPED_TRACE(status);
        connect();
        reply(status);
        for (int i = 0; i < 20; ++i)
            EXPECT_FALSE(charge(with_token("ok")));
        const auto asked = server.received.size();
        EXPECT_FALSE(charge(with_token("ok")));
        EXPECT_EQ(server.received.size(), asked + 1) << "the circuit breaker is closed";
    }
}

TEST_P(ProviderTroubleTest, ends_what_waits_for_an_answer_when_it_closes) {
    server.answer = [](const auto&) { return Reply{"", Then::hold}; };
    auto asked = start(io, provider->charge(with_token("ok")));
    while (server.received.empty())
        io.run_one();
    run(io, closed(*provider));
    EXPECT_THAT(asked.get(), is_not_known());
}

TEST_P(ProviderTroubleTest, knows_that_nothing_was_asked_of_a_server_that_is_not_there) {
    run(io, server.stop());
    const auto verdict = charge(with_token("ok"));
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, FaultKind::unavailable);
}

}  // namespace
}  // namespace frontrow::test
