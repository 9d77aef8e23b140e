#include "payments/webhook_provider.h"

#include "payments/verdicts.h"
#include "payments/webhook_messages.h"

#include <optional>
#include <utility>

namespace frontrow::payments {
namespace {

std::unexpected<io::Fault> unreadable() {
    return std::unexpected(io::Fault{
        io::FaultKind::outcome_unknown,
        "the provider's answer isn't one of those in docs/payments.md"
    });
}

/// Nothing if the provider has never heard of it.
Result<std::optional<Verdict>, io::Fault>
read_verdict(const Charge& charge, std::string_view body) {
    if (is_unknown(body)) return std::nullopt;
    auto verdict = verdict_in(body, charge.payment);
    if (!verdict) return unreadable();
    return sound(*std::move(verdict));
}

}  // namespace

WebhookProvider::WebhookProvider(ProviderWorld world, Settings settings)
    : url_{std::move(settings.url)},
      signer_{settings.secret},
      calls_{std::move(world), url_, "FRONTROW_PAYMENT_SECRET"} {
}

io::Awaitable<void> WebhookProvider::close() {
    co_await calls_.close();
}

io::Awaitable<Result<std::string, io::Fault>>
WebhookProvider::send(std::string id, std::string body) {
    const auto time = signing_time(calls_.now());
    auto signature = signer_.sign(id, time, body);
    io::HttpRequest request{
        .method = "POST",
        .url = url_,
        .headers =
            {{"Content-Type", "application/json"},
             {"Webhook-Id", std::move(id)},
             {"Webhook-Timestamp", time},
             {"Webhook-Signature", std::move(signature)}},
        .body = std::move(body),
    };
    auto answer = co_await calls_.send(std::move(request));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    if (answer->status != 200) co_return unreadable();
    co_return std::move(answer->body);
}

std::string WebhookProvider::new_id() {
    std::string id = "question-";
    append_hex128(id, calls_.random());
    return id;
}

io::Awaitable<Result<Verdict, io::Fault>> WebhookProvider::charge(Charge charge) {
    auto id = "charge-" + charge.payment.to_string();
    const auto body = co_await send(std::move(id), message_about("charge", charge));
    if (!body) co_return std::unexpected(body.error());
    auto verdict = read_verdict(charge, *body);
    if (!verdict) co_return std::unexpected(std::move(verdict.error()));
    if (!*verdict) co_return unreadable();
    co_return **std::move(verdict);
}

io::Awaitable<Result<Verdict, io::Fault>> WebhookProvider::look_up(Charge charge) {
    const auto body = co_await send(new_id(), message_about("look_up", charge));
    if (!body) co_return std::unexpected(body.error());
    auto verdict = read_verdict(charge, *body);
    if (!verdict) co_return std::unexpected(std::move(verdict.error()));
    if (!*verdict) co_return co_await this->charge(charge);
    co_return **std::move(verdict);
}

io::Awaitable<Result<Verdict, io::Fault>> WebhookProvider::abandon(Charge charge) {
    const auto body = co_await send(new_id(), message_about("abandon", charge));
    if (!body) co_return std::unexpected(body.error());
    auto verdict = read_verdict(charge, *body);
    if (!verdict) co_return std::unexpected(std::move(verdict.error()));
    // A charge that reaches the provider only now is taken until its end, and not after it.
    if (!*verdict && calls_.now() < charge.until) co_return Verdict{.payment = charge.payment};
    if (!*verdict) co_return declined(charge, "abandoned");
    co_return **std::move(verdict);
}

io::Awaitable<Result<RepaymentVerdict, io::Fault>> WebhookProvider::repay(Repayment repayment) {
    auto id = "refund-" + repayment.refund.to_string();
    const auto body = co_await send(std::move(id), message_about(repayment));
    if (!body) co_return std::unexpected(body.error());
    auto verdict = refund_verdict_in(*body, repayment.refund);
    if (!verdict) co_return unreadable();
    co_return sound(*std::move(verdict));
}

io::Awaitable<Result<Movements, io::Fault>> WebhookProvider::list_movements(std::string from) {
    const auto body = co_await send(new_id(), message_for_movements(from));
    if (!body) co_return std::unexpected(body.error());
    auto movements = movements_in(*body);
    if (!movements) co_return unreadable();
    co_return *std::move(movements);
}

io::Awaitable<Result<NoticeReading, io::Fault>> WebhookProvider::read_notice(
    std::vector<NoticeHeader> headers,
    std::string_view body,
    Instant now
) {
    auto signed_at = signer_.check(headers, body, now);
    if (!signed_at) co_return NoticeReading{std::unexpected(std::move(signed_at.error()))};
    co_return notices_in(body, *signed_at);
}

}  // namespace frontrow::payments
