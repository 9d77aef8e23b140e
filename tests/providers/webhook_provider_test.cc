#include "payments/webhook_provider.h"

#include "payments/notice_signature.h"
#include "providers/provider_fixture.h"
#include "providers/webhook_stand_in.h"

#include <set>

namespace frontrow::test {
namespace {

namespace json = boost::json;
using domain::PaymentNews;
using payments::WebhookProvider;

class WebhookProviderTest : public ProviderTest {
protected:
    void SetUp() override {
        server.answer = [this](const Received& received) { return theirs(received); };
        provider = std::make_unique<WebhookProvider>(
            world(), WebhookProvider::Settings{url() + "/hook", WebhookStandIn::kSecret}
        );
    }
    void TearDown() override {
        ProviderTest::TearDown();
        EXPECT_THAT(theirs.mistakes, testing::IsEmpty());
    }

    payments::NoticeReading told(const std::string& body, Instant at, std::string id = "msg_1") {
        const payments::StandardSigner signer{WebhookStandIn::kSecret};
        const auto time = payments::signing_time(at);
        const auto signature = signer.sign(id, time, body);
        return read(
            {{"webhook-id", id}, {"webhook-timestamp", time}, {"webhook-signature", signature}},
            body
        );
    }
    std::string refusal(const std::string& body) {
        const auto reading = told(body, now);
        return reading ? "accepted" : reading.error();
    }

    WebhookStandIn theirs{[this] { return now; }};
};

std::string field_of(const json::object& object, const char* field) {
    return std::string{object.at(field).as_string()};
}

TEST_F(WebhookProviderTest, asks_for_exactly_this_payment) {
    const auto verdict = charge(with_token("ok"));
    ASSERT_THAT(verdict, has_news(PaymentNews::succeeded));
    EXPECT_EQ(verdict->amount, 3'000);
    EXPECT_EQ(verdict->currency.code(), "EUR");
    const auto& message = theirs.messages.at(0);
    EXPECT_EQ(field_of(message, "type"), "charge");
    EXPECT_EQ(field_of(message, "payment"), payment_id(1).to_string());
    EXPECT_EQ(field_of(message, "order"), with_token("ok").order.to_string());
    EXPECT_EQ(message.at("amount"), 3'000);
    EXPECT_EQ(field_of(message, "currency"), "EUR");
    EXPECT_EQ(field_of(message, "token"), "ok");
    EXPECT_EQ(field_of(message, "until"), "2026-11-21T10:10:00.000Z");
    EXPECT_FALSE(message.contains("return_url"));
}

TEST_F(WebhookProviderTest, sends_the_buyer_to_the_providers_page) {
    const auto verdict = charge(on_page());
    ASSERT_THAT(verdict, has_news(PaymentNews::pending));
    EXPECT_EQ(verdict->redirect_url, "https://pay.example/" + payment_id(1).to_string());
    EXPECT_EQ(field_of(theirs.messages.at(0), "return_url"), on_page().return_url);
}

TEST_F(WebhookProviderTest, is_answered_alike_however_often_it_asks) {
    for (const std::set<std::size_t>& lost : {std::set<std::size_t>{1}, {1, 2}, {1, 2, 3}}) {
        theirs.books.clear();
        theirs.messages.clear();
        theirs.lost_answers = lost;
        auto verdict = charge(with_token("ok"));
        while (!verdict) {
            ASSERT_THAT(verdict, is_not_known());
            verdict = look_up(with_token("ok"));
        }
        EXPECT_THAT(verdict, has_news(PaymentNews::succeeded));
        EXPECT_EQ(theirs.books.size(), 1u);
    }
    EXPECT_THAT(charge(with_token("no", 2)), is_declined_with("no_money"));
    EXPECT_THAT(look_up(with_token("no", 2)), is_declined_with("no_money"));
}

TEST_F(WebhookProviderTest, asks_for_a_charge_of_which_the_provider_has_never_heard) {
    EXPECT_THAT(look_up(with_token("ok")), has_news(PaymentNews::succeeded));
    ASSERT_EQ(theirs.messages.size(), 2u);
    EXPECT_EQ(field_of(theirs.messages.at(1), "type"), "charge");
    // A question has an id of its own each time, so that no answer to an earlier one is repeated.
    look_up(with_token("ok"));
    EXPECT_NE(theirs.ids.at(0), theirs.ids.at(2));
}

TEST_F(WebhookProviderTest, abandons_what_is_not_paid) {
    ASSERT_THAT(charge(with_token("slow", 2)), has_news(PaymentNews::pending));
    EXPECT_THAT(abandon(with_token("slow", 2)), is_declined_with("too_late"));
    ASSERT_THAT(charge(with_token("ok", 3)), has_news(PaymentNews::succeeded));
    EXPECT_THAT(abandon(with_token("ok", 3)), has_news(PaymentNews::succeeded));
}

TEST_F(WebhookProviderTest, believes_that_a_charge_is_unknown_only_when_none_can_arrive_any_more) {
    const auto what = with_token("ok");
    // The provider takes what arrives before the charge's end, and it may be on its way.
    EXPECT_THAT(abandon(what), has_news(PaymentNews::pending));
    now = what.until;
    EXPECT_THAT(abandon(what), is_declined_with("abandoned"));
    EXPECT_TRUE(theirs.books.empty());
}

TEST_F(WebhookProviderTest, gives_back_once) {
    theirs.lost_answers = {1};
    EXPECT_THAT(repay(repayment(1, "ref-1")), is_not_known());
    const auto verdict = repay(repayment(1, "ref-1"));
    ASSERT_TRUE(verdict && *verdict);
    EXPECT_TRUE((*verdict)->is_done);
    EXPECT_EQ(theirs.books.size(), 1u);
    EXPECT_EQ(field_of(theirs.messages.at(0), "reference"), "ref-1");
    theirs.instead = R"({"status":"pending"})";
    EXPECT_FALSE(*repay(repayment(2, "ref-1")));
    theirs.instead = R"({"status":"failed","code":"account_closed"})";
    EXPECT_EQ((*repay(repayment(2, "ref-1")))->code, "account_closed");
}

TEST_F(WebhookProviderTest, lists_every_page_of_what_was_moved) {
    for (std::uint64_t number = 1; number <= 3; ++number)
        charge(with_token("ok", number));
    charge(with_token("no", 4));
    const auto all = movements();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1].payment, payment_id(2));
    EXPECT_EQ(all[1].amount, 3'000);
    EXPECT_FALSE(all[1].is_refund);
}

TEST_F(WebhookProviderTest, lists_how_disputes_stand) {
    const auto payment = payment_id(1).to_string();
    theirs.instead = R"({"next":"","movements":[{"type":"dispute","payment":")" + payment +
                     R"(","status":"disputed","reference":"d-1"},{"type":"dispute","payment":")" +
                     payment + R"(","status":"undisputed"}]})";
    const auto all = disputes();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].payment, payment_id(1));
    EXPECT_EQ(all[0].reference, "d-1");
    EXPECT_TRUE(all[0].is_standing);
    EXPECT_FALSE(all[1].is_standing);
}

