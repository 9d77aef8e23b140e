#pragma once

#include "io/sha256.h"

#include <cstdint>

namespace frontrow::store::engine {

/// Where a journal ends, or ended once: what a snapshot is taken at.
struct JournalEnd {
    /// The number of its last batch: one by one in a file, by its first fact in a shared journal; 0
    /// before any.
    std::uint64_t batch = 0;
    std::uint64_t last_seq = 0;
    /// Of the chain up to there.
    io::Sha256Digest hash{};

    friend bool operator==(const JournalEnd&, const JournalEnd&) = default;
};

}  // namespace frontrow::store::engine
