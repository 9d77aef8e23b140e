#include "payments/contact_sweep.h"

#include "domain/reads.h"
#include "payments/runner.h"
#include "wire/contact.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace frontrow::payments {
namespace {

/// Between two pages, so that the sweep never keeps anybody waiting.
constexpr std::chrono::seconds kBetweenPages{1};
constexpr std::chrono::hours kBetweenRounds{1};

}  // namespace

ContactSweep::ContactSweep(Ports ports)
    : ports_{ports},
      timer_{ports.executor},
      tasks_{ports.executor, [&log = ports.log](const std::exception_ptr&) {
                 log.error("the sweep of contacts ended in an exception");
             }} {
}

void ContactSweep::start() {
    tasks_.spawn(run());
}

io::Awaitable<void> ContactSweep::close() {
    is_closing_ = true;
    timer_.cancel();
    co_await tasks_.wait();
}

io::Awaitable<void> ContactSweep::run() {
    while (!is_closing_) {
        timer_.expires_after(kBetweenPages);
        co_await timer_.async_wait(boost::asio::as_tuple(io::use_awaitable));
        const bool is_due = ports_.store.now() >= not_before_;
        if (is_closing_ || !is_due || !ports_.leases.held(kPaymentsTask)) continue;
        const auto swept = co_await sweep_page();
        const bool had_failed = std::exchange(has_failed_, !swept);
        if (!swept && !had_failed)
            ports_.log.warn(
                "contacts of orders that are gone can't be erased; it is tried again",
                {{"error", swept.error().what}}
            );
    }
}

io::Awaitable<Result<void, io::Fault>> ContactSweep::sweep_page() {
    auto page = co_await ports_.records.list(std::string{wire::kContactRecords}, after_);
    if (!page) co_return std::unexpected(std::move(page.error()));
    std::vector<OrderId> old;
    for (const auto& record : *page) {
        const auto order = wire::order_of_contact(record.name);
        const bool is_old =
            order && ports_.store.now() - made_at(order->bits()) >= domain::kEndedMemory;
        if (is_old) old.push_back(*order);
    }
    const auto missing = co_await ports_.store.read(domain::read_missing_orders, std::move(old));
    if (!missing) co_return std::unexpected(missing.error());
    for (auto& record : *page) {
        const auto order = wire::order_of_contact(record.name);
        if (!order || !std::ranges::binary_search(*missing, *order)) continue;
        if (auto erased = co_await erase(record); !erased) co_return erased;
    }
    const bool is_last = page->size() < store::SideRecords::kPage;
    if (is_last) not_before_ = ports_.store.now() + kBetweenRounds;
    after_ = is_last ? std::string{} : page->back().name;
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<void, io::Fault>> ContactSweep::erase(store::SideRecord record) {
    store::SideChange change{
        .name = std::move(record.name), .value = std::nullopt, .expected_version = record.version
    };
    const auto changed = co_await ports_.records.change(std::move(change));
    // A refusal says that somebody else has erased it.
    if (!changed) co_return std::unexpected(changed.error());
    co_return Result<void, io::Fault>{};
}

}  // namespace frontrow::payments
