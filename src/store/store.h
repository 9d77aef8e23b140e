#pragma once

#include "base/id.h"
#include "base/result.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/member.h"
#include "domain/page.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/feed.h"
#include "telemetry/figures.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store {

using io::Awaitable;

using domain::Page;

/// The port to the authoritative state. `domain::decide` decides every change of it. The store
/// makes the change durable, and shows it to clients only once no crash can undo it.
///
/// Await everything on the thread of the store's executor. A read returns what was true and durable
/// at one instant between call and return. Missing entities are an empty optional, not a fault.
class Store {
public:
    virtual ~Store() = default;

    /// Answers waiting calls and accepts no new ones. Returns when nothing of the store runs any
    /// more; destroy the store only then.
    virtual Awaitable<void> close() = 0;

    /// Decides `command` against the authoritative state and makes its facts durable. The returned
    /// outcome is final.
    ///
    /// Faults: unavailable, overloaded, storage_low (nothing was done), outcome_unknown (it may
    /// have been done: ask again with the same key). If it never returns (a crash), the facts were
    /// made durable together or not at all; the same command with the same key tells which.
    virtual Awaitable<Result<domain::Outcome, io::Fault>>
    execute(domain::Command command, TraceId trace) = 0;

    virtual Awaitable<Result<std::optional<domain::Event>, io::Fault>> find_event(EventId id) = 0;
    /// Latest start first.
    virtual Awaitable<Result<std::vector<domain::Event>, io::Fault>> list_events(Page page) = 0;
    /// In the order in which they were added. Returns nothing unless `by` may change the event.
    virtual Awaitable<Result<std::optional<std::vector<domain::Member>>, io::Fault>>
    list_members(EventId event, domain::Organizer by) = 0;
    /// True if `sub` is a member who may do everything that the event's creator may. For the check
    /// before a request is read: answers without waiting, and may lag behind other nodes like
    /// find_api_key(). A command is checked against the authoritative state again.
    virtual bool is_member_organizer(EventId event, std::string_view sub) const = 0;
    virtual Awaitable<Result<std::optional<domain::SeatView>, io::Fault>> find_seat(SeatId id) = 0;
    /// In the order of creation.
    virtual Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) = 0;
    virtual Awaitable<Result<std::optional<domain::SeatCounts>, io::Fault>> count_seats(
        EventId event
    ) = 0;
    /// All seats with their status. The same object is returned as long as nothing changes.
    virtual Awaitable<Result<std::optional<std::shared_ptr<const domain::SeatMap>>, io::Fault>>
    seat_map(EventId event) = 0;
    /// Returns nothing unless the reservation belongs to this user.
    virtual Awaitable<Result<std::optional<domain::Reservation>, io::Fault>>
    find_reservation(ReservationId id, std::string user) = 0;
    /// Newest first.
    virtual Awaitable<Result<std::vector<domain::Reservation>, io::Fault>>
    list_reservations(std::string user, Page page) = 0;

    /// Newest first, revoked keys included.
    virtual Awaitable<Result<std::vector<domain::ApiKey>, io::Fault>> list_api_keys(Page page) = 0;
    /// The key in force with this digest, for authentication: answers without waiting. A key that
    /// another node created, moved or revoked within the last second may be returned in its former
    /// state; changes that this store has acknowledged are visible. The pointer is valid until the
    /// next suspension.
    virtual const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const = 0;

    /// All facts in order. The feed lives as long as the store.
    virtual Feed& feed() = 0;

    /// Adds the store's metrics for /metrics. They are approximate and need no waiting.
    virtual void measure(telemetry::Figures& figures) = 0;
    /// False if no new requests should be sent here: the disk is stalled, or this process will
    /// never decide anything again.
    virtual bool is_ready() const = 0;
    /// The time by which the store judges; never decreases.
    virtual Instant now() = 0;
};

}  // namespace frontrow::store
