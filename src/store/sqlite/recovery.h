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

/// The state of a journal's facts.
struct Recovered {
    std::unique_ptr<domain::Inventory> inventory = std::make_unique<domain::Inventory>();
    /// The end of the snapshot it started from, or the journal's beginning.
    JournalEnd snapshot;
    /// That snapshot's generation, or 0.
    unsigned generation = 0;
    /// Bytes of the journal's facts up to there.
    std::uint64_t snapshot_bytes = 0;
    /// Why newer snapshots, or all, were ignored. A start can do without them.
    std::vector<io::Fault> passed_over;
};

/// Opens a snapshot, which must be valid and match the hash of the journal's chain at its batch. On
/// a fault, ignore the snapshot.
Result<Snapshot, io::Fault>
open_fitting(Journal& journal, const std::filesystem::path& snapshot_file);

/// Replays the whole journal, starting from the newest of the folder's snapshots that fits. The
/// rows before the snapshot are read and their chain is checked, too, so that everything a full
/// replay refuses is refused. Faults: corrupt, unavailable.
Result<Recovered, io::Fault> recover(Journal& journal, const std::filesystem::path& folder);

}  // namespace frontrow::store::sqlite
