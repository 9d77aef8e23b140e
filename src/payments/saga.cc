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

Saga::Room& Saga::room_for(const Task& task) {
    switch (task.step) {
        case Step::charge:
            return rooms_[kCharges];
        case Step::look_up:
            return rooms_[task.charge.return_url.empty() ? kQuestions : kPages];
        case Step::abandon:
            return rooms_[kQuestions];
        case Step::repay:
            return rooms_[kRepayments];
        case Step::start_refund:
            return rooms_[kStarts];
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

void Saga::begin(Task task, Instant now, std::vector<Task>& into, bool& has_all) {
    auto& entry = entries_for(task.step)[task.id];
    entry.is_seen = true;
    // A provider that shall take nothing any more is told so at once.
    const bool is_abandoned_now = task.step == Step::abandon && !entry.was_abandoned;
    if (entry.is_under_way || (now < entry.not_before && !is_abandoned_now)) return;
    auto& room = room_for(task);
    // The others of the round come first.
    if (entry.turn == room.round) return;
    if (room.taken >= room.max) {
        room.is_short = true;
        has_all = false;
        return;
    }
    ++room.taken;
    entry.turn = room.round;
    entry.is_under_way = true;
    entry.was_asked = true;
    entry.was_abandoned = task.step == Step::abandon;
    into.push_back(std::move(task));
}

void Saga::begin_payment(
    const domain::UnfinishedPayment& one,
    Step step,
    Instant now,
    Choice& into
) {
    Task task{
        .step = step,
        .id = one.payment.id.bits(),
        .provider = one.payment.provider,
        .charge = charge_of(one),
    };
    begin(std::move(task), now, into.tasks, into.has_all_payments);
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
    for (auto& room : rooms_)
        room.is_short = false;
    auto choice = next_charges(unfinished, now);
    choice.has_all_payments = true;
    for (const auto& one : unfinished.payments) {
        const auto step = step_of(one, payments_[one.payment.id.bits()], now);
        if (step != Step::charge) begin_payment(one, step, now, choice);
    }
    for (const auto& one : unfinished.refunds) {
        Task task{
            .step = Step::repay,
            .id = one.refund.id.bits(),
            .provider = one.provider,
            .repayment = repayment_of(one),
        };
        begin(std::move(task), now, choice.tasks, choice.has_all_refunds);
    }
    for (const auto order : unfinished.orders_to_refund) {
        Task task{.step = Step::start_refund, .id = order.bits(), .provider = {}};
        begin(std::move(task), now, choice.tasks, choice.has_all_refunds);
    }
    for (auto& room : rooms_)
        if (!room.is_short) room.round = ++last_round_;
    return choice;
}

bool Saga::lacks_room() const {
    return std::ranges::any_of(rooms_, &Room::is_short);
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
    --room_for(task).taken;
    if (end == End::settled) return;
    const bool is_slow = !task.charge.return_url.empty() || task.step == Step::repay;
    const auto& delays = end == End::pending && is_slow ? settings_.on_page : settings_.again;
    entry.not_before = now + delays.after(++entry.failures, random_.next());
}

}  // namespace frontrow::payments
