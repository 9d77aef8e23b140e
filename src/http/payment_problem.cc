#include "http/problem.h"
#include "http/problem_parts.h"

#include <string>
#include <variant>

// The problems of payments and refunds.

namespace frontrow::http {

Problem problem_of(const payments::NoticeRefusal& refusal) {
    struct Table {
        Problem operator()(const payments::UnknownProvider&) const {
            return not_found("There is no such payment provider.");
        }
        Problem operator()(const payments::NotGenuine& refused) const {
            return {
                .status = 400,
                .code = "NOTICE_REFUSED",
                .message = "The notice isn't accepted: " + refused.why + "."
            };
        }
        Problem operator()(const domain::Refusal& refused) const { return problem_of(refused); }
    };
    return std::visit(Table{}, refusal);
}

Problem payment_declined(std::string_view code) {
    return {
        .status = 402,
        .code = "PAYMENT_DECLINED",
        .message = "The payment was declined" +
                   (code.empty() ? std::string{} : " (" + std::string{code} + ")") +
                   "; while the hold lasts, the order can be paid in another way."
    };
}

Problem paid_too_late() {
    return {
        .status = 410,
        .code = "HOLD_EXPIRED",
        .message =
            "The payment succeeded after the hold had run out, and others had the seats by "
            "then; the money goes back."
    };
}

Problem takes_no_payments() {
    return conflict(
        "PAYMENTS_OFF", "This server has no payment provider, so it takes no payments."
    );
}

Problem refund_failed(std::string_view code) {
    return conflict(
        "REFUND_FAILED",
        "The payment provider refused the refund for good" +
            (code.empty() ? std::string{} : " (" + std::string{code} + ")") +
            "; a new request, under a new key, tries again."
    );
}

}  // namespace frontrow::http
