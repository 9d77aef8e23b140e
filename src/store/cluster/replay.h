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

/// Where a snapshot of a shared journal stands that is taken at this batch.
engine::JournalEnd end_of(const Head& head);

/// A state as a snapshot had it, or none: what a reader of the journal begins with.
struct Beginning {
    std::unique_ptr<domain::Inventory> state =
        std::make_unique<domain::Inventory>(StateLog::Digests::on);
    engine::JournalEnd end = {};
    /// Of the snapshot; 0 without.
    unsigned generation = 0;
    std::uint64_t bytes = 0;
};

/// Reads a snapshot and its digest, which takes a while. Faults: corrupt, unavailable; it can be
/// done without.
Result<Beginning, io::Fault> read_beginning(const std::filesystem::path& snapshot_file);

/// Whether this batch of a journal is the one at which it was taken, and left the same state
/// behind. A fault is a reason to pass it over.
Result<void, io::Fault> check_stands(Beginning& beginning, const Head& there);

/// At the end of each batch, of as many facts: lets go what nobody may ask for any more. The digest
/// stays what it was.
void end_batch(domain::Inventory& state, std::size_t facts);

/// Evolves the batch that follows `before`, at which `state` stands, and returns its facts. Faults:
/// corrupt, where it doesn't follow, or leads to another state here than on its node.
Result<std::vector<domain::Fact>, io::Fault>
replay(domain::Inventory& state, const Head& before, const Batch& batch);

}  // namespace frontrow::store::cluster
