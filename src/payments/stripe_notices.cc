#include "payments/notice_signature.h"
#include "payments/stripe.h"
#include "payments/stripe_api.h"
#include "payments/stripe_objects.h"
#include "payments/verdicts.h"

#include <utility>

// What Stripe sends by itself. Its events come late, twice and in any order, and the rules
// (domain/decide_payment.cc) cope with that.

namespace frontrow::payments {
namespace {

/// The news of a payment, if there is any.
std::optional<Notice> news_of_payment(std::string_view type, const JsonObject& object) {
    auto verdict = verdict_of(object);
    if (!verdict) return std::nullopt;
    // On Stripe's page the buyer may go on after a failure.
    const bool is_about_intent = type.starts_with("payment_intent.");
    if (is_about_intent && type != "payment_intent.succeeded" && is_of_page(object))
        return std::nullopt;
    if (type == "checkout.session.async_payment_failed") {
        verdict->news = domain::PaymentNews::declined;
        verdict->code = "failed";
    }
    auto fit = sound(*std::move(verdict));
    return fit ? std::optional<Notice>{*std::move(fit)} : std::nullopt;
}

bool is_about_payment(std::string_view type) {
    return type.starts_with("checkout.session.") || type == "payment_intent.succeeded" ||
           type == "payment_intent.payment_failed" || type == "payment_intent.canceled";
}

bool is_about_refund(std::string_view type) {
    return type.starts_with("refund.") || type == "charge.refund.updated";
}

}  // namespace

io::Awaitable<Result<NoticeReading, io::Fault>>
Stripe::read_notice(std::vector<NoticeHeader> headers, std::string_view body, Instant now) {
    if (auto genuine = check_stripe_signature(webhook_secret_, headers, body, now); !genuine)
        co_return NoticeReading{std::unexpected(std::move(genuine.error()))};
    const auto event = parse_json_object(body);
    if (!event) co_return NoticeReading{std::unexpected("the notice isn't a JSON object")};
    const auto type = text_in(*event, "type");
    const auto& object = object_in(object_in(*event, "data"), "object");
    if (type.starts_with("charge.dispute.")) co_return co_await read_dispute(text_in(object, "id"));
    if (is_about_refund(type) && refund_in(object))
        co_return co_await read_refund(text_in(object, "id"));
    std::optional<Notice> notice;
    if (is_about_payment(type)) notice = news_of_payment(type, object);
    std::vector<Notice> notices;
    if (notice) notices.push_back(*std::move(notice));
    co_return NoticeReading{std::move(notices)};
}

io::Awaitable<Result<NoticeReading, io::Fault>> Stripe::read_dispute(std::string id) {
    std::vector<Notice> notices;
    if (id.empty()) co_return NoticeReading{std::move(notices)};
    // A dispute has no metadata of ours, but its Payment Intent has.
    const auto answer = co_await api_->get("/v1/disputes/" + id, {{"expand[]", "payment_intent"}});
    if (!answer) co_return std::unexpected(answer.error());
    if (auto verdict = verdict_of_dispute(answer->body)) notices.push_back(*std::move(verdict));
    co_return NoticeReading{std::move(notices)};
}

io::Awaitable<Result<NoticeReading, io::Fault>> Stripe::read_refund(std::string id) {
    std::vector<Notice> notices;
    const auto answer = co_await api_->get("/v1/refunds/" + id);
    if (!answer) co_return std::unexpected(answer.error());
    const auto refund = refund_in(answer->body);
    if (!refund) co_return NoticeReading{std::move(notices)};
    auto fit = sound(verdict_of_refund(answer->body, *refund));
    if (fit && *fit) notices.emplace_back(**std::move(fit));
    co_return NoticeReading{std::move(notices)};
}

}  // namespace frontrow::payments
