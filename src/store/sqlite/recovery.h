#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/fault.h"
#include "store/engine/snapshot.h"
#include "store/sqlite/journal.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace frontrow::store::sqlite {

using engine::Snapshot;

/// The state after a journal's facts, and how it was recovered.
struct Recovered {
    std::unique_ptr<domain::Inventory> inventory = std::make_unique<domain::Inventory>();
    /// The end of the snapshot from which the recovery started, or the journal's beginning.
    JournalEnd snapshot;
    /// That snapshot's generation, or 0.
    unsigned generation = 0;
    /// Bytes of the journal's facts up to that snapshot.
    std::uint64_t snapshot_bytes = 0;
    /// Why newer snapshots, or all, were ignored. A start can do without snapshots.
    std::vector<io::Fault> passed_over;
};

/// Opens a snapshot. A fault means that it is invalid or doesn't match the journal's hash at its
/// batch: ignore the snapshot.
Result<Snapshot, io::Fault>
open_fitting(Journal& journal, const std::filesystem::path& snapshot_file);

/// Replays the whole journal, starting from the newest of the folder's snapshots that fits. Also
/// reads the rows before the snapshot and checks their chain, so that it refuses everything that a
/// full replay refuses. Faults: corrupt, unavailable.
Result<Recovered, io::Fault> recover(Journal& journal, const std::filesystem::path& folder);

}  // namespace frontrow::store::sqlite
