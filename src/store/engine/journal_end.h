#pragma once

#include "io/sha256.h"

#include <cstdint>

namespace frontrow::store::engine {

/// An end of a journal, present or former. A snapshot is taken at one.
struct JournalEnd {
    /// The number of the last batch; 0 before any batch. A file numbers its batches consecutively.
    /// In a shared journal a batch has the number of its first fact.
    std::uint64_t batch = 0;
    std::uint64_t last_seq = 0;
    /// The hash chain's value at this end.
    io::Sha256Digest hash{};

    friend bool operator==(const JournalEnd&, const JournalEnd&) = default;
};

}  // namespace frontrow::store::engine
