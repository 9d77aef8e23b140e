#pragma once

#include "bench/scenario.h"
#include "bench/target.h"
#include "bench/venue.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// Builds the bytes of requests. The text is prepared once; each reservation only overwrites the
/// few places that differ. Every buyer and every key is new. Each connection has its own writer.
class RequestWriter {
public:
    /// `run` makes the idempotency keys differ from those of other runs. The venue outlives the
    /// writer.
    RequestWriter(const Target& target, const Plan& plan, const Venue& venue, std::string_view run);

    /// Valid until the next call.
    std::string_view write(const Ask& ask, std::uint64_t number);

private:
    const Venue& venue_;
    std::string reserve_;
    /// Offsets in `reserve_` of the buyer's number, the key's number and the first seat's id.
    std::size_t buyer_at_ = 0;
    std::size_t key_at_ = 0;
    std::size_t seats_at_ = 0;
    std::uint32_t seats_per_request_;
    std::array<std::string, 3> reads_;
};

}  // namespace frontrow::bench
