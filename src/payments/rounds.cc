#include "payments/rounds.h"

#include <algorithm>

namespace frontrow::payments {
namespace {

Instant newest_of(const domain::Unfinished& unfinished) {
    auto newest = Instant::min();
    if (!unfinished.payments.empty()) newest = unfinished.payments.back().payment.started_at;
    if (!unfinished.refunds.empty())
        newest = std::max(newest, unfinished.refunds.back().refund.started_at);
    return newest;
}

}  // namespace

void Rounds::has_begun_fresh(const domain::Unfinished& fresh) {
    // The newest is looked at again: more may begin at the same instant.
    fresh_since_ = fresh.next_since.value_or(std::max(*fresh_since_, newest_of(fresh)));
}

bool Rounds::has_begun_part(const domain::Unfinished& part) {
    const bool is_first = part_since_ == Instant::min();
    part_since_ = part.next_since.value_or(Instant::min());
    if (part.next_since) {
        if (!fresh_since_) fresh_since_ = part.next_since;
        return false;
    }
    // One part has it all again.
    if (is_first) fresh_since_.reset();
    return true;
}

}  // namespace frontrow::payments
