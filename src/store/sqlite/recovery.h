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

/// What the facts of a journal come to.
struct Recovered {
    std::unique_ptr<domain::Inventory> inventory = std::make_unique<domain::Inventory>();
    /// The snapshot that it began with, or the journal's beginning.
    JournalEnd snapshot;
    /// That snapshot's, or 0.
    unsigned generation = 0;
    /// How many bytes of facts the journal has up to there.
    std::uint64_t snapshot_bytes = 0;
    /// Why newer snapshots, or all, were passed over: they can be done without.
    std::vector<io::Fault> passed_over;
};

/// A snapshot that is whole and stands where the journal's chain has the same hash. A fault is a
/// reason to pass it over.
Result<Snapshot, io::Fault>
open_fitting(Journal& journal, const std::filesystem::path& snapshot_file);

/// Goes along the whole journal, from its beginning, and begins with the newest of the folder's
/// snapshots that fits: the rows that it stands for are read and their chain is proven, too, so
/// that whatever a replay refuses is refused. Faults: corrupt, unavailable.
Result<Recovered, io::Fault> recover(Journal& journal, const std::filesystem::path& folder);

}  // namespace frontrow::store::sqlite
