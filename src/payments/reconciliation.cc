#include "payments/reconciliation.h"

#include <set>
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
    set(find(body.refund), State::not_moved, {}, body.by);
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

std::optional<Reconciliation::Difference>
Reconciliation::difference_of(const Movement& movement, bool is_again) const {
    const auto entry_in = [](const auto& entries, auto id) {
        const auto found = entries.find(id);
        return found == entries.end() ? nullptr : &found->second;
    };
    const Entry* entry = nullptr;
    if (!movement.is_refund)
        entry = entry_in(payments_, movement.payment);
    else if (movement.refund)
        entry = entry_in(refunds_, *movement.refund);
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
    if (is_again)
        difference.kind = Kind::twice;
    else if (entry->is_by_hand)
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
    std::set<PaymentId> taken;
    std::set<RefundId> returned;
    for (const auto& movement : movements_) {
        const bool is_new = !movement.is_refund ? taken.insert(movement.payment).second
                            : movement.refund   ? returned.insert(*movement.refund).second
                                                : true;
        if (auto difference = difference_of(movement, !is_new))
            all.push_back(*std::move(difference));
    }
    const auto add_missing = [&](const Entry& entry, std::optional<RefundId> refund) {
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
    for (const auto& [id, entry] : payments_)
        if (entry.is_expected && !taken.contains(id)) add_missing(entry, std::nullopt);
    for (const auto& [id, entry] : refunds_)
        if (entry.is_expected && !returned.contains(id)) add_missing(entry, id);
    add_disputes(all);
    return all;
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
