#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/result.h"
#include "domain/commands.h"
#include "domain/order.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/timer.h"
#include "store/store.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace frontrow::payments {

/// Where a request waits for the result of its payment or refund. One thread, the executor's.
class Desk {
public:
    /// How long a request waits.
    static constexpr std::chrono::milliseconds kPatience{2'000};

    /// `store` must outlive the desk.
    Desk(io::Executor executor, store::Store& store)
        : executor_{std::move(executor)}, store_{store} {}

    /// The user's order once the payment has a result, or a page on which the buyer pays; or as it
    /// is after kPatience. Nothing if the user has no such order. Faults: those of Store::read().
    io::Awaitable<Result<std::optional<domain::OrderView>, io::Fault>>
    settle(OrderId order, PaymentId payment, std::string user);
    /// The order as its organiser sees it, once the refund has a result; or as it is after
    /// kPatience. Nothing if `by` may not change the order's event.
    io::Awaitable<Result<std::optional<domain::OrderView>, io::Fault>>
    settle_refund(OrderId order, RefundId refund, domain::Organizer by);
    /// The payment or refund with this id may have a result now.
    void tell(Bits128 id);

private:
    /// Returns after tell(id), or after a short while.
    io::Awaitable<void> until_told(Bits128 id);

    io::Executor executor_;
    store::Store& store_;
    std::multimap<Bits128, io::Timer*> waiting_;
};

}  // namespace frontrow::payments
