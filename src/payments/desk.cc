#include "payments/desk.h"

#include "io/stopwatch.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <utility>

namespace frontrow::payments {
namespace {

/// Another node's runner tells nobody here, so the order is looked at so often.
constexpr std::chrono::milliseconds kLookAgain{50};

bool is_open(const domain::Order& order, PaymentId id) {
    const auto payment = std::ranges::find(order.payments, id, &domain::Payment::id);
    return payment != order.payments.end() && payment->status == domain::PaymentStatus::open &&
           payment->redirect_url.empty();
}

bool is_open(const domain::Order& order, RefundId id) {
    const auto refund = std::ranges::find(order.refunds, id, &domain::Refund::id);
    return refund != order.refunds.end() && refund->status == domain::RefundStatus::open;
}

}  // namespace

io::Awaitable<void> Desk::until_told(Bits128 id) {
    io::Timer timer{executor_};
    timer.expires_after(kLookAgain);
    const auto mine = waiting_.emplace(id, &timer);
    co_await timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
    waiting_.erase(mine);
}

io::Awaitable<Result<std::optional<domain::OrderView>, io::Fault>>
Desk::settle(OrderId order, PaymentId payment, std::string user) {
    const io::Stopwatch waited;
    while (true) {
        auto view = co_await store_.read(domain::read_order, order, user);
        const bool may_change = view && *view && is_open((*view)->order, payment);
        if (!may_change || waited.elapsed() >= kPatience) co_return view;
        co_await until_told(payment.bits());
    }
}

io::Awaitable<Result<std::optional<domain::OrderView>, io::Fault>>
Desk::settle_refund(OrderId order, RefundId refund, domain::Organizer by) {
    const io::Stopwatch waited;
    while (true) {
        auto view = co_await store_.read(domain::read_event_order, order, by);
        const bool may_change = view && *view && is_open((*view)->order, refund);
        if (!may_change || waited.elapsed() >= kPatience) co_return view;
        co_await until_told(refund.bits());
    }
}

void Desk::tell(Bits128 id) {
    const auto [first, last] = waiting_.equal_range(id);
    for (auto one = first; one != last; ++one)
        one->second->cancel();
}

}  // namespace frontrow::payments
