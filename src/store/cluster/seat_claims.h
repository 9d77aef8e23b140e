#pragma once

#include "domain/commands.h"
#include "domain/decide.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/random.h"
#include "io/redis/redis_client.h"
#include "io/task_group.h"
#include "store/cluster/contention.h"
#include "store/redis/seat_gate.h"
#include "telemetry/figures.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace frontrow::store::cluster {

/// Asks the seat gate in Redis before a node's engine. If a crowd wants the same seats, the gate
/// lets one request through, across all nodes, and refuses the others without asking an engine. For
/// events where requests rarely meet a rival, the gate isn't asked, so no request waits for it.
/// Without Redis every request passes.
///
/// store/redis/seat_gate.h tells the gate's purpose and limits. One thread.
class SeatClaims {
public:
    struct Settings {
        io::RedisSettings redis;
        redis::GateSettings gate = {};
        /// Ask the gate about an event if at least this share of its requests meets a rival.
        double contested_from = 0.1;
        /// Bound on requests per call of the gate.
        std::size_t batch_max = 256;
    };

    /// All must outlive the object.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
        /// Called when a connection to Redis is made, and each time one is lost or can't be made.
        /// May be empty.
        std::function<void(const Result<void, io::Fault>&)> on_connection;
    };

    SeatClaims(Settings settings, Ports ports);
    /// Call close() before.
    ~SeatClaims() = default;

    /// True if the gate should be asked about this event.
    bool is_contested(EventId event) const { return contention_.is_high(event); }
    /// Call it when the event was deleted.
    void forget(EventId event) { contention_.forget(event); }
    /// The longest lifetime of a claim.
    Millis claim_time() const { return settings_.gate.claim_time; }

    struct Entry {
        /// The request holds a claim, which must be given back if the request fails.
        bool is_claimed = false;
        /// Set if another request was let through for one of the seats.
        std::optional<domain::Refusal> refusal;
    };
    io::Awaitable<Entry> enter(EventId event, domain::SeatIds seats, Bits128 owner, Millis hold);

    using Outcome = Result<domain::Outcome, io::Fault>;
    /// Reports the outcome of a request, whether or not enter() was called for it.
    void settle(
        EventId event,
        domain::SeatIds seats,
        Bits128 owner,
        const Entry& entry,
        const Outcome& outcome
    );

    /// Gives back a claim whose owner no longer needs the seats.
    void give_back(EventId event, domain::SeatIds seats, Bits128 owner);

    void measure(telemetry::Figures& figures) const;
    io::Awaitable<void> close();

private:
    struct Asking {
        redis::GateRequest request;
        std::move_only_function<void(redis::GateAnswer)> answered;
    };

    io::Awaitable<void> ask_together();
    telemetry::Durations& durations_of(redis::GateVerdict verdict);
    double seconds_since(std::chrono::nanoseconds then) const;
    io::Awaitable<void> release(EventId event, domain::SeatIds seats, Bits128 owner);

    Settings settings_;
    Ports ports_;
    io::RedisClient client_;
    redis::SeatGate gate_;
    Contention contention_;
    telemetry::Durations passed_;
    telemetry::Durations taken_;
    telemetry::Durations unknown_;
    telemetry::Durations released_;
    telemetry::Durations not_released_;
    std::vector<Asking> asking_;
    bool is_asking_ = false;
    bool is_closing_ = false;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::store::cluster
