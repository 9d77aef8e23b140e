#pragma once

#include "io/clock.h"
#include "io/random.h"
#include "io/redis/redis_client.h"
#include "io/task_group.h"
#include "io/ticker.h"
#include "store/cluster/contention.h"
#include "store/cluster/gate_keeper.h"
#include "store/postgres/postgres_store.h"
#include "store/redis/seat_gate.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::store::cluster {

/// PostgreSQL behind the gate: where many want the same seats, of all who want one a single one is
/// let through to ask for it; where hardly anybody does, nobody is kept waiting by the question.
/// Whatever Redis does, what is answered as accepted was accepted by PostgreSQL; without Redis
/// everybody is let through.
class GatedStore final : public Store {
public:
    struct Settings {
        postgres::PostgresStore::Settings postgres;
        io::RedisSettings redis;
        redis::GateSettings gate = {};
        GateKeeper::Settings keeper = {};
        /// The share of requests that meet a rival from which on the gate is asked about an event
        /// and told of it: what it keeps from the database is worth more than it costs then.
        double contested_from = 0.1;
        /// Requests that ask the gate in one go.
        std::size_t batch_max = 256;
    };

    /// All outlive the store.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
        /// Told of what went wrong on the way, for the log.
        std::function<void(const io::Fault&)> on_trouble;
        /// Told once that this process can't go on.
        std::function<void(const io::Fault&)> on_failure;
    };

    GatedStore(Settings settings, Ports ports);
    /// After close().
    ~GatedStore() override;

    Awaitable<void> close() override;
    Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId trace)
        override;

    // The reads are the truth's.
    Awaitable<Result<std::optional<domain::Event>, io::Fault>> find_event(EventId id) override {
        return truth_.find_event(id);
    }
    Awaitable<Result<std::vector<domain::Event>, io::Fault>> list_events(Page page) override {
        return truth_.list_events(page);
    }
    Awaitable<Result<std::optional<domain::SeatView>, io::Fault>> find_seat(SeatId id) override {
        return truth_.find_seat(id);
    }
    Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) override {
        return truth_.list_seats(event, only_available, page);
    }
    Awaitable<Result<std::optional<domain::SeatCounts>, io::Fault>> count_seats(EventId event
    ) override {
        return truth_.count_seats(event);
    }
    Awaitable<Result<std::optional<SeatMaps::Map>, io::Fault>> seat_map(EventId event) override {
        return truth_.seat_map(event);
    }
    Awaitable<Result<std::optional<domain::Reservation>, io::Fault>>
    find_reservation(ReservationId id, std::string user) override {
        return truth_.find_reservation(id, std::move(user));
    }
    Awaitable<Result<std::vector<domain::Reservation>, io::Fault>>
    list_reservations(std::string user, Page page) override {
        return truth_.list_reservations(std::move(user), page);
    }
    Awaitable<Result<std::vector<domain::ApiKey>, io::Fault>> list_api_keys(Page page) override {
        return truth_.list_api_keys(page);
    }
    const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const override {
        return truth_.find_api_key(digest);
    }
    ReservationCounts count_reservations() const override { return truth_.count_reservations(); }
    std::optional<GateCounts> count_gate() const override;
    bool is_ready() const override { return truth_.is_ready(); }
    Instant now() override { return truth_.now(); }

private:
    using Answered = std::move_only_function<void(redis::GateAnswer)>;

    struct Asking {
        redis::GateRequest request;
        Answered answered;
    };

    Awaitable<redis::GateAnswer> ask_gate(const domain::ReserveSeats& command);
    Awaitable<void> ask_together();
    Awaitable<Result<domain::Outcome, io::Fault>>
    pass_on(domain::ReserveSeats command, TraceId trace, bool has_claim);
    void give_back(EventId event, domain::SeatIds seats, Bits128 owner);
    void tick();

    Settings settings_;
    Ports ports_;
    io::RedisClient client_;
    io::RedisClient keepers_client_;
    redis::SeatGate gate_;
    redis::SeatGate keepers_gate_;
    postgres::PostgresStore truth_;
    GateKeeper keeper_;
    Contention contention_;
    std::vector<Asking> asking_;
    bool asks_ = false;
    bool keeps_ = false;
    bool is_closing_ = false;
    io::TaskGroup tasks_;
    std::unique_ptr<io::Ticker> ticker_;
};

}  // namespace frontrow::store::cluster
