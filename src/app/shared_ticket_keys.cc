#include "app/shared_ticket_keys.h"

#include <utility>

namespace frontrow::app {

SharedTicketKeys::SharedTicketKeys(
    ClusterComparison::Ports ports,
    store::SideRecords& records,
    http::TicketCodes& codes,
    http::GuestSessions& sessions,
    TicketKeys keys
)
    : log_{ports.log},
      records_{records},
      codes_{codes},
      sessions_{sessions},
      keys_{std::move(keys)},
      comparison_{std::move(ports), [this](FirstUse first_use) { return compare(first_use); }} {
    if (!keys_.ring.is_empty()) {
        const auto& key = *keys_.ring.keys.back().private_key;
        codes_.sign_with(key, [this] { return before_signing(); });
        sessions_.sign_with(key);
    }
    if (keys_.is_compared) accept(keys_.registry);
}

void SharedTicketKeys::start() {
    if (!keys_.is_compared) comparison_.start();
}

void SharedTicketKeys::accept(const std::optional<tickets::KeyRegistry>& registry) {
    const auto& ring = registry ? registry->ring : keys_.ring;
    codes_.accept(ring);
    sessions_.accept(ring);
    is_registered_ = registry.has_value();
}

io::Awaitable<Result<bool, io::Fault>> SharedTicketKeys::compare(FirstUse first_use) {
    const auto found = co_await compare_ticket_keys(records_, keys_, first_use);
    if (!found) co_return std::unexpected(found.error());
    accept(*found);
    co_return is_registered_ || keys_.file.empty();
}

io::Awaitable<Result<void, io::Fault>> SharedTicketKeys::before_signing() {
    if (is_registered_) co_return Result<void, io::Fault>{};
    const auto found = co_await compare_ticket_keys(records_, keys_, FirstUse::write);
    if (found) {
        accept(*found);
        co_return Result<void, io::Fault>{};
    }
    // A buyer who asks for a ticket mustn't end the sale.
    if (is_final(found.error().kind)) {
        codes_.stop_signing();
        sessions_.stop_signing();
        log_.error(
            "tickets can't be signed; this node sells, and answers 503 TICKET_KEYS_MISSING",
            {{"error", found.error().what}}
        );
    }
    co_return std::unexpected(found.error());
}

}  // namespace frontrow::app
