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

Saga::Task Saga::task_for(const domain::UnfinishedPayment& one, Instant now) {
    const auto& entry = payments_[one.payment.id.bits()];
    const bool is_known = entry.was_asked || !one.payment.reference.empty();
    const bool is_over = !one.is_wanted || now >= one.payment.pinned_until;
    return {
        .step = is_over    ? Step::abandon
                : is_known ? Step::look_up
                           : Step::charge,
        .id = one.payment.id.bits(),
        .provider = one.payment.provider,
        .charge = charge_of(one),
    };
}

bool Saga::begin(Task task, Instant now, std::vector<Task>& into) {
    auto& entry = entries_for(task.step)[task.id];
    entry.is_seen = true;
    // A provider that shall take nothing any more is told so at once.
    const bool is_abandoned_now = task.step == Step::abandon && !entry.was_abandoned;
    if (entry.is_under_way || (now < entry.not_before && !is_abandoned_now)) return true;
    auto& room = room_for(task);
    // The others of the round come first.
    if (entry.turn == room.round) return true;
    if (room.taken >= room.max) {
        room.is_short = true;
        room.was_short = true;
        return false;
    }
    ++room.taken;
    entry.turn = room.round;
    entry.is_under_way = true;
    entry.was_asked = true;
    entry.was_abandoned = task.step == Step::abandon;
    into.push_back(std::move(task));
    return true;
}

Saga::Charges Saga::next_charges(const domain::Unfinished& unfinished, Instant now) {
    rooms_[kCharges].is_short = false;
    Charges charges;
    for (const auto& one : unfinished.payments) {
        auto task = task_for(one, now);
        if (task.step != Step::charge) continue;
        if (!begin(std::move(task), now, charges.tasks)) charges.has_all = false;
    }
    return charges;
}

std::vector<Saga::Task> Saga::next(const domain::Unfinished& unfinished, Instant now) {
    for (const auto index : {kQuestions, kPages, kRepayments, kStarts})
        rooms_[index].is_short = false;
    std::vector<Task> tasks;
    for (const auto& one : unfinished.payments)
        begin(task_for(one, now), now, tasks);
    for (const auto& one : unfinished.refunds) {
        Task task{
            .step = Step::repay,
            .id = one.refund.id.bits(),
            .provider = one.provider,
            .repayment = repayment_of(one),
        };
        begin(std::move(task), now, tasks);
    }
    for (const auto order : unfinished.orders_to_refund)
        begin({.step = Step::start_refund, .id = order.bits(), .provider = {}}, now, tasks);
    return tasks;
}

void Saga::has_seen_all_payments() {
    forget_unseen(payments_);
    for (const auto index : {kCharges, kQuestions, kPages})
        end_round(rooms_[index]);
}

void Saga::has_seen_all_refunds() {
    forget_unseen(refunds_);
    for (const auto index : {kRepayments, kStarts})
        end_round(rooms_[index]);
}

void Saga::end_round(Room& room) {
    if (!room.was_short) room.round = ++last_round_;
    room.was_short = false;
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
