#include "contract/orders_world.h"
#include "payments/notice_signature.h"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <string_view>

// What payment providers send by themselves. The provider of these tests is never reached, so what
// the server knows of a payment it knows from notices alone.

namespace frontrow::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kTheirSecret = "whsec_c2VjcmV0IG9mIHR3ZW50eS1mb3VyIQ==";

TestServer::Options with_webhook(std::string_view chosen) {
    TestServer::Options options;
    options.payments.chosen = chosen;
    // Nothing listens on this port.
    options.payments.webhook =
        payments::WebhookProvider::Settings{.url = "http://127.0.0.1:1/", .secret = kTheirSecret};
    return options;
}

class PaymentNotices : public OrdersWorld {
protected:
    explicit PaymentNotices(std::string_view chosen = "webhook")
        : OrdersWorld{with_webhook(chosen)} {}

    static std::string payment_in(const HttpAnswer& order) {
        return std::string{order.json.at("payments").at(0).at("id").as_string()};
    }
    static std::string body_about(const HttpAnswer& paying, std::string_view more) {
        return R"({"type":"payment","payment":")" + payment_in(paying) + "\"," + std::string{more} +
               "}";
    }
    /// As the provider signs it now.
    Headers signature_of(std::string_view body) const {
        const payments::StandardSigner signer{kTheirSecret};
        const auto time = payments::signing_time(server.clock.now());
        return {
            {"Webhook-Id", "msg_1"},
            {"Webhook-Timestamp", time},
            {"Webhook-Signature", signer.sign("msg_1", time, body)},
        };
    }
    HttpAnswer send(std::string_view body, Headers headers) {
        return provider.post("/api/v1/payments/notices/webhook", body, std::move(headers));
    }
    /// A signed notice about the order's payment: its status and the other fields.
    HttpAnswer tell(const HttpAnswer& paying, std::string_view more) {
        const auto body = body_about(paying, more);
        return send(body, signature_of(body));
    }
    HttpAnswer start_paying(std::string_view token = "tok") {
        const auto paying = pay(order(reserve(0)), token);
        EXPECT_EQ(paying.status, 202) << paying.body;
        return paying;
    }

    static constexpr auto kPaid = R"("status":"succeeded","amount":1000,"currency":"JPY")";

    Caller provider{server, ""};
};

TEST_F(PaymentNotices, pay_an_order_before_any_answer_and_only_once) {
    const auto paying = start_paying();
    const auto body = body_about(paying, kPaid);
    const auto headers = signature_of(body);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(send(body, headers).status, 204);
    EXPECT_EQ(status(paying), "paid");
    EXPECT_EQ(status_of_reservation(paying), "confirmed");
    const auto sales = organizer.get(event_path() + "/sales");
    EXPECT_EQ(sales.number("captured"), 1'000) << sales.body;
    EXPECT_EQ(sales.number("refunded"), 0);
}

TEST_F(PaymentNotices, may_come_in_any_order) {
    const auto paying = start_paying();
    EXPECT_EQ(tell(paying, R"("status":"declined","code":"no_money")").status, 204);
    EXPECT_EQ(status(paying), "created");
    EXPECT_EQ(tell(paying, kPaid).status, 204);
    EXPECT_EQ(tell(paying, R"("status":"declined","code":"no_money")").status, 204);
    EXPECT_EQ(tell(paying, R"("status":"pending")").status, 204);
    EXPECT_EQ(status(paying), "paid");
}

TEST_F(PaymentNotices, of_another_amount_or_currency_pay_nothing) {
    const auto paying = start_paying();
    for (const auto* other :
         {R"("status":"succeeded","amount":999,"currency":"JPY")",
          R"("status":"succeeded","amount":1001,"currency":"JPY")",
          R"("status":"succeeded","amount":1000,"currency":"EUR")"}) {
        const auto answer = tell(paying, other);
        EXPECT_EQ(answer.status, 409);
        EXPECT_EQ(answer.code(), "AMOUNT_DIFFERS");
    }
    EXPECT_EQ(status(paying), "paying");
}

TEST_F(PaymentNotices, are_refused_if_they_are_forged_or_stale) {
    const auto paying = start_paying();
    const auto body = body_about(paying, kPaid);
    const auto headers = signature_of(body);
    EXPECT_EQ(send(body, {}).code(), "NOTICE_REFUSED");
    EXPECT_EQ(send(body + " ", headers).code(), "NOTICE_REFUSED");
    server.clock.advance(seconds{301});
    EXPECT_EQ(send(body, headers).code(), "NOTICE_REFUSED");
    EXPECT_EQ(status(paying), "paying");
}

TEST_F(PaymentNotices, of_a_dispute_change_nothing_when_they_are_repeated_later) {
    const auto paying = start_paying();
    const auto is_disputed = [&] { return get(paying).json.as_object().contains("disputed"); };
    const auto body = body_about(paying, R"("status":"disputed")");
    const auto headers = signature_of(body);
    EXPECT_EQ(send(body, headers).status, 204);
    EXPECT_TRUE(is_disputed());
    server.clock.advance(seconds{2});
    EXPECT_EQ(tell(paying, R"("status":"undisputed")").status, 204);
    EXPECT_FALSE(is_disputed());
    EXPECT_EQ(send(body, headers).status, 204);
    EXPECT_FALSE(is_disputed());
    server.clock.advance(seconds{2});
    EXPECT_EQ(tell(paying, R"("status":"disputed")").status, 204);
    EXPECT_TRUE(is_disputed());
}

TEST_F(PaymentNotices, are_counted_by_what_has_become_of_them) {
    const auto paying = start_paying();
    const auto body = body_about(paying, kPaid);
    send(body, {});
    send(body, {});
    EXPECT_EQ(provider.post("/api/v1/payments/notices/nobody", body).status, 404);
    EXPECT_EQ(tell(paying, R"("status":"succeeded","amount":1,"currency":"JPY")").status, 409);
    EXPECT_EQ(send(body, signature_of(body)).status, 204);
    const auto metrics = organizer.get("/metrics").body;
    for (const auto* line :
         {R"({provider="webhook",result="not_genuine"} 2)",
          R"({provider="unknown",result="unknown_provider"} 1)",
          R"({provider="webhook",result="refused"} 1)",
          R"({provider="webhook",result="taken"} 1)"})
        EXPECT_THAT(metrics, testing::HasSubstr(std::string{"payment_notices_total"} + line));
}

TEST_F(PaymentNotices, of_money_are_unknown_a_day_after_the_order_closed_unpaid) {
    const auto paying = start_paying();
    EXPECT_EQ(tell(paying, R"("status":"declined")").status, 204);
    server.clock.advance(minutes{11} + hours{24});
    const auto answer = tell(paying, kPaid);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.code(), "NOT_FOUND");
}

