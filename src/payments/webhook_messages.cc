#include "payments/webhook_messages.h"

#include "payments/json_fields.h"
#include "payments/verdicts.h"

#include <utility>

namespace frontrow::payments {
namespace {

using domain::PaymentNews;

std::string status_in(const JsonObject& object) {
    return text_in(object, "status");
}

std::optional<PaymentNews> news_in(const JsonObject& object) {
    const auto status = status_in(object);
    if (status == "pending") return PaymentNews::pending;
    if (status == "succeeded") return PaymentNews::succeeded;
    if (status == "declined") return PaymentNews::declined;
    if (status == "disputed") return PaymentNews::disputed;
    if (status == "undisputed") return PaymentNews::undisputed;
    return std::nullopt;
}

/// Both fields must be there.
bool read_money(const JsonObject& object, Amount& amount, Currency& currency) {
    const auto number = number_in(object, "amount");
    const auto code = Currency::parse(text_in(object, "currency"));
    if (!number || !code) return false;
    amount = *number;
    currency = *code;
    return true;
}

std::optional<Verdict> read_verdict(const JsonObject& object, PaymentId payment) {
    const auto news = news_in(object);
    if (!news) return std::nullopt;
    Verdict verdict{
        .payment = payment,
        .news = *news,
        .reference = text_in(object, "reference"),
    };
    if (*news == PaymentNews::pending) verdict.redirect_url = text_in(object, "redirect_url");
    if (*news == PaymentNews::declined)
        verdict.code = sound_code(text_in(object, "code"), "declined");
    if (*news == PaymentNews::succeeded && !read_money(object, verdict.amount, verdict.currency))
        return std::nullopt;
    return verdict;
}

std::optional<RepaymentVerdict> read_refund(const JsonObject& object, RefundId refund) {
    const auto status = status_in(object);
    if (status == "pending") return std::optional<RepaymentVerdict>{std::in_place};
    domain::NoteRefund verdict{
        .refund = refund,
        .is_done = status == "succeeded",
        .reference = text_in(object, "reference"),
    };
    if (status == "failed") verdict.code = sound_code(text_in(object, "code"), "failed");
    if (!verdict.is_done && status != "failed") return std::nullopt;
    // Two optionals: that there is a verdict, and that it isn't pending.
    return std::optional<RepaymentVerdict>{std::in_place, std::move(verdict)};
}

std::optional<Dispute> read_dispute(const JsonObject& object) {
    const auto payment = id_in<PaymentId>(object, "payment");
    const auto news = news_in(object);
    const bool is_sound = payment &&
                          (news == PaymentNews::disputed || news == PaymentNews::undisputed) &&
                          is_sound_reference(text_in(object, "reference"));
    if (!is_sound) return std::nullopt;
    return Dispute{
        .payment = *payment,
        .is_standing = *news == PaymentNews::disputed,
        .reference = text_in(object, "reference"),
    };
}

std::optional<Movement> read_movement(const JsonObject& object) {
    const auto payment = id_in<PaymentId>(object, "payment");
    const auto type = text_in(object, "type");
    if (!payment || (type != "payment" && type != "refund")) return std::nullopt;
    Movement movement{
        .payment = *payment,
        .is_refund = type == "refund",
        .refund = id_in<RefundId>(object, "refund"),
        .reference = text_in(object, "reference"),
    };
    const bool is_sound = is_sound_reference(movement.reference) &&
                          read_money(object, movement.amount, movement.currency);
    return is_sound ? std::optional{movement} : std::nullopt;
}

/// False if the object is none of those that the contract knows.
bool add_movement(Movements& movements, const JsonObject& object) {
    if (text_in(object, "type") == "dispute") {
        auto dispute = read_dispute(object);
        if (dispute) movements.disputes.push_back(*std::move(dispute));
        return dispute.has_value();
    }
    auto movement = read_movement(object);
    if (movement) movements.some.push_back(*std::move(movement));
    return movement.has_value();
}

void add_money(JsonObject& message, Amount amount, Currency currency) {
    message["amount"] = amount;
    const auto code = currency.code();
    message["currency"] = boost::json::string{code.data(), code.size()};
}

NoticeReading notice_of(Result<Verdict, io::Fault> verdict) {
    if (!verdict) return std::unexpected(std::move(verdict.error().what));
    return std::vector<Notice>{*std::move(verdict)};
}

NoticeReading notice_of(Result<RepaymentVerdict, io::Fault> verdict) {
    if (!verdict) return std::unexpected(std::move(verdict.error().what));
    if (!*verdict) return std::vector<Notice>{};
    return std::vector<Notice>{**std::move(verdict)};
}

}  // namespace

std::string message_about(const std::string& type, const Charge& charge) {
    JsonObject message{
        {"type", type},
        {"payment", charge.payment.to_string()},
        {"order", charge.order.to_string()},
    };
    add_money(message, charge.amount, charge.currency);
    if (!charge.token.empty()) message["token"] = charge.token;
    if (!charge.return_url.empty()) message["return_url"] = charge.return_url;
    message["until"] = to_rfc3339(charge.until);
    if (!charge.reference.empty()) message["reference"] = charge.reference;
    return boost::json::serialize(message);
}

std::string message_about(const Repayment& repayment) {
    JsonObject message{
        {"type", "refund"},
        {"refund", repayment.refund.to_string()},
        {"payment", repayment.payment.to_string()},
    };
    add_money(message, repayment.amount, repayment.currency);
    if (!repayment.reference.empty()) message["reference"] = repayment.reference;
    return boost::json::serialize(message);
}

std::string message_for_movements(const std::string& from) {
    return boost::json::serialize(JsonObject{{"type", "movements"}, {"from", from}});
}

bool is_unknown(std::string_view answer) {
    const auto object = parse_json_object(answer);
    return object && status_in(*object) == "unknown";
}

std::optional<Verdict> verdict_in(std::string_view answer, PaymentId payment) {
    const auto object = parse_json_object(answer);
    auto verdict = object ? read_verdict(*object, payment) : std::optional<Verdict>{};
    // Disputes come as notices; an answer says how the charge stands.
    const bool is_answer = verdict && verdict->news != PaymentNews::disputed &&
                           verdict->news != PaymentNews::undisputed;
    return is_answer ? std::move(verdict) : std::nullopt;
}

std::optional<RepaymentVerdict> refund_verdict_in(std::string_view answer, RefundId refund) {
    const auto object = parse_json_object(answer);
    return object ? read_refund(*object, refund) : std::nullopt;
}

std::optional<Movements> movements_in(std::string_view answer) {
    const auto object = parse_json_object(answer);
    const auto* const list = object ? list_in(*object, "movements") : nullptr;
    // A page whose `next` can't be read must not look like the last one.
    if (list == nullptr || !has_text(*object, "next")) return std::nullopt;
    Movements movements{.some = {}, .disputes = {}, .next = text_in(*object, "next")};
    for (const auto& one : *list)
        if (!one.is_object() || !add_movement(movements, one.get_object())) return std::nullopt;
    return movements;
}

NoticeReading notices_in(std::string_view notice, Instant signed_at) {
    const auto object = parse_json_object(notice);
    if (!object) return std::unexpected("the notice isn't a JSON object");
    const auto type = text_in(*object, "type");
    if (const auto payment = id_in<PaymentId>(*object, "payment"); type == "payment" && payment) {
        auto verdict = read_verdict(*object, *payment);
        if (verdict) {
            verdict->signed_at = signed_at;
            return notice_of(sound(*std::move(verdict)));
        }
    }
    if (const auto refund = id_in<RefundId>(*object, "refund"); type == "refund" && refund) {
        auto verdict = read_refund(*object, *refund);
        if (verdict) return notice_of(sound(*std::move(verdict)));
    }
    return std::unexpected("the notice isn't one of those in docs/payments.md");
}

}  // namespace frontrow::payments
