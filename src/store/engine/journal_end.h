#pragma once

#include "io/sha256.h"

#include <cstdint>

namespace frontrow::store::engine {

/// The present or a former end of a journal; a snapshot is taken at one.
struct JournalEnd {
    /// The number of the last batch: consecutive in a file, the number of its first fact in a
    /// shared journal; 0 before any batch.
    std::uint64_t batch = 0;
    std::uint64_t last_seq = 0;
    /// The hash chain's value there.
    io::Sha256Digest hash{};

    friend bool operator==(const JournalEnd&, const JournalEnd&) = default;
};

}  // namespace frontrow::store::engine
