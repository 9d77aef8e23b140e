#include "app/cluster_comparison.h"

#include <boost/asio/as_tuple.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace frontrow::app {
namespace {

constexpr std::chrono::milliseconds kCompareAgainAfter{200};

}  // namespace

bool is_final(io::FaultKind kind) {
    return kind == io::FaultKind::unusable || kind == io::FaultKind::corrupt;
}

ClusterComparison::ClusterComparison(Ports ports, Compare compare)
    : ports_{std::move(ports)},
      compare_{std::move(compare)},
      pause_{ports_.executor},
      tasks_{ports_.executor, [](const std::exception_ptr& error) {
                 std::rethrow_exception(error);
             }} {
}

io::Awaitable<void> ClusterComparison::close() {
    is_closing_ = true;
    pause_.cancel();
    return tasks_.wait();
}

io::Awaitable<Result<bool, io::Fault>> ClusterComparison::compare_once() {
    auto compared = co_await compare_(FirstUse::leave);
    if (!compared || *compared) co_return compared;
    const auto head = co_await ports_.store.feed().head();
    if (!head) co_return std::unexpected(head.error());
    if (head->seq == 0) co_return false;
    co_return co_await compare_(FirstUse::write);
}

io::Awaitable<void> ClusterComparison::run() {
    while (!is_closing_) {
        const auto compared = co_await compare_once();
        if (is_closing_ || compared.value_or(false)) co_return;
        if (!compared && is_final(compared.error().kind)) {
            ports_.log.error(
                "this node isn't set up as its cluster's nodes are; this node ends",
                {{"error", compared.error().what}}
            );
            co_return ports_.on_failure();
        }
        pause_.expires_after(kCompareAgainAfter);
        co_await pause_.async_wait(boost::asio::as_tuple(io::use_awaitable));
    }
}

}  // namespace frontrow::app