/// What an admin settles because the provider doesn't, and what it says of refunds.
class SettlingByHand : public PaymentNotices {
protected:
    HttpAnswer settle(const HttpAnswer& order, std::string_view what, std::string_view result) {
        return organizer.post(
            path_of(order) + "/settlement",
            "{" + std::string{what} + R"(,"result":")" + std::string{result} + "\"}"
        );
    }
    HttpAnswer settle_payment(const HttpAnswer& order, std::string_view result) {
        return settle(order, R"("payment_id":")" + payment_in(order) + "\"", result);
    }
    static std::string refund_in(const HttpAnswer& order, std::size_t index = 0) {
        return std::string{order.json.at("refunds").at(index).at("id").as_string()};
    }
    HttpAnswer
    settle_refund(const HttpAnswer& order, std::string_view id, std::string_view result) {
        return settle(order, R"("refund_id":")" + std::string{id} + "\"", result);
    }
    HttpAnswer tell_refund(std::string_view id, std::string_view status) {
        const auto body = R"({"type":"refund","refund":")" + std::string{id} + R"(","status":")" +
                          std::string{status} + "\"}";
        return send(body, signature_of(body));
    }
    /// A paid order whose refund is open: its provider is never reached.
    HttpAnswer refunding(std::string_view body = {}) {
        const auto paying = start_paying();
        EXPECT_EQ(tell(paying, kPaid).status, 204);
        const auto pending = refund(paying, body);
        EXPECT_EQ(pending.status, 202) << pending.body;
        return pending;
    }
};

TEST_F(SettlingByHand, ends_a_payment_of_another_sum) {
    const auto paying = start_paying();
    const auto other = R"("status":"succeeded","amount":999,"currency":"JPY")";
    EXPECT_EQ(tell(paying, other).code(), "AMOUNT_DIFFERS");
    const auto failed = settle_payment(paying, "failed");
    EXPECT_EQ(failed.status, 200) << failed.body;
    EXPECT_EQ(failed.text("status"), "created");
    EXPECT_EQ(failed.json.at("payments").at(0).at("decline_code"), "settled_by_hand");
    EXPECT_EQ(settle_payment(paying, "failed").body, failed.body);
    EXPECT_EQ(
        alice.post(std::string{kReservations} + "/" + paying.text("reservation_id") + "/cancel")
            .status,
        200
    );
    EXPECT_NE(
        organizer.get("/api/v1/facts?limit=1000").body.find(R"("by":"dev")"), std::string::npos
    );
}

