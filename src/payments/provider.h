#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/result.h"
#include "domain/commands.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace frontrow::payments {

// How many questions are under way at once, by their kind. Each kind has room of its own, so that
// thousands of refunds, or of buyers on a provider's page, hold up nobody who pays now.

/// First questions about charges, for which a buyer waits.
inline constexpr std::size_t kChargesAtOnce = 32;
/// Later questions about charges, and the order to abandon them.
inline constexpr std::size_t kQuestionsAtOnce = 16;
/// Questions about what buyers do on the provider's pages.
inline constexpr std::size_t kPagesAtOnce = 16;
inline constexpr std::size_t kRefundsAtOnce = 16;

/// What a provider is asked to take: one attempt to pay for an order.
struct Charge {
    /// The key under which the provider is asked: however often, it takes the money once.
    PaymentId payment;
    OrderId order;
    Amount amount = 0;
    Currency currency;
    /// Either the buyer's means of payment, as the provider calls it, or the address to which the
    /// provider's page sends the buyer back.
    std::string token;
    std::string return_url;
    Instant started_at;
    /// The provider shall take nothing from then on.
    Instant until;
    /// The provider's own id of the payment, once it has named one.
    std::string reference;
};

/// Money that a provider is asked to give back.
struct Repayment {
    RefundId refund;
    PaymentId payment;
    std::string reference;
    Amount amount = 0;
    Currency currency;
};

/// What a provider says of a charge: `pending`, `succeeded` or `declined`, with the fields of
/// domain::NotePayment. Whoever asked it fills in `provider`, here and below.
using Verdict = domain::NotePayment;
/// What it says of a repayment. Nothing while it is still being made.
using RepaymentVerdict = std::optional<domain::NoteRefund>;

/// What a provider has sent by itself about payments and refunds.
using Notice = std::variant<domain::NotePayment, domain::NoteRefund>;

/// Money that the provider says it has moved, for `frontrow reconcile`.
struct Movement {
    /// The payment whose money was taken or has gone back.
    PaymentId payment;
    bool is_refund = false;
    /// Nothing for a payment, and for a refund that somebody made at the provider's own site.
    std::optional<RefundId> refund;
    std::string reference;
    Amount amount = 0;
    Currency currency;
};

/// A dispute about a payment, as it stands now.
struct Dispute {
    PaymentId payment;
    /// Neither won nor withdrawn: the money is, or may become, the buyer's again.
    bool is_standing = true;
    std::string reference;
};

/// A page of movements and disputes, in the provider's own order.
struct Movements {
    std::vector<Movement> some;
    std::vector<Dispute> disputes;
    /// Where the next page begins; empty if this one is the last.
    std::string next;
};

/// One header of a request that a provider has sent: the name in lower case.
struct NoticeHeader {
    std::string_view name;
    std::string_view value;
};

/// What a notice says, or why it isn't the provider's: its signature is wrong, too old or missing.
/// The reason names no secret.
using NoticeReading = Result<std::vector<Notice>, std::string>;

/// The port to whoever takes the money. An adapter translates; it decides nothing and remembers
/// nothing: every call may come twice, from two processes, or after a restart.
///
/// A fault says that nobody knows what the provider has done: it is asked again with the same key.
/// Await everything on one thread.
class Provider {
public:
    virtual ~Provider() = default;

    /// Makes waiting calls return soon, with a fault if they must, and new ones at once. Destroy
    /// the provider once all of them have returned.
    virtual io::Awaitable<void> close() = 0;

    /// In facts, settings and metrics. It never changes.
    virtual std::string_view name() const = 0;

    virtual io::Awaitable<Result<Verdict, io::Fault>> charge(Charge charge) = 0;
    /// How the charge stands now. `charge()` was called before, perhaps without an answer: if the
    /// provider has never heard of it, this asks it as charge() does.
    virtual io::Awaitable<Result<Verdict, io::Fault>> look_up(Charge charge) = 0;
    /// Makes the provider take nothing for this charge any more, perhaps before its end. Returns
    /// how it has ended: it may have succeeded just before.
    virtual io::Awaitable<Result<Verdict, io::Fault>> abandon(Charge charge) = 0;
    virtual io::Awaitable<Result<RepaymentVerdict, io::Fault>> repay(Repayment repayment) = 0;

    /// The page of what it has moved, and of all disputes, that begins at `from`, which is empty
    /// for the first.
    virtual io::Awaitable<Result<Movements, io::Fault>> list_movements(std::string from) = 0;

    /// Reads what the provider has sent to us. Notices about payments that aren't ours are left
    /// out. May have to ask the provider which payment is meant: a fault says that this failed.
    /// What `headers` and `body` view must stay until the return.
    virtual io::Awaitable<Result<NoticeReading, io::Fault>>
    read_notice(std::vector<NoticeHeader> headers, std::string_view body, Instant now) = 0;
};

}  // namespace frontrow::payments
