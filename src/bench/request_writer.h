#pragma once

#include "bench/scenario.h"
#include "bench/target.h"
#include "bench/venue.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// The request line and the headers that every request has.
std::string request_head(std::string_view method, const std::string& path, const Target& target);
/// The buyer with this number, as X-User-ID names them.
std::string buyer_text(std::uint64_t buyer);

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
    /// Prepares the body of reservations, and notes its places.
    std::string body_of(const Plan& plan);

    const Venue& venue_;
    std::string reserve_;
    // Offsets in `reserve_`; 0 for what a reservation doesn't have.
    std::size_t buyer_at_ = 0;
    std::size_t key_at_ = 0;
    /// The first seat's id.
    std::size_t seats_at_ = 0;
    /// The digit that says how many tickets are wanted.
    std::size_t quantity_at_ = 0;
    /// The whole field of the access code. A request without one has blanks there.
    std::size_t code_at_ = 0;
    std::array<std::string, 3> reads_;
};

}  // namespace frontrow::bench
