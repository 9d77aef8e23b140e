#pragma once

#include "base/result.h"
#include "bench/connection.h"
#include "bench/money_ledger.h"
#include "bench/scenario.h"
#include "bench/target.h"
#include "bench/venue.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::bench {

/// Creates the event for the load and asks the server for its counts, as an organizer would: over
/// HTTP, one call at a time, each with a timeout.
class Organizer {
public:
    /// The target outlives the organizer.
    Organizer(io::Executor executor, const Target& target) : executor_{executor}, target_{target} {}

    /// Creates the plan's event and what it sells.
    io::Awaitable<Result<Venue, io::Fault>> make_venue(const Plan& plan);
    /// The number of the event's free seats or units, as the server counts them. Of held-back
    /// seats: the number that the codes still open.
    io::Awaitable<Result<std::uint64_t, io::Fault>> available(const Plan& plan, const Venue& venue);
    /// The event's orders and sales.
    io::Awaitable<Result<ServerMoney, io::Fault>> money(const Venue& venue);
    /// A complete answer to one reservation, which the yardstick imitates.
    struct Sample {
        std::string head;
        std::string body;
    };
    /// Makes the plan's first reservation.
    io::Awaitable<Result<Sample, io::Fault>> reserve_one(const Plan& plan, const Venue& venue);

private:
    struct Call {
        std::string method;
        std::string path;
        std::string body;
        unsigned expected = 200;
    };
    io::Awaitable<Result<Sample, io::Fault>> ask(Call call);
    io::Awaitable<Result<Sample, io::Fault>>
    exchange(std::string what, std::string request, unsigned expected);
    io::Awaitable<Result<void, io::Fault>> add_seats(const Plan& plan, Venue& venue);
    io::Awaitable<Result<Takings, io::Fault>> takings(const Venue& venue);
    io::Awaitable<Result<std::vector<ToldOrder>, io::Fault>> orders(const Venue& venue);
    io::Awaitable<Result<void, io::Fault>> hold_back(const Venue& venue);

    io::Executor executor_;
    const Target& target_;
};

}  // namespace frontrow::bench
