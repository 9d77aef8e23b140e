#include "payments/stripe.h"
#include "payments/stripe_api.h"
#include "payments/stripe_money.h"
#include "payments/stripe_objects.h"
#include "payments/verdicts.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What goes back, and what is found in Stripe's lists.

namespace frontrow::payments {
namespace {

constexpr auto kPageSize = "100";

std::unexpected<io::Fault> list_failed() {
    return std::unexpected(io::Fault{
        io::FaultKind::outcome_unknown, "Stripe's answer isn't the list that was asked for"
    });
}

/// A page of one of Stripe's lists.
struct StripePage {
    std::vector<JsonObject> some;
    /// The id after which the next page begins; empty if this one is the last.
    std::string next;
};

/// Nothing if the answer isn't such a page. What can't be read must not look like a list's end: a
/// refund that isn't found is asked for.
std::optional<StripePage> page_in(const StripeAnswer& answer) {
    const auto* const list = answer.is_done() ? list_in(answer.body, "data") : nullptr;
    if (list == nullptr) return std::nullopt;
    StripePage page;
    for (const auto& one : *list) {
        if (!one.is_object()) return std::nullopt;
        page.some.push_back(one.get_object());
    }
    if (!flag_in(answer.body, "has_more")) return page;
    if (!page.some.empty()) page.next = text_in(page.some.back(), "id");
    return page.next.empty() ? std::nullopt : std::optional{std::move(page)};
}

/// How far our clock and Stripe's may be apart.
constexpr std::chrono::minutes kClocksApart{10};

std::string seconds_of(Instant time) {
    const auto since = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
    return std::to_string(since.count());
}

/// A place in the movements: first all Payment Intents, then all refunds.
constexpr std::string_view kRefunds = "refunds:";

}  // namespace

io::Awaitable<Result<std::string, io::Fault>> Stripe::find(Charge charge) {
    // One that was made after the charge's end was never confirmed, so it has taken nothing.
    const StripeForm all{
        {"created[gte]", seconds_of(charge.started_at - kClocksApart)},
        {"created[lte]", seconds_of(charge.until + kClocksApart)},
        {"limit", kPageSize},
    };
    std::string after;
    do {
        auto query = all;
        if (!after.empty()) query.push_back({"starting_after", after});
        const auto answer = co_await api_->get("/v1/payment_intents", std::move(query));
        if (!answer) co_return std::unexpected(answer.error());
        const auto page = page_in(*answer);
        if (!page) co_return list_failed();
        for (const auto& one : page->some)
            if (payment_in(one) == charge.payment) co_return text_in(one, "id");
        after = page->next;
    } while (!after.empty());
    co_return std::string{};
}

io::Awaitable<Result<std::string, io::Fault>> Stripe::intent_of(Repayment repayment) {
    if (!repayment.reference.starts_with("cs_")) co_return repayment.reference;
    const auto session = co_await api_->get("/v1/checkout/sessions/" + repayment.reference);
    if (!session) co_return std::unexpected(session.error());
    auto intent = text_in(session->body, "payment_intent");
    if (intent.empty()) {
        co_return std::unexpected(io::Fault{
            io::FaultKind::outcome_unknown, "Stripe doesn't name the payment that is to go back"
        });
    }
    co_return intent;
}

io::Awaitable<Result<RepaymentVerdict, io::Fault>> Stripe::repay(Repayment repayment) {
    const auto intent = co_await intent_of(repayment);
    if (!intent) co_return std::unexpected(intent.error());
    std::string after;
    do {
        StripeForm query{{"payment_intent", *intent}, {"limit", kPageSize}};
        if (!after.empty()) query.push_back({"starting_after", after});
        const auto answer = co_await api_->get("/v1/refunds", std::move(query));
        if (!answer) co_return std::unexpected(answer.error());
        const auto page = page_in(*answer);
        if (!page) co_return list_failed();
        for (const auto& one : page->some) {
            if (refund_in(one) == repayment.refund)
                co_return sound(verdict_of_refund(one, repayment.refund));
        }
        after = page->next;
    } while (!after.empty());
    co_return co_await ask_refund(repayment, *intent);
}

io::Awaitable<Result<RepaymentVerdict, io::Fault>>
Stripe::ask_refund(Repayment repayment, std::string intent) {
    const auto amount = to_stripe_amount(repayment.amount, repayment.currency);
    if (!amount) co_return failed(repayment, "amount_not_supported");
    const auto refund = repayment.refund.to_string();
    StripeForm form{
        {"payment_intent", std::move(intent)},
        {"amount", std::to_string(*amount)},
        {std::string{"metadata["} + kRefundField + "]", refund},
        {std::string{"metadata["} + kPaymentField + "]", repayment.payment.to_string()},
    };
    const auto answer = co_await api_->post("/v1/refunds", std::move(form), "refund-" + refund);
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->is_done()) co_return sound(verdict_of_refund(answer->body, repayment.refund));
    const auto& error = object_in(answer->body, "error");
    if (answer->status == 404 || text_in(error, "type") == "idempotency_error") {
        co_return std::unexpected(io::Fault{
            io::FaultKind::outcome_unknown,
            "Stripe doesn't know the payment, or knows the refund's key from another request"
        });
    }
    co_return failed(repayment, code_in(error));
}

io::Awaitable<Result<Movements, io::Fault>> Stripe::list_movements(std::string from) {
    const bool is_refunds = from.starts_with(kRefunds);
    const auto after = is_refunds ? from.substr(kRefunds.size()) : from;
    StripeForm query{{"limit", kPageSize}};
    if (is_refunds) query.push_back({"expand[]", "data.payment_intent"});
    if (!after.empty()) query.push_back({"starting_after", after});
    const auto answer =
        co_await api_->get(is_refunds ? "/v1/refunds" : "/v1/payment_intents", std::move(query));
    if (!answer) co_return std::unexpected(answer.error());
    const auto page = page_in(*answer);
    if (!page) co_return list_failed();
    Movements movements;
    for (const auto& one : page->some) {
        auto movement = is_refunds ? movement_of_refund(one) : movement_of_intent(one);
        if (movement) movements.some.push_back(*std::move(movement));
    }
    if (!page->next.empty())
        movements.next = (is_refunds ? std::string{kRefunds} : std::string{}) + page->next;
    else if (!is_refunds)
        movements.next = kRefunds;
    co_return movements;
}

}  // namespace frontrow::payments
