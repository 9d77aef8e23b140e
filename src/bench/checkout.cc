#include "bench/checkout.h"

#include "bench/judge.h"
#include "bench/request_writer.h"
#include "bench/told_reservation.h"
#include "bench/venue.h"

#include <fmt/format.h>

#include <utility>

namespace frontrow::bench {

Course course_of(std::uint64_t number) {
    constexpr std::uint64_t kCourseOf = 10;
    switch (number % kCourseOf) {
        case 0:
            return Course::pays_again;
        case 1:
            return Course::gives_up;
        case 2:
            return Course::is_refunded;
        case 3:
            return Course::returns;
        default:
            return Course::pays;
    }
}

Checkout::Checkout(
    const Target& target,
    std::string_view run,
    std::uint64_t number,
    std::string_view reservation
)
    : target_{target},
      run_{run},
      number_{number},
      course_{course_of(number)},
      reservation_{id_of(reservation)} {
}

bool Checkout::will_be_declined() const {
    return step_ == Step::first_payment &&
           (course_ == Course::pays_again || course_ == Course::gives_up);
}

bool Checkout::has_returned() const {
    return course_ == Course::returns && order_ && order_->status == "refunded";
}

std::optional<std::string> Checkout::next() const {
    switch (step_) {
        case Step::order:
            return post("", R"({"reservation_id":")" + reservation_ + "\"}", true);
        case Step::first_payment:
        case Step::second_payment: {
            const auto* token = will_be_declined() ? "tok_decline" : "tok_ok";
            return post(
                "/" + order_->id + "/payments", std::string{R"({"token":")"} + token + "\"}", true
            );
        }
        case Step::refund: {
            const auto* body = course_ == Course::returns ? R"({"return_to_sale":true})" : "{}";
            return post("/" + order_->id + "/refund", body, false);
        }
        case Step::done:
            break;
    }
    return std::nullopt;
}

/// A request to a path below that of the orders: the buyer's, or else the organiser's.
std::string Checkout::post(const std::string& path, const std::string& body, bool is_buyer) const {
    auto text = request_head("POST", "/api/v1/orders" + path, target_);
    if (is_buyer && target_.token.empty()) text += "X-User-ID: " + buyer_text(number_) + "\r\n";
    return text + fmt::format(
                      "Idempotency-Key: bench-{}-{}-{}\r\nContent-Type: "
                      "application/json\r\nContent-Length: {}\r\n\r\n{}",
                      run_,
                      number_,
                      std::to_underlying(step_),
                      body.size(),
                      body
                  );
}

void Checkout::note(const Answer& answer, Complaints& to) {
    if (turns_away(answer, to)) {
        // What is pending may have been done, so the buyer asks again.
        if (!is_pending_) step_ = Step::done;
        return;
    }
    is_pending_ = answer.status == 202 && step_ != Step::order;
    if (is_pending_) return;
    if (!is_as_expected(answer)) {
        complain_of(answer, to);
        step_ = Step::done;
        return;
    }
    if (!will_be_declined()) order_ = read_order(answer.body);
    was_paid_ = was_paid_ || order_->status == "paid";
    step_ = after_this();
}

bool Checkout::is_as_expected(const Answer& answer) const {
    if (will_be_declined())
        return answer.status == 402 && code_of(answer.body) == "PAYMENT_DECLINED";
    const bool is_new = step_ == Step::order;
    const auto* status = is_new ? "created" : step_ == Step::refund ? "refunded" : "paid";
    const auto told = read_order(answer.body);
    return answer.status == (is_new ? 201 : 200) && told && told->status == status &&
           told->amount == kPrice && (is_new || told->id == order_->id);
}

/// The step after this one has gone as it should.
Checkout::Step Checkout::after_this() const {
    const bool gets_money_back = course_ == Course::is_refunded || course_ == Course::returns;
    switch (step_) {
        case Step::order:
            return Step::first_payment;
        case Step::first_payment:
            if (course_ == Course::pays_again) return Step::second_payment;
            return gets_money_back ? Step::refund : Step::done;
        case Step::second_payment:
        case Step::refund:
        case Step::done:
            break;
    }
    return Step::done;
}

}  // namespace frontrow::bench
