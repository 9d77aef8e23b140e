#include "payments/verdicts.h"

#include "base/text.h"

#include <cstddef>
#include <utility>

namespace frontrow::payments {
namespace {

constexpr std::size_t kReferenceMax = 255;
constexpr std::size_t kCodeMax = 100;
constexpr std::size_t kUrlMax = 4'096;

bool is_sound(std::string_view text, std::size_t max) {
    return !find_flaw(text, {.min = 0, .max = max, .kind = TextKind::exact}, TextLines::one);
}

bool is_sound_url(std::string_view url) {
    if (url.empty()) return true;
    return is_sound(url, kUrlMax) && (url.starts_with("https://") || url.starts_with("http://"));
}

std::unexpected<io::Fault> unsound(const char* what) {
    return std::unexpected(io::Fault{io::FaultKind::outcome_unknown, what});
}

}  // namespace

std::string sound_code(std::string code, const char* otherwise) {
    return !code.empty() && is_sound(code, kCodeMax) ? std::move(code) : otherwise;
}

bool is_sound_reference(std::string_view reference) {
    return is_sound(reference, kReferenceMax);
}

Verdict declined(const Charge& charge, std::string code) {
    return {
        .payment = charge.payment,
        .news = domain::PaymentNews::declined,
        .code = sound_code(std::move(code), "declined"),
    };
}

RepaymentVerdict failed(const Repayment& repayment, std::string code) {
    return domain::NoteRefund{
        .refund = repayment.refund,
        .is_done = false,
        .code = sound_code(std::move(code), "failed"),
    };
}

Result<Verdict, io::Fault> sound(Verdict verdict) {
    if (!is_sound_reference(verdict.reference))
        return unsound("the provider's id of the payment isn't a text of at most 255 characters");
    if (!is_sound_url(verdict.redirect_url))
        return unsound("the provider's page isn't an http or https URL");
    return verdict;
}

Result<RepaymentVerdict, io::Fault> sound(RepaymentVerdict verdict) {
    if (verdict && !is_sound_reference(verdict->reference))
        return unsound("the provider's id of the refund isn't a text of at most 255 characters");
    return verdict;
}

}  // namespace frontrow::payments
