#include "payments/stripe_objects.h"

#include "payments/stripe_money.h"
#include "payments/verdicts.h"

namespace frontrow::payments {
namespace {

using domain::PaymentNews;

Verdict as_declined(Verdict verdict, std::string code) {
    verdict.news = PaymentNews::declined;
    verdict.code = sound_code(std::move(code), "declined");
    return verdict;
}

void read_money(const JsonObject& object, const char* field, Amount& amount, Currency& currency) {
    currency = from_stripe_currency(text_in(object, "currency")).value_or(Currency{});
    amount = from_stripe_amount(number_in(object, field).value_or(0), currency).value_or(0);
}

Verdict as_succeeded(Verdict verdict, const JsonObject& object, const char* field) {
    verdict.news = PaymentNews::succeeded;
    read_money(object, field, verdict.amount, verdict.currency);
    return verdict;
}

Verdict verdict_of_session(const JsonObject& session, Verdict verdict) {
    const auto status = text_in(session, "status");
    if (status == "expired") return as_declined(std::move(verdict), "expired");
    if (text_in(session, "payment_status") == "paid") {
        // What was paid is given back by the Payment Intent.
        if (auto intent = text_in(session, "payment_intent"); !intent.empty())
            verdict.reference = std::move(intent);
        return as_succeeded(std::move(verdict), session, "amount_total");
    }
    verdict.redirect_url = text_in(session, "url");
    return verdict;
}

Verdict verdict_of_intent(const JsonObject& intent, Verdict verdict) {
    const auto status = text_in(intent, "status");
    if (status == "succeeded") return as_succeeded(std::move(verdict), intent, "amount_received");
    if (status == "canceled") return as_declined(std::move(verdict), "abandoned");
    const auto& error = object_in(intent, "last_payment_error");
    const bool is_over =
        status == "requires_payment_method" && !error.empty() && !is_of_page(intent);
    return is_over ? as_declined(std::move(verdict), code_in(error)) : verdict;
}

}  // namespace

std::optional<PaymentId> payment_in(const JsonObject& object) {
    return id_in<PaymentId>(object_in(object, "metadata"), kPaymentField);
}

std::optional<RefundId> refund_in(const JsonObject& object) {
    return id_in<RefundId>(object_in(object, "metadata"), kRefundField);
}

bool is_of_page(const JsonObject& intent) {
    return !text_in(object_in(intent, "metadata"), kPageField).empty();
}

std::optional<Verdict> verdict_of(const JsonObject& object) {
    const auto payment = payment_in(object);
    if (!payment) return std::nullopt;
    Verdict verdict{
        .payment = *payment,
        .news = PaymentNews::pending,
        .reference = text_in(object, "id"),
    };
    return text_in(object, "object") == "checkout.session"
               ? verdict_of_session(object, std::move(verdict))
               : verdict_of_intent(object, std::move(verdict));
}

std::optional<Verdict> verdict_of_dispute(const JsonObject& dispute) {
    const auto payment = payment_in(object_in(dispute, "payment_intent"));
    if (!payment) return std::nullopt;
    const auto status = text_in(dispute, "status");
    const bool is_over = status == "won" || status == "warning_closed" || status == "prevented";
    return Verdict{
        .payment = *payment,
        .news = is_over ? PaymentNews::undisputed : PaymentNews::disputed,
    };
}

RepaymentVerdict verdict_of_refund(const JsonObject& object, RefundId refund) {
    const auto status = text_in(object, "status");
    domain::NoteRefund verdict{.refund = refund, .reference = text_in(object, "id")};
    if (status == "succeeded") {
        verdict.is_done = true;
        return verdict;
    }
    if (status != "failed" && status != "canceled") return std::nullopt;
    verdict.code = sound_code(text_in(object, "failure_reason"), "failed");
    return verdict;
}

std::optional<Movement> movement_of_intent(const JsonObject& intent) {
    const auto payment = payment_in(intent);
    if (!payment || text_in(intent, "status") != "succeeded") return std::nullopt;
    Movement movement{.payment = *payment, .refund = {}, .reference = text_in(intent, "id")};
    read_money(intent, "amount_received", movement.amount, movement.currency);
    return movement;
}

std::optional<Movement> movement_of_refund(const JsonObject& refund) {
    const auto payment = payment_in(object_in(refund, "payment_intent"));
    if (!payment || text_in(refund, "status") != "succeeded") return std::nullopt;
    Movement movement{
        .payment = *payment,
        .is_refund = true,
        .refund = refund_in(refund),
        .reference = text_in(refund, "id"),
    };
    read_money(refund, "amount", movement.amount, movement.currency);
    return movement;
}

std::optional<Dispute> listed_dispute(const JsonObject& dispute) {
    const auto verdict = verdict_of_dispute(dispute);
    if (!verdict) return std::nullopt;
    return Dispute{
        .payment = verdict->payment,
        .is_standing = verdict->news == PaymentNews::disputed,
        .reference = text_in(dispute, "id"),
    };
}

std::string code_in(const JsonObject& error) {
    for (const auto* const field : {"decline_code", "code", "type"})
        if (auto code = text_in(error, field); !code.empty()) return code;
    return {};
}

}  // namespace frontrow::payments
