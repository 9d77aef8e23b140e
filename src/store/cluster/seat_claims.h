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

/// Redis as the gate before a node's engine. Where a crowd is after the same seats, one request is
/// let through and the others are refused without an engine, on all nodes together; where hardly
/// anybody meets a rival, nobody is kept waiting by the question. Without Redis everything passes.
///
/// What the gate is for and can't do stands in store/redis/seat_gate.h. One thread.
class SeatClaims {
public:
    struct Settings {
        io::RedisSettings redis;
        redis::GateSettings gate = {};
        /// The share of requests that meet a rival from which on the gate is asked about an event.
        double contested_from = 0.1;
        /// Requests that ask the gate in one go.
        std::size_t batch_max = 256;
    };

    /// All outlive it.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
        /// Told when there is a connection to Redis, and each time that there is none. May be
        /// empty.
        std::function<void(const Result<void, io::Fault>&)> on_connection;
    };

    SeatClaims(Settings settings, Ports ports);
    /// After close().
    ~SeatClaims() = default;

    /// Whether the gate is worth asking about this event.
    bool is_contested(EventId event) const { return contention_.is_high(event); }
    /// It was deleted.
    void forget(EventId event) { contention_.forget(event); }
    /// How long a claim lives at most.
    Millis claim_time() const { return settings_.gate.claim_time; }

    struct Entry {
        /// The request holds a claim, which is to be given back if it comes to nothing.
        bool is_claimed = false;
        /// Somebody else was let through for one of the seats.
        std::optional<domain::Refusal> refusal;
    };
    io::Awaitable<Entry> enter(EventId event, domain::SeatIds seats, Bits128 owner, Millis hold);

    using Outcome = Result<domain::Outcome, io::Fault>;
    /// What came of a request that entered, or that wasn't asked to.
    void settle(
        EventId event,
        domain::SeatIds seats,
        Bits128 owner,
        const Entry& entry,
        const Outcome& outcome
    );

    /// The owner needs these seats no more.
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
