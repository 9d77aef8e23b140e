#pragma once

#include "base/result.h"
#include "bench/connection.h"
#include "bench/target.h"
#include "bench/venue.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// Creates the event for the load and asks the server for its counts, as an organizer would: over
/// HTTP, one call at a time, each with a timeout.
class Organizer {
public:
    /// The target outlives the organizer.
    Organizer(io::Executor executor, const Target& target) : executor_{executor}, target_{target} {}

    /// Creates an event with `seats` seats, each of which may be held for `hold`.
    io::Awaitable<Result<Venue, io::Fault>>
    make_venue(std::uint32_t seats, std::chrono::seconds hold);
    /// The number of the event's free seats, as the server counts them.
    io::Awaitable<Result<std::uint64_t, io::Fault>> available(const std::string& event);
    /// A complete answer to one reservation, which the yardstick imitates.
    struct Sample {
        std::string head;
        std::string body;
    };
    io::Awaitable<Result<Sample, io::Fault>> reserve_one(const Venue& venue);

private:
    struct Call {
        std::string method;
        std::string path;
        std::string body;
        unsigned expected = 200;
        /// Additional header lines.
        std::string headers;
    };
    io::Awaitable<Result<Sample, io::Fault>> ask(Call call);

    io::Executor executor_;
    const Target& target_;
};

}  // namespace frontrow::bench
