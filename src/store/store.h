#pragma once

#include "base/id.h"
#include "base/result.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/page.h"
#include "domain/reads.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/feed.h"
#include "telemetry/figures.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

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

    /// Runs a function of domain/reads.h on the state, as in `store.read(domain::read_event, id)`.
    /// Returns its value once the newest fact on which the value depends is durable.
    ///
    /// Faults: unavailable, outcome_unknown.
    template <class Value, class... Asked>
    Awaitable<Result<Value, io::Fault>> read(
        domain::Read<Value> (*read)(const domain::Inventory&, Instant, Asked...),
        std::type_identity_t<Asked>... asked
    ) {
        std::optional<Value> value;
        const auto look = [&](const domain::Inventory& state, Instant now) {
            auto found = read(state, now, std::move(asked)...);
            value = std::move(found.value);
            return found.rests_on;
        };
        if (auto fault = co_await this->look(std::cref(look)))
            co_return std::unexpected(std::move(*fault));
        co_return *std::move(value);
    }

    /// True if `sub` is a member who may do everything that the event's creator may. For the check
    /// before a request is read: answers without waiting, and may lag behind other nodes like
    /// find_api_key(). A command is checked against the authoritative state again.
    virtual bool is_member_organizer(EventId event, std::string_view sub) const = 0;

    // A crowd reads these while the seats change, so one answer serves many readers.

    /// As domain::read_seats().
    virtual Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) = 0;
    /// All seats with their status. The same object is returned as long as nothing changes.
    virtual Awaitable<Result<std::optional<std::shared_ptr<const domain::SeatMap>>, io::Fault>>
    seat_map(EventId event) = 0;

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

protected:
    /// Reads the state as of an instant and returns the seq of the newest fact on which the read
    /// depends.
    using Look = std::function<std::uint64_t(const domain::Inventory& state, Instant now)>;

    /// Calls `look` once, and returns when the fact that it returns is durable.
    virtual Awaitable<std::optional<io::Fault>> look(Look look) = 0;
};

}  // namespace frontrow::store
