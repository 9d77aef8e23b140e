#include "payments/rounds.h"

#include <algorithm>

namespace frontrow::payments {

bool Rounds::has_begun_fresh(const domain::Unfinished& fresh) {
    // The newest is looked at again: more may begin at the same instant.
    if (!fresh.payments.empty())
        fresh_since_ = std::max(fresh_since_, fresh.payments.back().payment.started_at);
    if (fresh.next_payment_since) fresh_since_ = *fresh.next_payment_since;
    return !fresh.next_payment_since;
}

bool Rounds::has_passed_payments(const domain::Unfinished& part) {
    payments_since_ = part.next_payment_since.value_or(Instant::min());
    return !part.next_payment_since;
}

bool Rounds::has_passed_refunds(const domain::Unfinished& part) {
    refunds_since_ = part.next_refund_since.value_or(Instant::min());
    return !part.next_refund_since;
}

}  // namespace frontrow::payments
