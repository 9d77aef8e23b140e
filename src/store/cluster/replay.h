#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/fault.h"
#include "store/cluster/batch.h"
#include "store/engine/journal_end.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace frontrow::store::cluster {

/// The position of a snapshot that is taken at this batch.
engine::JournalEnd end_of(const Head& head);

/// What a reader of the journal starts with: the state of a snapshot, or an empty one.
struct Beginning {
    std::unique_ptr<domain::Inventory> state =
        std::make_unique<domain::Inventory>(StateLog::Digests::on);
    engine::JournalEnd end = {};
    /// The snapshot's generation; 0 without a snapshot.
    unsigned generation = 0;
    std::uint64_t bytes = 0;
};

/// Reads a snapshot and computes its digest, which takes a while. Faults: corrupt, unavailable. A
/// start can do without the snapshot.
Result<Beginning, io::Fault> read_beginning(const std::filesystem::path& snapshot_file);

/// Checks that the snapshot was taken at this batch of the journal, and that its state has the
/// batch's digest. On a fault, ignore the snapshot.
Result<void, io::Fault> check_stands(Beginning& beginning, const Head& there);

/// Call at the end of each batch with its number of facts: erases some of the rows that can't be
/// asked for any more. The digest stays the same.
void end_batch(domain::Inventory& state, std::size_t facts);

/// Applies the batch that follows `before` to `state`, which must be the state at `before`. Returns
/// the batch's facts. Faults: corrupt if the batch doesn't follow, or leads to another state here
/// than on its own node.
Result<std::vector<domain::Fact>, io::Fault>
replay(domain::Inventory& state, const Head& before, const Batch& batch);

}  // namespace frontrow::store::cluster
