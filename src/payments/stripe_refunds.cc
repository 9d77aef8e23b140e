#include "payments/stripe.h"
#include "payments/stripe_api.h"
#include "payments/stripe_money.h"
#include "payments/stripe_objects.h"
#include "payments/verdicts.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
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
    const auto has_more = flag_in(answer.body, "has_more");
    if (!has_more) return std::nullopt;
    if (!*has_more) return page;
    if (!page.some.empty()) page.next = text_in(page.some.back(), "id");
    return page.next.empty() ? std::nullopt : std::optional{std::move(page)};
}

/// Whether asking for the refund again is of no use: its money has gone back, or is the bank's. All
/// else may change, for example if our balance doesn't suffice.
bool is_final(const JsonObject& error) {
    const auto code = text_in(error, "code");
    const bool is_known = code == "charge_already_refunded" || code == "charge_disputed" ||
                          code == "refund_disputed_payment" || code == "amount_too_large";
    // More than is left of the payment has no code.
    return is_known || text_in(error, "param") == "amount";
}

/// How far our clock and Stripe's may be apart.
constexpr std::chrono::minutes kClocksApart{10};

std::string seconds_of(Instant time) {
    const auto since = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
    return std::to_string(since.count());
}

/// One of Stripe's lists.
struct StripeList {
    /// Where a page of it begins, before the id after which it does.
    std::string_view prefix;
    const char* path;
    /// Its objects don't say whose payment it is, but their Payment Intents do.
    bool needs_intent;
    void (*add)(Movements& movements, const JsonObject& object);
};

void add_intent(Movements& movements, const JsonObject& intent) {
    auto movement = movement_of_intent(intent);
    if (movement) movements.some.push_back(*std::move(movement));
}

void add_refund(Movements& movements, const JsonObject& refund) {
    auto movement = movement_of_refund(refund);
    if (movement) movements.some.push_back(*std::move(movement));
}

void add_dispute(Movements& movements, const JsonObject& object) {
    auto dispute = listed_dispute(object);
    if (dispute) movements.disputes.push_back(*std::move(dispute));
}

/// They are read one after the other.
constexpr std::array kLists{
    StripeList{"", "/v1/payment_intents", false, add_intent},
    StripeList{"refunds:", "/v1/refunds", true, add_refund},
    StripeList{"disputes:", "/v1/disputes", true, add_dispute},
};

/// The index of the list to which a place in the movements belongs.
std::size_t list_at(std::string_view from) {
    std::size_t list = kLists.size() - 1;
    while (!from.starts_with(kLists[list].prefix))
        --list;
    return list;
}

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
    if (intent.empty() && text_in(session->body, "status") != "expired") {
        co_return std::unexpected(io::Fault{
            io::FaultKind::outcome_unknown, "Stripe doesn't name the payment that is to go back"
        });
    }
    co_return intent;
}

io::Awaitable<Result<RepaymentVerdict, io::Fault>> Stripe::repay(Repayment repayment) {
    const auto intent = co_await intent_of(repayment);
    if (!intent) co_return std::unexpected(intent.error());
    if (intent->empty()) co_return failed(repayment, "no_payment");
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
    if (is_final(error)) co_return failed(repayment, code_in(error));
    auto code = sound_code(code_in(error), "an error without a code");
    co_return std::unexpected(
        io::Fault{io::FaultKind::outcome_unknown, "Stripe makes no refund now: " + std::move(code)}
    );
}

io::Awaitable<Result<Movements, io::Fault>> Stripe::list_movements(std::string from) {
    const auto number = list_at(from);
    const auto& list = kLists[number];
    const auto after = from.substr(list.prefix.size());
    StripeForm query{{"limit", kPageSize}};
    if (list.needs_intent) query.push_back({"expand[]", "data.payment_intent"});
    if (!after.empty()) query.push_back({"starting_after", after});
    const auto answer = co_await api_->get(list.path, std::move(query));
    if (!answer) co_return std::unexpected(answer.error());
    const auto page = page_in(*answer);
    if (!page) co_return list_failed();
    Movements movements;
    for (const auto& one : page->some)
        list.add(movements, one);
    if (!page->next.empty())
        movements.next = std::string{list.prefix} + page->next;
    else if (number + 1 < kLists.size())
        movements.next = kLists[number + 1].prefix;
    co_return movements;
}

}  // namespace frontrow::payments
