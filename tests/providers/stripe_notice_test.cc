#include "io/hmac.h"
#include "providers/stripe_fixture.h"

namespace frontrow::test {
namespace {

namespace json = boost::json;
using domain::PaymentNews;

class StripeNoticeTest : public StripeTest {
protected:
    static std::string hex(const io::Sha256Digest& digest) {
        std::string text;
        for (const auto byte : digest) {
            text += "0123456789abcdef"[byte >> 4];
            text += "0123456789abcdef"[byte & 0xF];
        }
        return text;
    }
    static std::string signed_at(Instant at, const std::string& body) {
        const auto time =
            std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
        return "t=" + time + ",v1=" + hex(io::hmac_sha256(kWebhookSecret, time + "." + body));
    }
    static std::string event(const std::string& type, json::object object) {
        return json::serialize(
            json::object{{"id", "evt_1"}, {"type", type}, {"data", {{"object", std::move(object)}}}}
        );
    }
    payments::NoticeReading told(const std::string& type, json::object object) {
        const auto body = event(type, std::move(object));
        const auto signature = signed_at(now, body);
        return read({{"stripe-signature", signature}}, body);
    }
    static json::object metadata(const char* name = "frontrow_payment") {
        return {{name, payment_id(1).to_string()}};
    }
    static json::object session(const char* status, const char* payment_status) {
        return {
            {"id", "cs_1"},
            {"object", "checkout.session"},
            {"status", status},
            {"payment_status", payment_status},
            {"amount_total", 3'000},
            {"currency", "eur"},
            {"payment_intent", "pi_1"},
            {"metadata", metadata()},
        };
    }
    static json::object intent(const char* status) {
        return {
            {"id", "pi_1"},
            {"object", "payment_intent"},
            {"status", status},
            {"amount_received", 3'000},
            {"currency", "eur"},
            {"last_payment_error", {{"code", "card_declined"}}},
            {"metadata", metadata()},
        };
    }
};

const domain::NotePayment& payment_of(const payments::NoticeReading& reading) {
    static const domain::NotePayment kNone;
    EXPECT_TRUE(reading && reading->size() == 1);
    if (!reading || reading->size() != 1) return kNone;
    return std::get<domain::NotePayment>(reading->front());
}

TEST_F(StripeNoticeTest, says_what_has_become_of_a_payment) {
    struct Case {
        std::string type;
        json::object object;
        PaymentNews news;
        std::string code;
    };
    const std::vector<Case> cases{
        {"checkout.session.completed", session("complete", "paid"), PaymentNews::succeeded, ""},
        {"checkout.session.completed", session("complete", "unpaid"), PaymentNews::pending, ""},
        {"checkout.session.async_payment_succeeded",
         session("complete", "paid"),
         PaymentNews::succeeded,
         ""},
        {"checkout.session.async_payment_failed",
         session("complete", "unpaid"),
         PaymentNews::declined,
         "failed"},
        {"checkout.session.expired", session("expired", "unpaid"), PaymentNews::declined, "expired"
        },
        {"payment_intent.succeeded", intent("succeeded"), PaymentNews::succeeded, ""},
        {"payment_intent.payment_failed",
         intent("requires_payment_method"),
         PaymentNews::declined,
         "card_declined"},
        {"payment_intent.canceled", intent("canceled"), PaymentNews::declined, "abandoned"},
    };
    for (const auto& [type, object, news, code] : cases) {
        SCOPED_TRACE(type);
        // An event that comes twice says the same twice.
        for (int i = 0; i < 2; ++i) {
            const auto reading = told(type, object);
            const auto& note = payment_of(reading);
            EXPECT_EQ(note.payment, payment_id(1));
            EXPECT_EQ(note.news, news);
            EXPECT_EQ(note.code, code);
            if (news == PaymentNews::succeeded) {
                EXPECT_EQ(note.amount, 3'000);
                EXPECT_EQ(note.currency.code(), "EUR");
                EXPECT_EQ(note.reference, "pi_1");
            }
        }
    }
}

TEST_F(StripeNoticeTest, does_not_end_a_payment_because_a_card_failed_on_the_page) {
    auto object = intent("requires_payment_method");
    object["metadata"].as_object()["frontrow_page"] = "1";
    for (const auto* type : {"payment_intent.payment_failed", "payment_intent.canceled"}) {
        const auto reading = told(type, object);
        ASSERT_TRUE(reading);
        EXPECT_TRUE(reading->empty());
    }
}

TEST_F(StripeNoticeTest, says_what_has_become_of_a_refund) {
    json::object refund{
        {"id", "re_1"},
        {"object", "refund"},
        {"status", "succeeded"},
        {"amount", 1'000},
        {"currency", "eur"},
        {"metadata", metadata("frontrow_refund")},
    };
    stripe.objects["re_1"] = refund;
    for (const auto* type : {"refund.created", "refund.updated", "charge.refund.updated"}) {
        const auto reading = told(type, refund);
        ASSERT_TRUE(reading && reading->size() == 1);
        const auto& note = std::get<domain::NoteRefund>(reading->front());
        EXPECT_EQ(note.refund.bits(), payment_id(1).bits());
        EXPECT_TRUE(note.is_done);
    }
    refund["status"] = "failed";
    refund["failure_reason"] = "lost_or_stolen_card";
    const auto earlier = std::exchange(stripe.objects["re_1"], refund);
    // The event that it succeeded comes late.
    for (const auto& [type, object] :
         {std::pair{"refund.failed", refund}, {"refund.updated", earlier}}) {
        const auto reading = told(type, object);
        ASSERT_TRUE(reading && reading->size() == 1) << type;
        EXPECT_FALSE(std::get<domain::NoteRefund>(reading->front()).is_done);
        EXPECT_EQ(std::get<domain::NoteRefund>(reading->front()).code, "lost_or_stolen_card");
    }
    stripe.objects["re_1"]["status"] = "pending";
    EXPECT_TRUE(told("refund.updated", refund)->empty());
    stripe.objects.erase("re_1");
    EXPECT_TRUE(told("refund.updated", refund)->empty());
    // If Stripe doesn't answer, it must send the event again.
    const auto body = event("refund.updated", refund);
    const auto signature = signed_at(now, body);
    stripe.lost_answers = {stripe.requests.size() + 1, stripe.requests.size() + 2};
    EXPECT_FALSE(run(io, provider->read_notice({{"stripe-signature", signature}}, body, now)));
}

TEST_F(StripeNoticeTest, finds_the_payment_of_a_dispute_and_how_it_stands_now) {
    const auto paid = charge(with_token("pm_ok"))->reference;
    const auto dispute = [&](const char* status) {
        return json::object{
            {"id", "dp_1"}, {"object", "dispute"}, {"status", status}, {"payment_intent", paid}
        };
    };
    const auto news_of = [&](const char* type, const char* then, const char* now) {
        stripe.objects["dp_1"] = dispute(now);
        const auto note = payment_of(told(type, dispute(then)));
        EXPECT_EQ(note.payment, payment_id(1));
        return note.news;
    };
    constexpr auto kCreated = "charge.dispute.created";
    constexpr auto kClosed = "charge.dispute.closed";
    EXPECT_EQ(news_of(kCreated, "needs_response", "needs_response"), PaymentNews::disputed);
    EXPECT_EQ(news_of(kClosed, "lost", "lost"), PaymentNews::disputed);
    EXPECT_EQ(news_of(kClosed, "won", "won"), PaymentNews::undisputed);
    EXPECT_EQ(news_of(kClosed, "warning_closed", "warning_closed"), PaymentNews::undisputed);
    // The event that it was opened comes late.
    EXPECT_EQ(news_of(kCreated, "needs_response", "won"), PaymentNews::undisputed);

    auto unknown = dispute("won");
    unknown["id"] = "dp_99";
    EXPECT_TRUE(told(kCreated, unknown)->empty());
    // If Stripe doesn't answer, it must send the event again.
    const auto body = event(kCreated, dispute("needs_response"));
    const auto signature = signed_at(now, body);
    stripe.lost_answers = {stripe.requests.size() + 1, stripe.requests.size() + 2};
    EXPECT_FALSE(run(io, provider->read_notice({{"stripe-signature", signature}}, body, now)));
}

TEST_F(StripeNoticeTest, leaves_out_what_is_not_about_our_payments) {
    auto other = intent("succeeded");
    other["metadata"] = json::object{};
    for (const auto& [type, object] : std::vector<std::pair<std::string, json::object>>{
             {"payment_intent.succeeded", other},
             {"checkout.session.completed", {{"id", "cs_1"}}},
             {"charge.refunded", intent("succeeded")},
             {"customer.created", intent("succeeded")},
             {"refund.updated", other},
             {"", {}},
         }) {
        const auto reading = told(type, object);
        ASSERT_TRUE(reading) << type;
        EXPECT_TRUE(reading->empty()) << type;
    }
}

TEST_F(StripeNoticeTest, accepts_only_what_stripe_has_signed_just_now) {
    const auto body = event("payment_intent.succeeded", intent("succeeded"));
    const auto good = signed_at(now, body);
    EXPECT_TRUE(read({{"stripe-signature", good}}, body));

    auto changed = body;
    changed.replace(changed.find("3000"), 4, "1000");
    const auto refused = [&](const std::string& signature, const std::string& text) {
        const auto reading = read({{"stripe-signature", signature}}, text);
        return reading ? "accepted" : reading.error();
    };
    EXPECT_EQ(refused(good, changed), "the signature is wrong");
    EXPECT_EQ(refused("", body), "it isn't signed");
    EXPECT_EQ(refused(good.substr(0, good.size() - 1), body), "the signature is wrong");
    EXPECT_EQ(refused("v0=" + good.substr(good.find("v1=") + 3), body), "it isn't signed");
    EXPECT_FALSE(read({}, body));
    using std::chrono::seconds;
    EXPECT_EQ(refused(signed_at(now - seconds{300}, body), body), "accepted");
    EXPECT_EQ(refused(signed_at(now - seconds{301}, body), body), "the signature is too old");
    EXPECT_EQ(refused(signed_at(now + seconds{300}, body), body), "accepted");
    EXPECT_EQ(
        refused(signed_at(now + seconds{301}, body), body), "the signature is from the future"
    );
    // The secret is being replaced: one of several signatures is right.
    EXPECT_EQ(refused(good + ",v1=00,v0=11", body), "accepted");
    EXPECT_EQ(refused("v1=00," + good, body), "accepted");
}

}  // namespace
}  // namespace frontrow::test
