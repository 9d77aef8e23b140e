#pragma once

#include "base/bits128.h"
#include "base/instant.h"
#include "base/result.h"
#include "domain/facts.h"
#include "io/fault.h"
#include "io/sha256.h"

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::store::cluster {

/// A place in the shared journal: a batch, without its facts.
struct Head {
    /// Of its facts. Both 0 for the journal's first row, which has none.
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    /// When it was decided, and the `at` of each of its facts. Never earlier than the batch before.
    Instant at{};
    /// The process that decided it: random for each.
    Bits128 writer;
    /// The how-manieth of that writer it is, so that no two batches are the same bytes.
    std::uint64_t n = 0;
    /// The digest of the state after it.
    Bits128 state;
    /// SHA-256 of the hash of the batch before and all other columns. The first row's is random:
    /// the chains of two clusters never match.
    io::Sha256Digest hash{};

    friend bool operator==(const Head&, const Head&) = default;
};

/// A row of the shared journal.
struct Batch {
    Head head;
    /// Its facts (store/engine/frame.h).
    std::string frame;
};

/// The facts of a batch that follows `before`. Faults: corrupt, where it doesn't: by its numbers,
/// its time, its hash or its facts.
Result<std::vector<domain::Fact>, io::Fault> read_following(const Head& before, const Batch& batch);

/// What the hash of `batch` must be when it follows a batch with the hash `before`.
io::Sha256Digest hash_of(const Batch& batch, const io::Sha256Digest& before);

}  // namespace frontrow::store::cluster
