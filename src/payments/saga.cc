#include "payments/saga.h"

#include "base/check.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace frontrow::payments {
namespace {

Charge charge_of(const domain::UnfinishedPayment& one) {
    return {
        .payment = one.payment.id,
        .order = one.order,
        .amount = one.amount,
        .currency = one.currency,
        .token = one.payment.token,
        .return_url = one.payment.return_url,
        .started_at = one.payment.started_at,
        .until = one.payment.pinned_until,
        .reference = one.payment.reference,
    };
}

Repayment repayment_of(const domain::UnfinishedRefund& one) {
    return {
        .refund = one.refund.id,
        .payment = one.refund.payment,
        .reference = one.payment_reference,
        .amount = one.refund.amount,
        .currency = one.currency,
    };
}

}  // namespace

Saga::Step Saga::step_of(const domain::Payment& payment, const Entry& entry, Instant now) const {
    if (now >= payment.pinned_until) return Step::abandon;
    const bool is_known = entry.was_asked || !payment.reference.empty();
    return is_known ? Step::look_up : Step::charge;
}

Saga::Entry* Saga::begin(Bits128 id, Instant now) {
    auto& entry =
        entries_.try_emplace(
                    id, Entry{.backoff = {settings_.again_first, settings_.again_longest}}
        ).first->second;
    entry.is_seen = true;
    if (entry.is_under_way || now < entry.not_before || is_full()) return nullptr;
    entry.is_under_way = true;
    ++under_way_;
    return &entry;
}

std::vector<Saga::Task> Saga::next(const domain::Unfinished& unfinished, Instant now) {
    std::vector<Task> tasks;
    for (const auto& one : unfinished.payments) {
        const auto id = one.payment.id.bits();
        if (auto* entry = begin(id, now)) {
            const auto step = step_of(one.payment, *entry, now);
            entry->was_asked = true;
            tasks.push_back(
                {.step = step, .id = id, .provider = one.payment.provider, .charge = charge_of(one)}
            );
        }
    }
    for (const auto& one : unfinished.refunds) {
        const auto id = one.refund.id.bits();
        if (begin(id, now) != nullptr)
            tasks.push_back(
                {.step = Step::repay,
                 .id = id,
                 .provider = one.provider,
                 .repayment = repayment_of(one)}
            );
    }
    for (const auto order : unfinished.orders_to_refund)
        if (begin(order.bits(), now) != nullptr)
            tasks.push_back({.step = Step::start_refund, .id = order.bits(), .provider = {}});
    return tasks;
}

void Saga::has_seen_all() {
    for (auto i = entries_.begin(); i != entries_.end();) {
        const bool is_finished = !i->second.is_seen && !i->second.is_under_way;
        i->second.is_seen = false;
        i = is_finished ? entries_.erase(i) : std::next(i);
    }
}

void Saga::ended(const Task& task, End end, Instant now) {
    const auto found = entries_.find(task.id);
    CHECK(found != entries_.end() && found->second.is_under_way);
    auto& entry = found->second;
    entry.is_under_way = false;
    --under_way_;
    if (end == End::settled) return;
    entry.not_before = now + entry.backoff.after_failure(random_.next());
    // The end of the pin is no time to wait beyond: from then on the provider is told to stop.
    const bool is_charge = task.step == Step::charge || task.step == Step::look_up;
    if (is_charge && task.charge.until > now)
        entry.not_before = std::min(entry.not_before, task.charge.until);
}

}  // namespace frontrow::payments
