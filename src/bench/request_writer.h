#pragma once

#include "bench/scenario.h"
#include "bench/target.h"
#include "bench/venue.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// Makes the bytes of requests, nearly all of them beforehand: a reservation differs from the last
/// one in a few places, and only those are written. Each buyer and each key is new. One for each
/// connection.
class RequestWriter {
public:
    /// `run` sets the keys of this run apart from those of any other; the venue outlives the
    /// writer.
    RequestWriter(const Target& target, const Plan& plan, const Venue& venue, std::string_view run);

    /// Good until the next call.
    std::string_view write(const Ask& ask, std::uint64_t number);

private:
    const Venue& venue_;
    std::string reserve_;
    /// Where in it the number of the buyer, that of the key and the first seat's id stand.
    std::size_t buyer_at_ = 0;
    std::size_t key_at_ = 0;
    std::size_t seats_at_ = 0;
    std::uint32_t seats_per_request_;
    std::array<std::string, 3> reads_;
};

}  // namespace frontrow::bench