TEST_F(SettlingByHand, pays_an_order_and_is_no_way_to_undo_that) {
    const auto paying = start_paying();
    EXPECT_EQ(settle_payment(paying, "succeeded").text("status"), "paid");
    EXPECT_EQ(status_of_reservation(paying), "confirmed");
    EXPECT_EQ(settle_payment(paying, "succeeded").status, 200);
    EXPECT_EQ(settle_payment(paying, "failed").code(), "ORDER_PAID");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(SettlingByHand, is_for_admins_and_what_the_order_has) {
    const auto paying = start_paying();
    EXPECT_EQ(alice.post(path_of(paying) + "/settlement", "{}").code(), "FORBIDDEN");
    const auto other = settle(paying, R"("payment_id":")" + paying.text("id") + "\"", "failed");
    EXPECT_EQ(other.code(), "NOT_FOUND");
    EXPECT_EQ(settle_refund(paying, paying.text("id"), "failed").code(), "NOT_FOUND");
    EXPECT_EQ(settle(paying, R"("x":1)", "failed").code(), "INVALID_REQUEST");
}

TEST_F(SettlingByHand, says_that_the_money_has_gone_back_in_another_way) {
    const auto open = refunding(R"({"return_to_sale":true})");
    EXPECT_EQ(tell_refund(refund_in(open), "failed").status, 204);
    EXPECT_EQ(status(open), "paid");
    const auto settled = settle_refund(open, refund_in(open), "succeeded");
    EXPECT_EQ(settled.text("status"), "refunded") << settled.body;
    EXPECT_EQ(status_of_reservation(open), "cancelled");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(SettlingByHand, never_gives_the_same_money_back_twice) {
    const auto open = refunding();
    EXPECT_EQ(settle_refund(open, refund_in(open), "failed").text("status"), "paid");
    EXPECT_EQ(refund(open).status, 202);
    const auto again = settle_refund(open, refund_in(open), "succeeded");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.code(), "ALREADY_REFUNDED");
    EXPECT_EQ(tell_refund(refund_in(open), "succeeded").code(), "ALREADY_REFUNDED");
}

TEST_F(SettlingByHand, is_not_needed_when_the_provider_changes_its_word_about_a_refund) {
    const auto open = refunding(R"({"return_to_sale":true})");
    const auto id = refund_in(open);
    EXPECT_EQ(tell_refund(id, "failed").status, 204);
    EXPECT_EQ(tell_refund(id, "succeeded").status, 204);
    EXPECT_EQ(status(open), "refunded");
    EXPECT_EQ(tell_refund(id, "failed").status, 204);
    EXPECT_EQ(status(open), "refunding") << "the buyer has neither the seat nor the money";
    EXPECT_EQ(tell_refund(id, "succeeded").status, 204);
    EXPECT_EQ(status(open), "refunding") << "an old word";
    EXPECT_EQ(refund(open).status, 202);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(PaymentNotices, of_a_dispute_keep_the_money_from_going_back_unless_that_is_meant) {
    const auto paying = start_paying();
    EXPECT_EQ(tell(paying, kPaid).status, 204);
    EXPECT_EQ(tell(paying, R"("status":"disputed")").status, 204);
    EXPECT_EQ(refund(paying).code(), "PAYMENT_DISPUTED");
    EXPECT_EQ(organizer.post(event_path() + "/cancel").status, 202);
    const auto cancellation = [&] {
        return organizer.get(event_path() + "/sales").json.at("cancellation");
    };
    EXPECT_EQ(cancellation().at("orders_stuck"), 1);
    EXPECT_EQ(refund(paying, R"({"despite_dispute":true})").status, 202);
    EXPECT_EQ(cancellation().at("orders_stuck"), 0);
}

class NoticesOfAnother : public PaymentNotices {
protected:
    NoticesOfAnother() : PaymentNotices{payments::Simulator::kName} {}
};

TEST_F(NoticesOfAnother, provider_change_nothing) {
    const auto paying = start_paying("tok_timeout");
    for (const auto* more : {kPaid, R"("status":"declined")", R"("status":"disputed")"}) {
        const auto answer = tell(paying, more);
        EXPECT_EQ(answer.status, 404) << more;
        EXPECT_EQ(answer.code(), "NOT_FOUND");
    }
    EXPECT_FALSE(get(paying).json.as_object().contains("disputed"));
}

}  // namespace
}  // namespace frontrow::test
