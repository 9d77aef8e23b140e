#pragma once

#include "base/hash_map.h"
#include "domain/inventory.h"

#include <memory>
#include <utility>

namespace frontrow::store {

/// Each event's seat map, made once a version by the first who asks and shared with the others: a
/// reservation pays nothing for it, and a crowd of readers pays once. A byte a seat of the events
/// that were asked for. One thread.
class SeatMaps {
public:
    using Map = std::shared_ptr<const domain::SeatMap>;

    Map at(const domain::Inventory& inventory, const domain::EventRow& event, Instant now) {
        auto& newest = newest_[event.event.id];
        if (newest == nullptr || newest->version != inventory.seat_map_version(event, now))
            newest =
                std::make_shared<const domain::SeatMap>(inventory.seat_map(event, now, newest.get())
                );
        return newest;
    }

    /// Drops what is kept of an event that was deleted.
    void forget(EventId event) { newest_.erase(event); }

private:
    HashMap<EventId, Map> newest_;
};

}  // namespace frontrow::store
