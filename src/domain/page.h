#pragma once

#include "base/bits128.h"
#include "base/instant.h"

#include <cstddef>
#include <optional>

namespace frontrow::domain {

/// A position in a list: the list continues after this item, whatever was added before it
/// meanwhile.
struct Place {
    /// The item's id.
    Bits128 id;
    /// The event's start, in lists of events: the event may have been moved or deleted since.
    Instant start_at{};

    friend bool operator==(const Place&, const Place&) = default;
};

/// A part of a list: starts after `after`, or at the beginning, skips `offset` items, and has at
/// most `limit`. If `after` isn't in the list, the page is empty.
struct Page {
    std::size_t limit = 0;
    std::size_t offset = 0;
    std::optional<Place> after = {};
};

}  // namespace frontrow::domain
