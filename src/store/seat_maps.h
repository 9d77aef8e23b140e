#pragma once

#include "base/hash_map.h"
#include "domain/inventory.h"

#include <memory>
#include <utility>

namespace frontrow::store {

/// Builds each event's seat map once per version, at the first request, and shares it with later
/// readers: a reservation builds no map, and a crowd of readers causes only one build. Takes a byte
/// per seat of the requested events. One thread.
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

    /// Drops the map of a deleted event.
    void forget(EventId event) { newest_.erase(event); }

private:
    HashMap<EventId, Map> newest_;
};

}  // namespace frontrow::store
