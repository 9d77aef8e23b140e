#pragma once

#include "base/bits128.h"
#include "base/instant.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace frontrow::domain {

/// A position in a list: directly after this item, even if items were added before it meanwhile.
struct Place {
    /// The item's id. In lists of attendees, the number of their reservation's row.
    Bits128 id;
    /// Only in lists of events, which are ordered by start: the start that the event had. The event
    /// may have been moved or deleted since.
    Instant start_at{};
    /// Only in lists of tickets and attendees: the ticket's number. Of a ticket, the id is that of
    /// its reservation.
    std::uint32_t number = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

/// A part of a list. It starts after the position `after` (or at the list's beginning), skips
/// `offset` items, and has at most `limit`. If `after` isn't in the list, the page is empty.
struct Page {
    std::size_t limit = 0;
    std::size_t offset = 0;
    std::optional<Place> after = {};

    friend bool operator==(const Page&, const Page&) = default;
};

}  // namespace frontrow::domain
