#include "app/shared_ticket_keys.h"

#include <boost/asio/as_tuple.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace frontrow::app {
namespace {

constexpr std::chrono::milliseconds kAskAgainAfter{200};

/// Whether trying again can't help.
bool is_final(io::FaultKind kind) {
    return kind == io::FaultKind::unusable || kind == io::FaultKind::corrupt;
}

}  // namespace

SharedTicketKeys::SharedTicketKeys(Ports ports, TicketKeys keys)
    : ports_{std::move(ports)},
      keys_{std::move(keys)},
      pause_{ports_.executor},
      tasks_{ports_.executor, [](const std::exception_ptr& error) {
                 std::rethrow_exception(error);
             }} {
    if (!keys_.ring.is_empty())
        ports_.codes.sign_with(*keys_.ring.keys.back().private_key, [this] {
            return before_signing();
        });
    if (keys_.is_compared) accept(keys_.registry);
}

void SharedTicketKeys::start() {
    if (!keys_.is_compared) tasks_.spawn(compare());
}

io::Awaitable<void> SharedTicketKeys::close() {
    is_closing_ = true;
    pause_.cancel();
    return tasks_.wait();
}

io::Awaitable<void> SharedTicketKeys::compare() {
    while (!is_closing_) {
        const auto found = co_await compare_ticket_keys(ports_.records, keys_);
        if (is_closing_ || take(found)) co_return;
        pause_.expires_after(kAskAgainAfter);
        co_await pause_.async_wait(boost::asio::as_tuple(io::use_awaitable));
    }
}

void SharedTicketKeys::accept(const std::optional<tickets::KeyRegistry>& registry) {
    ports_.codes.accept(registry ? registry->ring : tickets::KeyRing{});
    is_registered_ = registry.has_value();
}

bool SharedTicketKeys::take(const Result<std::optional<tickets::KeyRegistry>, io::Fault>& found) {
    if (found) {
        accept(*found);
        return true;
    }
    if (!is_final(found.error().kind)) return false;
    ports_.log.error(
        "tickets can't be signed as the cluster's are; this node ends",
        {{"error", found.error().what}}
    );
    ports_.on_failure();
    return true;
}

io::Awaitable<Result<void, io::Fault>> SharedTicketKeys::before_signing() {
    if (is_registered_) co_return Result<void, io::Fault>{};
    const auto found = co_await register_ticket_keys(ports_.records, keys_);
    take(found);
    if (!found) co_return std::unexpected(found.error());
    co_return Result<void, io::Fault>{};
}

}  // namespace frontrow::app
