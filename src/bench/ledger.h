#pragma once

#include "base/instant.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::bench {

/// A buyer was told that a seat is theirs.
struct Claim {
    std::uint64_t buyer = 0;
    /// On the bench's own clock: when the request went out and when the answer was there. The seat
    /// is surely the buyer's from `answered` on until the hold's length after `sent`.
    std::chrono::nanoseconds sent{0};
    std::chrono::nanoseconds answered{0};
    /// On the server's clock, by its own word.
    Instant created;
    Instant expires;
};

/// What the buyers were told, seat by seat. It believes neither the server's memory nor its
/// database: two claims on a seat at the same time are seen here, whoever made them. Any thread.
class Ledger {
public:
    explicit Ledger(std::size_t seats) : newest_(seats) {}

    /// Enters a claim on `count` seats from `first` on. Says which two buyers have one seat at the
    /// same time, where that is so.
    std::optional<std::string> enter(std::uint32_t first, std::uint32_t count, const Claim& claim);

    /// Seats that were somebody's at some time.
    std::uint64_t seats_sold() const;
    /// Seats that were somebody's again after a hold had run out.
    std::uint64_t times_sold_again() const;

private:
    mutable std::mutex mutex_;
    /// Of each seat, the claim that ends last; its buyer is 0 where there is none.
    std::vector<Claim> newest_;
    std::uint64_t sold_ = 0;
    std::uint64_t again_ = 0;
};

}  // namespace frontrow::bench
