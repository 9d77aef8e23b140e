#pragma once

#include "base/instant.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::bench {

/// A server's confirmation to a buyer that a seat is theirs.
struct Claim {
    std::uint64_t buyer = 0;
    /// On the bench's own clock: when the request was sent and when its answer arrived. The seat is
    /// certainly the buyer's from `answered` until the hold's length after `sent`.
    std::chrono::nanoseconds sent{0};
    std::chrono::nanoseconds answered{0};
    /// On the server's clock, as its answer says.
    Instant created;
    Instant expires;
};

/// Records which seats the buyers were told are theirs. It is independent of the server's memory
/// and database, so it detects two claims on a seat at the same time wherever the fault lies. Any
/// thread.
class Ledger {
public:
    explicit Ledger(std::size_t seats) : newest_(seats) {}

    /// Enters a claim on `count` seats from `first` on. If a seat now belongs to two buyers at the
    /// same time, returns which two.
    std::optional<std::string> enter(std::uint32_t first, std::uint32_t count, const Claim& claim);

    /// Seats that were claimed at least once.
    std::uint64_t seats_sold() const;
    /// How often a seat was claimed again after a hold ended.
    std::uint64_t times_sold_again() const;

private:
    mutable std::mutex mutex_;
    /// For each seat, the claim that ends last. Its buyer is 0 if there is none.
    std::vector<Claim> newest_;
    std::uint64_t sold_ = 0;
    std::uint64_t again_ = 0;
};

}  // namespace frontrow::bench
