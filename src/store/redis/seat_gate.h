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

/// A buyer's request for seats of an event: all of them or none.
struct GateRequest {
    EventId event;
    /// Must stay valid until the answer. Requests for more than 1,000 seats are answered `unknown`.
    std::span<const SeatId> seats;
    /// hash(caller, key): a repeated request has the same owner and passes again.
    Bits128 owner;
    /// The hold time, after which the claim expires. A claim that outlived its hold would keep
    /// other buyers from free seats. Not used by release().
    Millis hold = Millis::max();
};

enum class GateVerdict : std::uint8_t {
    /// The request goes on to the engine.
    pass,
    /// Another request was let through for one of the seats. This one is refused without asking the
    /// engine.
    taken,
    /// Redis is down, slow or returns nonsense. The request goes on to the engine, as if there were
    /// no gate.
    unknown,
};

struct GateAnswer {
    GateVerdict verdict = GateVerdict::unknown;
    /// With `taken`: the seats that are taken, at least one, in the order of the request.
    std::vector<SeatId> taken;
};

struct GateSettings {
    /// The lifetime of a claim, unless the hold is shorter; 2 s at most.
    Millis claim_time{2'000};
    io::CircuitBreaker::Settings breaker;
};

/// Number of answers since the start, by verdict.
struct GateCounters {
    std::uint64_t pass = 0;
    std::uint64_t taken = 0;
    std::uint64_t unknown = 0;
};

/// The seat gate before a cluster's engines: of 50,000 requests for one seat, it lets one through.
///
/// **It never sells a seat twice**, because it sells none: an engine decides every request that
/// passes, and doesn't ask the gate. If an entry is missing, flushed or wrong, too many requests
/// pass, and the engine refuses them.
///
/// **A free seat is called `taken` for 2 s at most** while Redis runs, whichever process dies: a
/// claim lives for `claim_time` or the hold time, and asking again doesn't extend it. The delay of
/// a call to Redis comes on top: after a pause, Redis may first execute older commands.
///
/// One thread, the client's. Keeps references: client, clock and random must outlive it.
class SeatGate {
public:
    SeatGate(
        io::RedisClient& client,
        const io::Clock& clock,
        io::Random& random,
        const GateSettings& settings
    );

    /// Answers each request separately, in order, all in one round trip to Redis. Returns within
    /// the client's command time (twice that if Redis has lost the script), and at once while the
    /// breaker is open. If it never returns, claims may have been made; they expire on their own.
    io::Awaitable<std::vector<GateAnswer>> try_take(std::span<const GateRequest> requests);

    /// Gives back the claims of requests that passed and don't need them any more. Returns whether
    /// Redis confirmed it. Best effort: a claim that stays expires on its own.
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
