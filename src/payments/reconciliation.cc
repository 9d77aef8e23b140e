#include "payments/reconciliation.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <variant>

namespace frontrow::payments {

void Reconciliation::observe(const domain::Fact& fact) {
    std::visit(
        [&](const auto& body) {
            if constexpr (requires { body.spec.currency; })
                currencies_[fact.event] = body.spec.currency;
            if constexpr (requires { this->note(fact, body); }) note(fact, body);
        },
        fact.body
    );
}

void Reconciliation::note(const domain::Fact& fact, const domain::OrderPlaced& body) {
    orders_[body.order] = {.amount = body.amount, .currency = currencies_[fact.event]};
}

void Reconciliation::note(const domain::Fact&, const domain::PaymentIntended& body) {
    const bool is_theirs =
        body.method == domain::PaymentMethod::provider && body.provider == provider_;
    if (!is_theirs) return;
    payments_[body.payment] = {
        .payment = body.payment, .sum = orders_[body.order], .due = body.pinned_until + kPatience
    };
}

void Reconciliation::note(const domain::Fact&, const domain::PaymentSucceeded& body) {
    set(find(body.payment), State::moved, body.reference, body.by);
}

void Reconciliation::note(const domain::Fact&, const domain::PaymentDeclined& body) {
    set(find(body.payment), State::not_moved, {}, body.by);
}

void Reconciliation::note(const domain::Fact&, const domain::PaymentDisputed& body) {
    if (auto* const payment = find(body.payment)) payment->is_disputed = body.is_disputed;
}

void Reconciliation::note(const domain::Fact& fact, const domain::RefundIntended& body) {
    const auto* const payment = find(body.payment);
    // No provider is asked to give back nothing.
    if (payment == nullptr || body.amount == 0) return;
    refunds_[body.refund] = {
        .payment = body.payment,
        .sum = {.amount = body.amount, .currency = payment->sum.currency},
        .due = fact.at + kPatience,
    };
}

void Reconciliation::note(const domain::Fact&, const domain::RefundSucceeded& body) {
    set(find(body.refund), State::moved, body.reference, body.by);
}

void Reconciliation::note(const domain::Fact&, const domain::RefundFailed& body) {
    auto* const refund = find(body.refund);
    if (refund != nullptr && refund->state == State::moved)
        refund->came_back_by_hand = !body.by.empty();
    set(refund, State::not_moved, {}, body.by);
}

void Reconciliation::set(
    Entry* entry,
    State state,
    const std::string& reference,
    const std::string& by
) {
    if (entry == nullptr) return;
    entry->is_by_hand = !by.empty();
    entry->state = state;
    entry->reference = reference;
}

Reconciliation::Entry* Reconciliation::find(PaymentId id) {
    const auto found = payments_.find(id);
    return found == payments_.end() ? nullptr : &found->second;
}

Reconciliation::Entry* Reconciliation::find(RefundId id) {
    const auto found = refunds_.find(id);
    return found == refunds_.end() ? nullptr : &found->second;
}

void Reconciliation::expect_all(Instant now) {
    const auto expect = [now](auto& entries) {
        for (auto& [id, entry] : entries) {
            entry.is_expected = entry.state == State::moved && !entry.is_by_hand;
            entry.is_overdue = entry.state == State::open && entry.due <= now;
            entry.was_disputed = entry.is_disputed;
        }
    };
    expect(payments_);
    expect(refunds_);
}

void Reconciliation::take(const Movement& movement) {
    movements_.push_back(movement);
}

void Reconciliation::take(const Dispute& dispute) {
    if (dispute.is_standing) disputes_[dispute.payment] = dispute.reference;
}

const Reconciliation::Entry* Reconciliation::entry_of(const Movement& movement) const {
    const auto entry_in = [](const auto& entries, auto id) {
        const auto found = entries.find(id);
        return found == entries.end() ? nullptr : &found->second;
    };
    if (!movement.is_refund) return entry_in(payments_, movement.payment);
    return movement.refund ? entry_in(refunds_, *movement.refund) : nullptr;
}

std::optional<Reconciliation::Difference>
Reconciliation::difference_of(const Movement& movement, bool is_again) const {
    const auto* const entry = entry_of(movement);
    Difference difference{
        .payment = movement.payment,
        .refund = movement.refund,
        .is_refund = movement.is_refund,
        .here = std::nullopt,
        .there = Sum{.amount = movement.amount, .currency = movement.currency},
        .reference = movement.reference,
    };
    if (entry == nullptr) {
        difference.kind = Kind::not_here;
        return difference;
    }
    difference.here = entry->sum;
    // Its money may have gone, or may have come back, in another way.
    const bool is_settled_so =
        entry->is_by_hand && (entry->state == State::moved || entry->came_back_by_hand);
    if (is_again)
        difference.kind = Kind::twice;
    else if (is_settled_so)
        return std::nullopt;
    else if (entry->state == State::not_moved)
        difference.kind = Kind::not_moved_here;
    else if (entry->sum != *difference.there || entry->payment != movement.payment)
        difference.kind = Kind::other_sum;
    else if (entry->state == State::open && entry->is_overdue)
        difference.kind = Kind::still_open;
    else
        return std::nullopt;
    return difference;
}

std::vector<Reconciliation::Difference> Reconciliation::differences() const {
    std::vector<Difference> all;
    auto settled = find_settled();
    add_movements(settled, all);
    add_settled(settled, all);
    add_missing(all);
    add_disputes(all);
    return all;
}

Reconciliation::AllSettled Reconciliation::find_settled() const {
    AllSettled settled;
    for (const auto& [id, entry] : payments_)
        if (entry.is_by_hand) settled[id] = {};
    const auto listed = listed_refunds();
    for (const auto& [id, entry] : refunds_)
        if (entry.is_by_hand && entry.state == State::moved && !listed.contains(id))
            settled[entry.payment].refunded += entry.sum.amount;
    return settled;
}

bool Reconciliation::take_into(AllSettled& settled, const Movement& movement) const {
    const auto found = settled.find(movement.payment);
    const bool is_named = movement.is_refund && entry_of(movement) != nullptr;
    if (found == settled.end() || is_named) return false;
    auto& accounts = found->second.accounts;
    auto account = std::ranges::find(accounts, movement.currency, &Account::currency);
    if (account == accounts.end())
        account = accounts.insert(account, {.currency = movement.currency});
    (movement.is_refund ? account->returned : account->taken) += movement.amount;
    account->reference = movement.reference;
    return movement.is_refund || payments_.at(movement.payment).is_by_hand;
}

void Reconciliation::add_movements(AllSettled& settled, std::vector<Difference>& all) const {
    std::set<PaymentId> taken;
    std::set<RefundId> returned;
    for (const auto& movement : movements_) {
        if (take_into(settled, movement)) continue;
        const bool is_new = !movement.is_refund ? taken.insert(movement.payment).second
                            : movement.refund   ? returned.insert(*movement.refund).second
                                                : true;
        if (auto difference = difference_of(movement, !is_new))
            all.push_back(*std::move(difference));
    }
}

void Reconciliation::add_settled(const AllSettled& settled, std::vector<Difference>& all) const {
    using domain::BigAmount;
    using Limits = std::numeric_limits<Amount>;
    for (const auto& [id, one] : settled) {
        const auto& entry = payments_.at(id);
        for (const auto& account : one.accounts) {
            const bool is_sold =
                entry.state == State::moved && account.currency == entry.sum.currency;
            // What was taken beyond the price must have gone back.
            const auto beyond = account.taken - (is_sold ? entry.sum.amount : 0);
            const auto least = std::max<BigAmount>(beyond, 0);
            const auto most = least + (is_sold ? one.refunded : 0);
            if (account.returned >= least && account.returned <= most) continue;
            const auto kept = std::clamp<BigAmount>(
                account.taken - account.returned, Limits::min(), Limits::max()
            );
            all.push_back({
                .kind = entry.state == State::moved ? Kind::other_sum : Kind::not_moved_here,
                .payment = id,
                .refund = std::nullopt,
                .here = entry.sum,
                .there = Sum{static_cast<Amount>(kept), account.currency},
                .reference = account.reference,
            });
        }
    }
}

std::set<RefundId> Reconciliation::listed_refunds() const {
    std::set<RefundId> listed;
    for (const auto& movement : movements_)
        if (movement.is_refund && movement.refund) listed.insert(*movement.refund);
    return listed;
}

void Reconciliation::add_missing(std::vector<Difference>& all) const {
    const auto add = [&all](const Entry& entry, std::optional<RefundId> refund) {
        all.push_back({
            .kind = Kind::not_there,
            .payment = entry.payment,
            .refund = refund,
            .is_refund = refund.has_value(),
            .here = entry.sum,
            .there = std::nullopt,
            .reference = entry.reference,
        });
    };
    std::set<PaymentId> taken;
    for (const auto& movement : movements_)
        if (!movement.is_refund) taken.insert(movement.payment);
    for (const auto& [id, entry] : payments_)
        if (entry.is_expected && !taken.contains(id)) add(entry, std::nullopt);
    const auto returned = listed_refunds();
    for (const auto& [id, entry] : refunds_)
        if (entry.is_expected && !returned.contains(id)) add(entry, id);
}

void Reconciliation::add_disputes(std::vector<Difference>& all) const {
    for (const auto& [id, entry] : payments_) {
        // What has changed meanwhile was told to us, by notice.
        if (entry.is_disputed != entry.was_disputed) continue;
        const auto there = disputes_.find(id);
        if (entry.is_disputed == (there != disputes_.end())) continue;
        all.push_back({
            .kind = entry.is_disputed ? Kind::disputed_here : Kind::disputed_there,
            .payment = id,
            .refund = std::nullopt,
            .here = entry.sum,
            .there = std::nullopt,
            .reference = entry.is_disputed ? entry.reference : there->second,
        });
    }
}

Reconciliation::Totals Reconciliation::totals() const {
    Totals totals;
    for (const auto& [id, entry] : payments_) {
        if (entry.state == State::moved) ++totals.payments;
        if (entry.state == State::open) ++totals.open;
    }
    for (const auto& [id, entry] : refunds_) {
        if (entry.state == State::moved) ++totals.refunds;
        if (entry.state == State::open) ++totals.open;
    }
    return totals;
}

std::string_view name_of(Reconciliation::Kind kind) {
    switch (kind) {
        case Reconciliation::Kind::not_there:
            return "the provider hasn't moved it";
        case Reconciliation::Kind::other_sum:
            return "another sum";
        case Reconciliation::Kind::not_here:
            return "unknown here";
        case Reconciliation::Kind::not_moved_here:
            return "declined or failed here";
        case Reconciliation::Kind::still_open:
            return "still open here";
        case Reconciliation::Kind::twice:
            return "moved twice";
        case Reconciliation::Kind::disputed_there:
            return "not disputed here";
        case Reconciliation::Kind::disputed_here:
            return "disputed here alone";
    }
}

}  // namespace frontrow::payments
