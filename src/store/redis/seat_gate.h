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
#include "store/redis/gate_scripts.h"

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
};

enum class GateVerdict : std::uint8_t {
    /// They are his to ask PostgreSQL for.
    pass,
    /// Somebody else has one of them. Refused, without asking PostgreSQL.
    taken,
    /// Redis is down, slow or talks nonsense. On to PostgreSQL, as if there were no gate.
    unknown,
};

/// A seat that somebody else has, or is about to.
struct TakenSeat {
    SeatId seat;
    bool is_sold = false;

    friend bool operator==(const TakenSeat&, const TakenSeat&) = default;
};

struct GateAnswer {
    GateVerdict verdict = GateVerdict::unknown;
    /// Why, with `taken`: at least one, in the order of the wish.
    std::vector<TakenSeat> taken;
};

/// What a fact of the feed says of seats. It belongs to an edition: the facts of one event as one
/// keeper has told them from a beginning on. Only those of the edition that is vouched for count,
/// so that nobody need find and mend what an earlier keeper left behind, what somebody sends late,
/// or what an update that failed should have changed.
struct GateUpdate {
    enum class Kind : std::uint8_t { held, sold, free };

    EventId event;
    Bits128 edition;
    /// Stay until the answer.
    std::span<const SeatId> seats;
    /// Whose request made the fact; of no meaning for `free`.
    Bits128 owner;
    /// The fact's place in the feed; at least 1.
    std::uint64_t seq = 0;
    Kind kind{};
    /// When a hold ends. For `held` only.
    Instant until;
};

/// All facts of an edition that still hold have been told.
struct GateVouch {
    EventId event;
    Bits128 edition;
};

struct GateSettings {
    /// How long a claim lives that no fact follows; 2 s at most.
    Millis claim_time{2'000};
    /// How long the facts of an event are believed after the keeper has read the feed's head; 2 s
    /// at most.
    Millis vouch_time{2'000};
    /// How long a fact is remembered without being applied again. An update must not be later than
    /// this, or it finds no newer one.
    Millis fact_time{60'000};
    io::CircuitBreaker::Settings breaker;
};

/// Answers since the start, one a request.
struct GateCounters {
    std::uint64_t pass = 0;
    std::uint64_t taken = 0;
    std::uint64_t unknown = 0;
};

/// The gate in front of PostgreSQL: of 50,000 who want one seat, one passes.
///
/// **It never sells a seat twice**, because it sells none: who passes has to be accepted by
/// PostgreSQL, which doesn't ask the gate. An entry that is missing, flushed or false lets too many
/// pass, and PostgreSQL refuses them.
///
/// **A seat that is free is called `taken` for 2 s at most** while Redis runs, whoever dies. What
/// can say so is
///  * a claim: its maker may have died, or been refused without a release(). It lives `claim_time`,
///    and asking again doesn't lengthen it.
///  * a fact that a later one has overtaken in the feed. Facts count only while vouch()ed for. The
///    vouch ends `vouch_time` after the keeper read the feed's head, and says that all up to that
///    head is applied: so the later fact is younger than the read. A keeper that dies, hangs or
///    falls behind vouches no more, and the gate forgets what it said.
///  * a hold that has ended. Its entry ends with it, by the clock of the node that applied it: one
///    that is slow by d makes it d late, or until the fact of the expiry is applied.
/// To this comes the way of a call into Redis: after Redis stood still it may first do what it was
/// sent before, and the 2 s begin then.
///
/// **Updates may come twice and in any order**: an entry changes only for a seq that isn't lower
/// than its own, and `free` leaves an entry too. What arrives later than `fact_time` after all that
/// is newer would be taken for new, until a newer one is applied.
///
/// **After a flush** everything passes until the keeper has applied the facts that count again.
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

    /// Takes back the claims of requests that passed and made no fact. Best effort: a claim that
    /// stays ends by itself. What has become a fact stays.
    io::Awaitable<void> release(std::span<const GateRequest> requests);

    /// Tells the gate what became true. For the keeper, who follows the feed, and for anybody who
    /// has just made a fact. The same update again prolongs its entry: that is how the keeper
    /// renews what still holds, within `fact_time`. An error: some may have been applied; apply all
    /// again, or vouch for this edition no more.
    io::Awaitable<Result<void, io::RedisError>> apply(std::span<const GateUpdate> updates);

    /// Makes the facts of these editions count, and no others of the same events. For the keeper,
    /// several times within `vouch_time`, once each seat that is taken has been applied and so has
    /// every change since, up to the feed's head as it was at `head_read_at`. Does nothing if that
    /// is too long ago.
    io::Awaitable<Result<void, io::RedisError>>
    vouch(std::span<const GateVouch> vouches, Instant head_read_at);

    const GateCounters& counters() const { return counters_; }
    io::CircuitBreaker::State breaker_state() const { return breaker_.state(); }

private:
    void count(std::span<const GateAnswer> answers);

    io::RedisClient& client_;
    const io::Clock& clock_;
    GateSettings settings_;
    GateScripts scripts_;
    io::CircuitBreaker breaker_;
    GateCounters counters_;
};

}  // namespace frontrow::store::redis
