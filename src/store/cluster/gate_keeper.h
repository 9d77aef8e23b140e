#pragma once

#include "base/hash_map.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/redis/redis_client.h"
#include "store/postgres/postgres_store.h"
#include "store/redis/seat_gate.h"

#include <string>
#include <vector>

namespace frontrow::store::cluster {

/// Tells the gate what became of the seats. Of all nodes one does, the one whose name stands in
/// Redis; when it dies its name goes with it and another takes over. Two at once do no harm: an
/// update counts by the fact's seq.
///
/// It follows the events in which something happened last, up to a bounded number of them; the
/// others go without a gate. An event is vouched for once the gate knows all of its seats, so that
/// what an earlier keeper left behind counts for nothing.
class GateKeeper {
public:
    /// All outlive the keeper. `client` is its own, so that buyers don't wait behind it.
    GateKeeper(
        postgres::PostgresStore& truth,
        redis::SeatGate& gate,
        io::RedisClient& client,
        const io::Clock& clock,
        Bits128 name
    );

    /// The next fact of the feed, in order.
    void take(const domain::Fact& fact);

    /// One round, several a second: does nothing while another node keeps the gate.
    io::Awaitable<void> work();

private:
    using EventRow = domain::Inventory::EventRow;

    /// What the gate was told of an event.
    struct Known {
        /// All seats were told, free ones too, and everything since.
        bool is_whole = false;
        Instant renewed_at;
    };

    io::Awaitable<bool> is_keeper();
    io::Awaitable<bool> tell_changes();
    io::Awaitable<bool> tell_seats(const EventRow& event, bool free_ones_too);
    std::vector<EventId> events_to_keep(Instant now) const;

    postgres::PostgresStore& truth_;
    redis::SeatGate& gate_;
    io::RedisClient& client_;
    const io::Clock& clock_;
    std::string name_;
    /// Reservations that changed since the last round.
    std::vector<ReservationId> changed_;
    HashMap<EventId, Known> known_;
};

}  // namespace frontrow::store::cluster
