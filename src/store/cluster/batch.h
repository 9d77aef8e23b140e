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

/// A position in the shared journal: a batch without its facts.
struct Head {
    /// The numbers of its first and last fact. Both are 0 for the journal's first row, which has no
    /// facts.
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    /// When the batch was decided, which is also the `at` of each of its facts. Never earlier than
    /// the previous batch's.
    Instant at{};
    /// The process that decided the batch: a random number per process.
    Bits128 writer;
    /// The number of the batch among the writer's, so that no two batches have the same bytes.
    std::uint64_t n = 0;
    /// The digest of the state after the batch.
    Bits128 state;
    /// SHA-256 of the previous batch's hash and all other columns. The first row's is random, so
    /// the chains of two clusters never match.
    io::Sha256Digest hash{};

    friend bool operator==(const Head&, const Head&) = default;
};

/// A row of the shared journal.
struct Batch {
    Head head;
    /// The facts, encoded (store/engine/frame.h).
    std::string frame;
};

/// Returns the facts of a batch that follows `before`. Faults: corrupt if the batch's numbers, time
/// or hash don't follow, or if its facts can't be read or don't match its numbers.
Result<std::vector<domain::Fact>, io::Fault> read_following(const Head& before, const Batch& batch);

/// The hash that `batch` must have if it follows a batch with the hash `before`.
io::Sha256Digest hash_of(const Batch& batch, const io::Sha256Digest& before);

}  // namespace frontrow::store::cluster
