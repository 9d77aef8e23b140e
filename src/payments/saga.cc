#include "payments/saga.h"

#include "base/check.h"

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

Saga::Room& Saga::room_for(Step step) {
    switch (step) {
        case Step::charge:
            return charges_;
        case Step::look_up:
        case Step::abandon:
            return follow_ups_;
        case Step::repay:
        case Step::start_refund:
            return repayments_;
    }
}

Saga::Entries& Saga::entries_for(Step step) {
    switch (step) {
        case Step::charge:
        case Step::look_up:
        case Step::abandon:
            return payments_;
        case Step::repay:
        case Step::start_refund:
            return refunds_;
    }
}

Saga::Step Saga::step_of(const domain::UnfinishedPayment& one, const Entry& entry, Instant now) {
    if (!one.is_wanted || now >= one.payment.pinned_until) return Step::abandon;
    const bool is_known = entry.was_asked || !one.payment.reference.empty();
    return is_known ? Step::look_up : Step::charge;
}

bool Saga::begin(Step step, Bits128 id, Instant now, bool& has_all) {
    auto& entry = entries_for(step)[id];
    entry.is_seen = true;
    // A provider that shall take nothing any more is told so at once.
    const bool is_due = now >= entry.not_before || (step == Step::abandon && !entry.was_abandoned);
    if (entry.is_under_way || !is_due) return false;
    auto& room = room_for(step);
    if (room.taken >= room.max) {
        has_all = false;
        return false;
    }
    ++room.taken;
    entry.is_under_way = true;
    entry.was_asked = true;
    entry.was_abandoned = step == Step::abandon;
    return true;
}

void Saga::begin_payment(
    const domain::UnfinishedPayment& one,
    Step step,
    Instant now,
    Choice& into
) {
    const auto id = one.payment.id.bits();
    if (!begin(step, id, now, into.has_all_payments)) return;
    into.tasks.push_back(
        {.step = step, .id = id, .provider = one.payment.provider, .charge = charge_of(one)}
    );
}

Saga::Choice Saga::next_charges(const domain::Unfinished& unfinished, Instant now) {
    Choice choice;
    for (const auto& one : unfinished.payments) {
        const auto step = step_of(one, payments_[one.payment.id.bits()], now);
        if (step == Step::charge) begin_payment(one, step, now, choice);
    }
    return choice;
}

Saga::Choice Saga::next(const domain::Unfinished& unfinished, Instant now) {
    auto choice = next_charges(unfinished, now);
    choice.has_all_payments = true;
    for (const auto& one : unfinished.payments) {
        const auto step = step_of(one, payments_[one.payment.id.bits()], now);
        if (step != Step::charge) begin_payment(one, step, now, choice);
    }
    for (const auto& one : unfinished.refunds) {
        const auto id = one.refund.id.bits();
        if (begin(Step::repay, id, now, choice.has_all_refunds))
            choice.tasks.push_back(
                {.step = Step::repay,
                 .id = id,
                 .provider = one.provider,
                 .repayment = repayment_of(one)}
            );
    }
    for (const auto order : unfinished.orders_to_refund)
        if (begin(Step::start_refund, order.bits(), now, choice.has_all_refunds))
            choice.tasks.push_back({.step = Step::start_refund, .id = order.bits(), .provider = {}}
            );
    return choice;
}

void Saga::forget_unseen(Entries& entries) {
    for (auto i = entries.begin(); i != entries.end();) {
        const bool is_finished = !i->second.is_seen && !i->second.is_under_way;
        i->second.is_seen = false;
        i = is_finished ? entries.erase(i) : std::next(i);
    }
}

void Saga::ended(const Task& task, End end, Instant now) {
    auto& entries = entries_for(task.step);
    const auto found = entries.find(task.id);
    CHECK(found != entries.end() && found->second.is_under_way);
    auto& entry = found->second;
    entry.is_under_way = false;
    --room_for(task.step).taken;
    if (end == End::settled) return;
    const bool is_on_page = end == End::pending && !task.charge.return_url.empty();
    const auto& delays = is_on_page ? settings_.on_page : settings_.again;
    entry.not_before = now + delays.after(++entry.failures, random_.next());
}

}  // namespace frontrow::payments
