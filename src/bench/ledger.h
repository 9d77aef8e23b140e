#pragma once

#include "base/instant.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
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

/// Records which seats, or how many units, the buyers were told are theirs, and which refusals they
/// were told. It is independent of the server's memory and database, so it detects two claims on a
/// seat at the same time wherever the fault lies. Any thread.
class Ledger {
public:
    explicit Ledger(
        std::size_t tickets,
        std::optional<std::uint32_t> tickets_per_buyer = std::nullopt
    )
        : newest_(tickets), tickets_per_buyer_{tickets_per_buyer} {}

    /// Enters a claim on `count` seats from `first` on. If a seat now belongs to two buyers at the
    /// same time, returns which two.
    std::optional<std::string> enter(std::uint32_t first, std::uint32_t count, const Claim& claim);
    /// Enters a claim on `count` units. If there aren't as many as were claimed, says so.
    std::optional<std::string> enter_units(std::uint32_t count);
    /// Counts a buyer's tickets, where a buyer may have so many. If there are more, says so.
    std::optional<std::string> enter_buyer(std::uint64_t buyer, std::uint32_t count);

    /// A buyer was told that so many tickets aren't left, or not together.
    void refuse_group(std::uint32_t count);
    /// A buyer was told that they have as many tickets as a buyer may have.
    void refuse_buyer(std::uint64_t buyer);

    /// Seats that were claimed at least once, or units.
    std::uint64_t tickets_sold() const;
    /// How often a seat was claimed again after a hold ended.
    std::uint64_t times_sold_again() const;

    // After the load.

    /// The smallest group that was refused, if one was.
    std::optional<std::uint32_t> least_refused() const { return least_refused_; }
    /// The most neighbours in one row that were never claimed. Rows have `row` seats.
    std::uint32_t longest_free_run(std::uint32_t row) const;
    /// Buyers who were refused by refuse_buyer(), and were told of fewer tickets.
    std::uint64_t buyers_refused_early() const;

private:
    struct Buyer {
        std::uint32_t tickets = 0;
        bool is_refused = false;
    };

    mutable std::mutex mutex_;
    /// For each seat, the claim that ends last. Its buyer is 0 if there is none.
    std::vector<Claim> newest_;
    std::uint64_t sold_ = 0;
    std::uint64_t again_ = 0;
    std::optional<std::uint32_t> least_refused_;
    std::optional<std::uint32_t> tickets_per_buyer_;
    /// Empty if buyers may have any number of tickets.
    std::unordered_map<std::uint64_t, Buyer> buyers_;
};

}  // namespace frontrow::bench