TEST_F(WebhookProviderTest, believes_no_list_outside_the_contract) {
    const auto payment = payment_id(1).to_string();
    const auto of = [&](const std::string& fields) {
        return R"x({"next":"","movements":[{"payment":")x" + payment + "\"," + fields + "}]}";
    };
    theirs.instead = of(R"("type":"payment","amount":1,"currency":"EUR")");
    EXPECT_EQ(movements().size(), 1u);
    for (const auto& list : {
             std::string{R"({"next":""})"},
             std::string{R"({"movements":[]})"},
             std::string{R"({"movements":[],"next":2})"},
             std::string{R"({"movements":[],"next":null})"},
             std::string{R"({"movements":{},"next":""})"},
             std::string{R"({"movements":["p"],"next":""})"},
             std::string{R"({"movements":[{"type":"payment","amount":1}],"next":""})"},
             of(R"("type":"payment")"),
             of(R"("type":"charge","amount":1,"currency":"EUR")"),
             of(R"("type":"payment","amount":"1","currency":"EUR")"),
             of(R"("type":"payment","amount":1,"currency":"euro")"),
             of(R"("type":"dispute")"),
             of(R"("type":"dispute","status":"succeeded")"),
         }) {
        theirs.instead = list;
        EXPECT_FALSE(run(io, provider->list_movements(""))) << list;
    }
}

