#pragma once

#include "base/bits128.h"
#include "base/instant.h"
#include "domain/seat.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// Digests of access codes (identity/access_code.h): the state and the journal contain no codes.
using AccessCodes = std::vector<Bits128>;

/// Seats, or units of one category, that are held back from general sale under a name: for the
/// house, for the press, for a presale. Buyers who know one of its access codes can reserve them.
/// An allocation without codes is closed to all buyers.
///
/// It is in force until the organiser ends it or `until` has come, whichever is first. From then on
/// everything that it still holds back is on general sale. Reservations that used it stay as they
/// are.
struct Allocation {
    /// Unique among the event's allocations in force; it never changes.
    std::string name;
    /// Either these seats are held back, or `quantity` units of `category`.
    SeatIds seats;
    std::string category;
    std::uint32_t quantity = 0;
    /// The most tickets that its codes open in all; if absent, all that it holds back.
    std::optional<std::uint32_t> limit;
    std::optional<std::uint32_t> limit_per_user;
    std::optional<Instant> until;
    AccessCodes codes;

    /// The number of tickets that are held back.
    std::uint32_t size() const {
        return seats.empty() ? quantity : static_cast<std::uint32_t>(seats.size());
    }
    std::uint32_t tickets_max() const { return std::min(limit.value_or(size()), size()); }
    friend bool operator==(const Allocation&, const Allocation&) = default;
};

/// New terms of an allocation. What is absent stays as it is.
struct AllocationChange {
    std::optional<std::uint32_t> limit;
    std::optional<std::uint32_t> limit_per_user;
    std::optional<Instant> until;
    std::optional<AccessCodes> codes;

    friend bool operator==(const AllocationChange&, const AllocationChange&) = default;
};

inline Allocation changed_by(Allocation allocation, const AllocationChange& change) {
    if (change.limit) allocation.limit = change.limit;
    if (change.limit_per_user) allocation.limit_per_user = change.limit_per_user;
    if (change.until) allocation.until = change.until;
    if (change.codes) allocation.codes = *change.codes;
    return allocation;
}

/// False from `until` on, whether or not a fact has ended the allocation.
inline bool is_in_force(const Allocation& allocation, Instant now) {
    return !allocation.until || now < *allocation.until;
}

/// An allocation as its organiser sees it at one instant.
struct AllocationView {
    /// Never null. Shared, because it may have many seats and codes.
    std::shared_ptr<const Allocation> allocation;
    /// The tickets of it that reservations hold or have confirmed.
    std::uint32_t used = 0;

    /// How many more tickets its codes open.
    std::uint32_t left() const {
        const auto max = allocation->tickets_max();
        return max - std::min(used, max);
    }
    friend bool operator==(const AllocationView& a, const AllocationView& b) {
        return *a.allocation == *b.allocation && a.used == b.used;
    }
};

/// The most allocations that an event may have, and the most seats and codes of all of them.
inline constexpr std::size_t kAllocationsMax = 1'000;
inline constexpr std::size_t kAllocatedSeatsMax = 100'000;
inline constexpr std::size_t kAccessCodesMax = 100'000;

}  // namespace frontrow::domain
