#include "payments/stripe.h"

#include "payments/stripe_api.h"
#include "payments/stripe_money.h"
#include "payments/stripe_objects.h"
#include "payments/verdicts.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace frontrow::payments {
namespace {

/// After the charge's end, its key is still used for so long.
constexpr std::chrono::hours kKeyUsed{1};
/// A page is ended by us when the charge ends. If we can't, Stripe ends it so long after that. It
/// must be open for 30 minutes at least from when it is made, which is before the charge's end.
constexpr std::chrono::hours kPageOpen{1};

bool is_page_id(const std::string& id) {
    return id.starts_with("cs_");
}

std::string path_of(const std::string& id) {
    return (is_page_id(id) ? "/v1/checkout/sessions/" : "/v1/payment_intents/") + id;
}

std::string small_letters(std::string_view code) {
    std::string text{code};
    for (auto& c : text)
        c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string key_of(const Charge& charge) {
    return "charge-" + charge.payment.to_string();
}

StripeForm form_of_page(const Charge& charge, std::int64_t amount) {
    const auto payment = charge.payment.to_string();
    const auto order = charge.order.to_string();
    const auto ends_at = std::chrono::floor<std::chrono::seconds>(charge.until + kPageOpen);
    const std::string intent = "payment_intent_data[metadata]";
    return {
        {"mode", "payment"},
        {"payment_method_types[0]", "card"},
        // Otherwise the buyer may pay in a currency of their own, which isn't the order's.
        {"adaptive_pricing[enabled]", "false"},
        {"line_items[0][quantity]", "1"},
        {"line_items[0][price_data][currency]", small_letters(charge.currency.code())},
        {"line_items[0][price_data][unit_amount]", std::to_string(amount)},
        {"line_items[0][price_data][product_data][name]", "Order " + order},
        {"success_url", charge.return_url},
        {"cancel_url", charge.return_url},
        {"client_reference_id", order},
        {std::string{"metadata["} + kPaymentField + "]", payment},
        {std::string{"metadata["} + kOrderField + "]", order},
        {intent + "[" + kPaymentField + "]", payment},
        {intent + "[" + kOrderField + "]", order},
        {intent + "[" + kPageField + "]", "1"},
        {"expires_at", std::to_string(ends_at.time_since_epoch().count())},
    };
}

StripeForm form_of_intent(const Charge& charge, std::int64_t amount) {
    return {
        {"amount", std::to_string(amount)},
        {"currency", small_letters(charge.currency.code())},
        {"payment_method_types[0]", "card"},
        {std::string{"metadata["} + kPaymentField + "]", charge.payment.to_string()},
        {std::string{"metadata["} + kOrderField + "]", charge.order.to_string()},
    };
}

constexpr auto kUnknownToStripe = "Stripe doesn't know the payment that it named";

std::unexpected<io::Fault> not_known(const char* what) {
    return std::unexpected(io::Fault{io::FaultKind::outcome_unknown, what});
}

/// What Stripe's object says of this charge.
Result<Verdict, io::Fault> read_object(const Charge& charge, const JsonObject& object) {
    auto verdict = verdict_of(object);
    if (!verdict || verdict->payment != charge.payment)
        return not_known("Stripe's answer isn't about this payment");
    return sound(*std::move(verdict));
}

/// Stripe has refused what was asked. Nothing is taken then, unless the key or the object belongs
/// to another request.
Result<Verdict, io::Fault> read_refusal(const Charge& charge, const StripeAnswer& answer) {
    const auto& error = object_in(answer.body, "error");
    const bool is_about_token = text_in(error, "param") == "payment_method";
    if (answer.status == 404 && !is_about_token) return not_known(kUnknownToStripe);
    if (text_in(error, "type") == "idempotency_error")
        return not_known("Stripe knows the payment's key from another request");
    return declined(charge, code_in(error));
}

/// No card was charged so far, or none is known to have been.
bool is_unconfirmed(const JsonObject& intent) {
    return text_in(intent, "status") == "requires_payment_method" &&
           object_in(intent, "last_payment_error").empty();
}

constexpr auto kNotExact = "amount_not_supported";

}  // namespace

Stripe::Stripe(ProviderWorld world, Settings settings)
    : api_{std::make_unique<StripeApi>(
          std::move(world),
          std::move(settings.url),
          std::move(settings.secret_key)
      )},
      webhook_secret_{std::move(settings.webhook_secret)} {
}

Stripe::~Stripe() = default;

io::Awaitable<void> Stripe::close() {
    co_await api_->close();
}

io::Awaitable<Result<StripeAnswer, io::Fault>> Stripe::make(Charge charge, std::int64_t amount) {
    const bool is_page = charge.token.empty();
    auto form = is_page ? form_of_page(charge, amount) : form_of_intent(charge, amount);
    const std::string path = is_page ? "/v1/checkout/sessions" : "/v1/payment_intents";
    co_return co_await api_->post(path, std::move(form), key_of(charge));
}

io::Awaitable<Result<Verdict, io::Fault>> Stripe::charge(Charge charge) {
    const auto amount = to_stripe_amount(charge.amount, charge.currency);
    if (!amount) co_return declined(charge, kNotExact);
    const auto made = co_await make(charge, *amount);
    if (!made) co_return std::unexpected(made.error());
    if (!made->is_done()) co_return read_refusal(charge, *made);
    if (charge.token.empty()) co_return read_object(charge, made->body);
    co_return co_await confirm(charge, text_in(made->body, "id"));
}

io::Awaitable<Result<Verdict, io::Fault>> Stripe::confirm(Charge charge, std::string intent) {
    // Nobody is there to confirm the payment on a page of the bank's, so it fails at once then.
    StripeForm form{
        {"payment_method", charge.token},
        {"off_session", "false"},
        {"error_on_requires_action", "true"},
    };
    const auto done = co_await api_->post(
        path_of(intent) + "/confirm", std::move(form), key_of(charge) + "-confirm"
    );
    if (!done) {
        // Stripe would repeat an error under the key, but the payment says how it stands.
        auto verdict = co_await get(charge, intent);
        if (!verdict) co_return std::unexpected(done.error());
        co_return *std::move(verdict);
    }
    if (done->is_done()) co_return read_object(charge, done->body);
    const auto code = text_in(object_in(done->body, "error"), "code");
    // Somebody else has confirmed or cancelled it: its own state says more than the error.
    if (code == "payment_intent_unexpected_state") co_return co_await get(charge, intent);
    co_return read_refusal(charge, *done);
}

io::Awaitable<Result<Verdict, io::Fault>> Stripe::get(Charge charge, std::string id) {
    const auto answer = co_await api_->get(path_of(id));
    if (!answer) co_return std::unexpected(answer.error());
    if (!answer->is_done()) co_return not_known(kUnknownToStripe);
    co_return read_object(charge, answer->body);
}

io::Awaitable<Result<Verdict, io::Fault>> Stripe::look_up(Charge charge) {
    if (charge.reference.empty()) co_return co_await this->charge(charge);
    const auto answer = co_await api_->get(path_of(charge.reference));
    if (!answer) co_return std::unexpected(answer.error());
    if (!answer->is_done()) co_return not_known(kUnknownToStripe);
    auto verdict = read_object(charge, answer->body);
    // If the card wasn't charged, what should have charged it was lost on its way.
    const bool is_lost = verdict && !charge.token.empty() && is_unconfirmed(answer->body);
    if (is_lost) co_return co_await confirm(charge, charge.reference);
    co_return verdict;
}

io::Awaitable<Result<Verdict, io::Fault>> Stripe::abandon(Charge charge) {
    if (!charge.reference.empty()) co_return co_await end(charge, charge.reference);
    // A page takes no money if nobody knows its address, and that comes with its id.
    if (charge.token.empty()) co_return declined(charge, "abandoned");
    const auto amount = to_stripe_amount(charge.amount, charge.currency);
    if (!amount) co_return declined(charge, kNotExact);
    if (api_->now() < charge.until + kKeyUsed) {
        const auto made = co_await make(charge, *amount);
        if (made && !made->is_done()) co_return read_refusal(charge, *made);
        if (made) co_return co_await end(charge, text_in(made->body, "id"));
        if (made.error().kind != io::FaultKind::outcome_unknown)
            co_return std::unexpected(made.error());
    }
    const auto id = co_await find(charge);
    if (!id) co_return std::unexpected(id.error());
    if (id->empty()) co_return declined(charge, "abandoned");
    co_return co_await end(charge, *id);
}

io::Awaitable<Result<Verdict, io::Fault>> Stripe::end(Charge charge, std::string id) {
    const auto* const how = is_page_id(id) ? "/expire" : "/cancel";
    const auto ended = co_await api_->post(path_of(id) + how, {}, {});
    if (!ended) co_return std::unexpected(ended.error());
    if (ended->is_done()) co_return read_object(charge, ended->body);
    // It can't be ended any more, for example because it has succeeded.
    co_return co_await get(charge, id);
}

}  // namespace frontrow::payments
