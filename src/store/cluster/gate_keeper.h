#pragma once

#include "base/hash_map.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/random.h"
#include "io/redis/redis_client.h"
#include "store/postgres/postgres_store.h"
#include "store/redis/seat_gate.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace frontrow::store::cluster {

/// Tells the gate what became of the seats. Of all nodes one does, the one whose name stands in
/// Redis; when it dies its name goes with it and another takes over. Two at once do no harm: an
/// update counts by the fact's seq.
///
/// It follows the contested events in which something happened last, up to a bounded number of
/// them; the others go without a gate. An event is vouched for once the gate knows all of its seats
/// that are taken, in an edition of its own, so that what an earlier keeper left behind counts for
/// nothing. How much there is to tell doesn't matter to the vouching: a round tells for a short
/// time, and the next goes on from there.
///
/// One thread, the store's.
class GateKeeper {
public:
    struct Settings {
        /// How long a round tells; beyond it goes what is under way then.
        Millis telling_time{100};
        /// A keeper that says nothing for this long is none any more.
        Millis name_time{1'500};
    };

    /// All outlive the keeper.
    struct Ports {
        postgres::PostgresStore& truth;
        redis::SeatGate& gate;
        /// Its own, so that buyers don't wait behind it.
        io::RedisClient& client;
        const io::Clock& clock;
        io::Random& random;
        /// Whether anybody will ask the gate about this event.
        std::function<bool(EventId)> is_contested;
    };

    GateKeeper(Ports ports, Settings settings);

    /// The next fact of the feed, in order.
    void take(const domain::Fact& fact);

    /// To be called when Redis may be another one, or itself as it was earlier: tells everything
    /// anew.
    void forget();

    /// One round, several a second: does nothing while another node keeps the gate.
    io::Awaitable<void> work();

private:
    class Telling;
    using EventRow = domain::Inventory::EventRow;

    /// What the gate was told of an event.
    struct Known {
        Bits128 edition;
        /// When its seats began to be told last.
        Instant begun_at;
        /// The seat up to which they have been; 0 when all have.
        std::size_t next = 0;
        /// All that are taken were told at least once, and every change since.
        bool is_whole = false;
    };

    io::Awaitable<bool> is_keeper();
    std::vector<EventId> events_to_keep(Instant now) const;
    io::Awaitable<bool> tell_changes(Instant until);
    io::Awaitable<void> tell_changes(std::span<const ReservationId> changed);
    io::Awaitable<void> vouch(std::span<const EventId> events, Instant head_read_at);
    io::Awaitable<void> tell_seats(std::span<const EventId> events, Instant until);
    bool is_due(EventId event) const;
    io::Awaitable<void> tell_some_seats(const EventRow& event);
    io::Awaitable<void> tell(Telling& telling);

    Ports ports_;
    Settings settings_;
    std::string name_;
    /// Reservations that changed and of which the gate wasn't told yet.
    std::vector<ReservationId> changed_;
    HashMap<EventId, Known> known_;
};

}  // namespace frontrow::store::cluster
