#pragma once

#include "base/bits128.h"
#include "base/instant.h"

#include <cstddef>
#include <optional>

namespace frontrow::domain {

/// One thing in a list: the list goes on behind it, whatever has been added before it since.
struct Place {
    /// Its id.
    Bits128 id;
    /// When it starts, where events are listed: it may have been moved or deleted since.
    Instant start_at{};

    friend bool operator==(const Place&, const Place&) = default;
};

/// A part of a list: what comes behind `after`, or all of it, less the first `offset`; at most
/// `limit`. Behind what isn't in the list comes nothing.
struct Page {
    std::size_t limit = 0;
    std::size_t offset = 0;
    std::optional<Place> after = {};
};

}  // namespace frontrow::domain
