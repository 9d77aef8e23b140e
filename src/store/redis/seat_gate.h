#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/circuit_breaker.h"
#include "io/clock.h"
#include "io/random.h"
#include "io/redis/redis_client.h"
#include "store/redis/gate_script.h"

#include <cstdint>
#include <span>
#include <vector>

namespace frontrow::store::redis {

/// One buyer's wish for seats of an event: all of them or none.
struct GateRequest {
    EventId event;
    /// Stay until the answer. Above 1,000 the gate doesn't look at them.
    std::span<const SeatId> seats;
    /// hash(caller, key): the same request again has the same owner and passes again.
    Bits128 owner;
    /// How long the seats are wanted for: a claim that outlived it would keep others from free
    /// seats. A release doesn't ask.
    Millis hold = Millis::max();
};

enum class GateVerdict : std::uint8_t {
    /// On to the engine.
    pass,
    /// Somebody else was let through for one of them. Refused, without asking the engine.
    taken,
    /// Redis is down, slow or talks nonsense. On to the engine, as if there were no gate.
    unknown,
};

struct GateAnswer {
    GateVerdict verdict = GateVerdict::unknown;
    /// Which of them, with `taken`: at least one, in the order of the wish.
    std::vector<SeatId> taken;
};

struct GateSettings {
    /// How long a claim lives where the hold is longer; 2 s at most.
    Millis claim_time{2'000};
    io::CircuitBreaker::Settings breaker;
};

/// Answers since the start, one a request.
struct GateCounters {
    std::uint64_t pass = 0;
    std::uint64_t taken = 0;
    std::uint64_t unknown = 0;
};

/// The gate before a cluster's engines: of 50,000 who want one seat, it lets one through.
///
/// **It never sells a seat twice**, because it sells none: what passes has to be accepted by an
/// engine, which doesn't ask the gate. An entry that is missing, flushed or false lets too many
/// pass, and the engine refuses them.
///
/// **A seat that is free is called `taken` for 2 s at most** while Redis runs, whoever dies: a
/// claim lives `claim_time` or as long as the hold, and asking again doesn't lengthen it. To this
/// comes the way of a call into Redis: after Redis stood still it may first do what it was sent
/// before.
///
/// One thread, the client's. Keeps references: client, clock and random outlive it.
class SeatGate {
public:
    SeatGate(
        io::RedisClient& client,
        const io::Clock& clock,
        io::Random& random,
        const GateSettings& settings
    );

    /// Answers each request by itself, the earlier first, all in one trip to Redis. Ends within the
    /// client's command time (twice that where Redis has lost the script), and at once while the
    /// breaker is open. If it never returns: claims may have been made, and end by themselves.
    io::Awaitable<std::vector<GateAnswer>> try_take(std::span<const GateRequest> requests);

    /// Takes back the claims of requests that passed and were refused, and returns whether Redis
    /// says so. Best effort: a claim that stays ends by itself.
    io::Awaitable<bool> release(std::span<const GateRequest> requests);

    const GateCounters& counters() const { return counters_; }
    io::CircuitBreaker::State breaker_state() const { return breaker_.state(); }

private:
    void count(std::span<const GateAnswer> answers);

    io::RedisClient& client_;
    const io::Clock& clock_;
    GateSettings settings_;
    io::RedisScript script_ = gate_script();
    io::CircuitBreaker breaker_;
    GateCounters counters_;
};

}  // namespace frontrow::store::redis
