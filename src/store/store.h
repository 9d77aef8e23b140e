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

/// The port behind which the truth lies: durable, decided by `domain::decide`, and told to nobody
/// before a crash could no longer take it back.
///
/// Everything is awaited on the thread of the executor that the store was made with. A read never
/// invents: what it returns was true and durable at one instant between call and return. What isn't
/// there is nothing (an empty optional), not a fault.
class Store {
public:
    virtual ~Store() = default;

    /// Answers what waits and takes nothing new. Returns when nothing of the store runs any more;
    /// only then may it be destroyed.
    virtual Awaitable<void> close() = 0;

    /// Decides `command` against the truth and makes its facts durable. The returned outcome is
    /// final.
    ///
    /// Faults: unavailable, overloaded, storage_low (nothing was done), outcome_unknown (it may
    /// have been: ask again with the same key). If it never returns (a crash), the facts were made
    /// durable together or not at all; the same command with the same key tells which.
    virtual Awaitable<Result<domain::Outcome, io::Fault>>
    execute(domain::Command command, TraceId trace) = 0;

    virtual Awaitable<Result<std::optional<domain::Event>, io::Fault>> find_event(EventId id) = 0;
    /// Latest start first.
    virtual Awaitable<Result<std::vector<domain::Event>, io::Fault>> list_events(Page page) = 0;
    /// In the order in which they were added; nothing unless `by` may change the event.
    virtual Awaitable<Result<std::optional<std::vector<domain::Member>>, io::Fault>>
    list_members(EventId event, domain::Organizer by) = 0;
    /// Whether `sub` is a member who may do all that the event's creator may, for the check before
    /// a request is read: at once, with what find_api_key() says of other nodes. A command is
    /// judged by the truth again.
    virtual bool is_member_organizer(EventId event, std::string_view sub) const = 0;
    virtual Awaitable<Result<std::optional<domain::SeatView>, io::Fault>> find_seat(SeatId id) = 0;
    /// In the order of creation.
    virtual Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) = 0;
    virtual Awaitable<Result<std::optional<domain::SeatCounts>, io::Fault>> count_seats(
        EventId event
    ) = 0;
    /// All seats with their status; the same object for as long as nothing changes.
    virtual Awaitable<Result<std::optional<std::shared_ptr<const domain::SeatMap>>, io::Fault>>
    seat_map(EventId event) = 0;
    /// Nothing unless it's this user's.
    virtual Awaitable<Result<std::optional<domain::Reservation>, io::Fault>>
    find_reservation(ReservationId id, std::string user) = 0;
    /// Newest first.
    virtual Awaitable<Result<std::vector<domain::Reservation>, io::Fault>>
    list_reservations(std::string user, Page page) = 0;

    /// Newest first, those that were revoked among them.
    virtual Awaitable<Result<std::vector<domain::ApiKey>, io::Fault>> list_api_keys(Page page) = 0;
    /// The one in force that has this digest, for whoever shows one to be let in: at once, so a key
    /// that another node made, moved or revoked within the last second may be told as it was. One
    /// that this store has said to be revoked isn't there, and one that it has said to be moved is
    /// so. Points to what is gone with the next suspension.
    virtual const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const = 0;

    /// All facts in order. It ends with the store.
    virtual Feed& feed() = 0;

    /// What it counts, for /metrics: about right, at once.
    virtual void measure(telemetry::Figures& figures) = 0;
    /// False while nothing new is to be sent here: the disk is stalled, or nothing more will ever
    /// be decided.
    virtual bool is_ready() const = 0;
    /// The time by which the store judges; never falls.
    virtual Instant now() = 0;
};

}  // namespace frontrow::store
