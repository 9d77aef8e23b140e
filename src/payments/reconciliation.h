#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "domain/facts.h"
#include "domain/sales_ledger.h"
#include "payments/provider.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::payments {

/// Compares what the facts say of one provider's payments and refunds with what the provider says
/// it has moved and with its disputes, both ways. Meanwhile the sale may go on: read facts, call
/// expect_all(), take the provider's movements, read the facts that have come since, and then ask
/// for the differences. What has begun only lately, and is still open at the end, counts as no
/// difference.
///
/// A person who settles a payment by hand may have moved money at the provider's own site, where
/// nothing has our ids. So of such a payment only the sum counts that the provider keeps in the
/// end. What it has given back without an id of ours may also be what a person has settled as
/// refunded.
class Reconciliation {
public:
    enum class Kind : std::uint8_t {
        /// By the facts the money has moved, and the provider doesn't know it.
        not_there,
        /// Another amount or currency.
        other_sum,
        /// No fact knows the payment or refund.
        not_here,
        /// By the facts it was declined, or the refund has failed.
        not_moved_here,
        /// The provider has moved it, and we should know that by now.
        still_open,
        /// The provider has moved it twice.
        twice,
        /// By the facts, nobody disputes the payment, and at the provider somebody does.
        disputed_there,
        /// By the facts, the payment is disputed, and at the provider it isn't.
        disputed_here,
    };
    /// So long after a hold's end, or after a refund was asked for, we should know the result.
    static constexpr std::chrono::minutes kPatience{10};

    struct Sum {
        Amount amount = 0;
        Currency currency;

        friend bool operator==(const Sum&, const Sum&) = default;
    };
    struct Difference {
        Kind kind{};
        PaymentId payment;
        std::optional<RefundId> refund;
        bool is_refund = false;
        std::optional<Sum> here;
        std::optional<Sum> there;
        std::string reference;
    };

    explicit Reconciliation(std::string provider) : provider_{std::move(provider)} {}

    /// All facts, in order.
    void observe(const domain::Fact& fact);
    /// What has moved by the facts up to here must be among the movements, and what is open for too
    /// long at `now` must not.
    void expect_all(Instant now);
    void take(const Movement& movement);
    void take(const Dispute& dispute);
    /// Those of movements in their order, then those of payments settled by hand, then those of
    /// facts, then those of disputes.
    std::vector<Difference> differences() const;

    struct Totals {
        std::uint64_t payments = 0;
        std::uint64_t refunds = 0;
        /// Payments and refunds without a result.
        std::uint64_t open = 0;
    };
    /// Those of the facts.
    Totals totals() const;

private:
    enum class State : std::uint8_t { open, moved, not_moved };
    struct Entry {
        PaymentId payment;
        Sum sum;
        /// When we should know its result.
        Instant due;
        State state = State::open;
        bool is_expected = false;
        /// It was open when it was due, at expect_all().
        bool is_overdue = false;
        bool is_disputed = false;
        /// As of expect_all().
        bool was_disputed = false;
        std::string reference{};
        /// A person has said how it ended, and has looked at the provider's books.
        bool is_by_hand = false;
        /// A refund: a person has said that its money came back. The provider lists it still.
        bool came_back_by_hand = false;
    };
    /// What the provider lists of a payment in one currency, without the refunds that the facts
    /// name.
    struct Account {
        Currency currency;
        domain::BigAmount taken = 0;
        domain::BigAmount returned = 0;
        std::string reference{};
    };
    /// A payment of which a person has settled something, and has perhaps moved money at the
    /// provider's own site.
    struct Settled {
        /// What is settled as refunded, and isn't listed under the refund's id.
        Amount refunded = 0;
        std::vector<Account> accounts{};
    };
    using AllSettled = std::map<PaymentId, Settled>;

    void note(const domain::Fact& fact, const domain::OrderPlaced& body);
    void note(const domain::Fact& fact, const domain::PaymentIntended& body);
    void note(const domain::Fact& fact, const domain::PaymentSucceeded& body);
    void note(const domain::Fact& fact, const domain::PaymentDeclined& body);
    void note(const domain::Fact& fact, const domain::PaymentDisputed& body);
    void note(const domain::Fact& fact, const domain::RefundIntended& body);
    void note(const domain::Fact& fact, const domain::RefundSucceeded& body);
    void note(const domain::Fact& fact, const domain::RefundFailed& body);
    void set(Entry* entry, State state, const std::string& reference, const std::string& by);
    Entry* find(PaymentId id);
    Entry* find(RefundId id);
    const Entry* entry_of(const Movement& movement) const;
    std::optional<Difference> difference_of(const Movement& movement, bool is_again) const;
    AllSettled find_settled() const;
    /// Returns whether nothing else is to be compared with the movement.
    bool take_into(AllSettled& settled, const Movement& movement) const;
    void add_movements(AllSettled& settled, std::vector<Difference>& all) const;
    void add_settled(const AllSettled& settled, std::vector<Difference>& all) const;
    std::set<RefundId> listed_refunds() const;
    void add_missing(std::vector<Difference>& all) const;
    void add_disputes(std::vector<Difference>& all) const;

    std::string provider_;
    std::map<EventId, Currency> currencies_;
    std::map<OrderId, Sum> orders_;
    std::map<PaymentId, Entry> payments_;
    std::map<RefundId, Entry> refunds_;
    std::vector<Movement> movements_;
    /// The provider's standing disputes, and their own ids.
    std::map<PaymentId, std::string> disputes_;
};

/// For people: "the provider has taken it twice".
std::string_view name_of(Reconciliation::Kind kind);

}  // namespace frontrow::payments