TEST_F(WebhookProviderTest, believes_no_answer_outside_the_contract) {
    for (const std::string answer : {
             "",
             "ok",
             "[]",
             "{}",
             R"({"status":"paid"})",
             R"({"status":"disputed"})",
             R"({"status":"succeeded"})",
             R"({"status":"succeeded","amount":3000})",
             R"({"status":"succeeded","amount":"3000","currency":"EUR"})",
             R"({"status":"succeeded","amount":3000,"currency":"euro"})",
             R"x({"status":"pending","redirect_url":"javascript:alert(1)"})x",
             R"({"status":"unknown"})",
             R"({"status":"pending","reference":"a\u0000b"})",
         }) {
        SCOPED_TRACE(answer);
        theirs.instead = answer.empty() ? " " : answer;
        EXPECT_THAT(charge(with_token("ok")), is_not_known());
    }
    for (const std::string answer :
         {"[]",
          "{}",
          R"({"status":"paid"})",
          R"({"status":"declined"})",
          R"({"status":"unknown"})",
          R"({"status":"succeeded","reference":"a\u0000b"})"}) {
        SCOPED_TRACE(answer);
        theirs.instead = answer;
        EXPECT_THAT(repay(repayment(1, "ref-1")), is_not_known());
    }
    // The rules compare the amount, so it is reported as it is.
    theirs.instead = R"({"status":"succeeded","amount":1,"currency":"USD"})";
    EXPECT_EQ(charge(with_token("ok"))->amount, 1);
    theirs.instead = R"({"status":"declined","code":"\u0007"})";
    EXPECT_THAT(charge(with_token("ok")), is_declined_with("declined"));
}

TEST_F(WebhookProviderTest, takes_signed_notices) {
    const auto payment = payment_id(1).to_string();
    const auto paid = R"({"type":"payment","payment":")" + payment +
                      R"(","status":"succeeded","amount":3000,"currency":"EUR"})";
    for (int i = 0; i < 2; ++i) {
        const auto reading = told(paid, now);
        ASSERT_TRUE(reading && reading->size() == 1);
        const auto& note = std::get<domain::NotePayment>(reading->front());
        EXPECT_EQ(note.payment, payment_id(1));
        EXPECT_EQ(note.news, PaymentNews::succeeded);
        EXPECT_EQ(note.amount, 3'000);
    }
    const auto disputed =
        told(R"({"type":"payment","payment":")" + payment + R"(","status":"disputed"})", now);
    EXPECT_EQ(std::get<domain::NotePayment>(disputed->front()).news, PaymentNews::disputed);
    const auto refund =
        told(R"({"type":"refund","refund":")" + payment + R"(","status":"succeeded"})", now);
    EXPECT_TRUE(std::get<domain::NoteRefund>(refund->front()).is_done);
    EXPECT_TRUE(
        told(R"({"type":"refund","refund":")" + payment + R"(","status":"pending"})", now)->empty()
    );
    for (const std::string body : {"", "{}", "[1]"})
        EXPECT_NE(refusal(body), "accepted") << body;
    EXPECT_NE(refusal(R"({"type":"payment","status":"succeeded"})"), "accepted");
    EXPECT_NE(refusal(paid.substr(0, paid.find(",\"amount")) + "}"), "accepted");
}

TEST_F(WebhookProviderTest, does_not_take_its_own_messages_for_notices) {
    charge(with_token("ok"));
    repay(repayment(1, "ref-1"));
    for (const auto& message : theirs.messages)
        EXPECT_NE(refusal(json::serialize(message)), "accepted");
}

TEST_F(WebhookProviderTest, accepts_only_what_was_signed_just_now) {
    const auto body = R"({"type":"payment","payment":")" + payment_id(1).to_string() +
                      R"(","status":"declined"})";
    using std::chrono::seconds;
    EXPECT_TRUE(told(body, now - seconds{300}));
    EXPECT_TRUE(told(body, now + seconds{300}));
    EXPECT_EQ(told(body, now - seconds{301}).error(), "the signature is too old");
    EXPECT_EQ(told(body, now + seconds{301}).error(), "the signature is from the future");

    const payments::StandardSigner signer{WebhookStandIn::kSecret};
    const auto time = payments::signing_time(now);
    const auto good = signer.sign("msg_1", time, body);
    const auto later = payments::signing_time(now + seconds{1});
    const auto answer = [&](std::string_view id, std::string_view at, std::string_view signature) {
        const auto reading = read(
            {{"webhook-id", id}, {"webhook-timestamp", at}, {"webhook-signature", signature}}, body
        );
        return reading ? "accepted" : reading.error();
    };
    EXPECT_EQ(answer("msg_1", time, good), "accepted");
    EXPECT_EQ(answer("msg_1", time, "v1,AAAA " + good), "accepted");
    EXPECT_EQ(answer("msg_1", time, good + " v1,AAAA"), "accepted");
    EXPECT_EQ(answer("msg_2", time, good), "the signature is wrong");
    EXPECT_EQ(answer("msg_1", later, good), "the signature is wrong");
    EXPECT_EQ(answer("msg_1", time, "v1,AAAA"), "the signature is wrong");
    EXPECT_EQ(answer("msg_1", time, "v1a" + good.substr(2)), "the signature is wrong");
    EXPECT_EQ(answer("msg_1", time, ""), "it isn't signed");
    EXPECT_FALSE(read({}, body));
}

}  // namespace
}  // namespace frontrow::test
