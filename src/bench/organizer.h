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

/// Makes the event that the crowd comes for, and asks the server's own books about it, as an
/// organizer would: over HTTP, one call at a time, each with an end to its patience.
class Organizer {
public:
    /// The target outlives the organizer.
    Organizer(io::Executor executor, const Target& target) : executor_{executor}, target_{target} {}

    /// An event with so many seats, each of which may be held for `hold`.
    io::Awaitable<Result<Venue, io::Fault>>
    make_venue(std::uint32_t seats, std::chrono::seconds hold);
    /// How many of an event's seats the server says are free.
    io::Awaitable<Result<std::uint64_t, io::Fault>> available(const std::string& event);
    /// The whole answer to one reservation, as the yardstick is to give it: head and body.
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
        /// More lines of the head.
        std::string headers;
    };
    io::Awaitable<Result<Sample, io::Fault>> ask(Call call);

    io::Executor executor_;
    const Target& target_;
};

}  // namespace frontrow::bench
