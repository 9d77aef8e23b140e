#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/fault.h"
#include "store/embedded/journal.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace frontrow::store::embedded {

/// What the facts of a journal come to.
struct Recovered {
    domain::Inventory inventory;
    /// The snapshot that it began with, or the journal's beginning.
    JournalEnd snapshot;
    /// How many bytes of facts the journal has up to there, if its past was proven.
    std::uint64_t snapshot_bytes = 0;
    /// Why newer snapshots, or all, were passed over: they can be done without.
    std::vector<io::Fault> passed_over;
};

/// Whether the rows that a snapshot stands for are read and their chain is proven, or not looked
/// at.
enum class Past : std::uint8_t { proven, trusted };

/// Goes along the whole journal, or up to `last_batch`, from the newest of the folder's snapshots
/// that is whole and whose hash is the one that the journal's chain has there. With a proven past
/// it refuses whatever a replay from the beginning refuses. Faults: corrupt, unavailable.
Result<Recovered, io::Fault> recover(
    Journal& journal,
    const std::filesystem::path& folder,
    Past past,
    std::optional<std::uint64_t> last_batch = {}
);

/// Takes a snapshot of the folder's journal, beside a running server or not, from the newest
/// snapshot and the facts after it; keeps those two and removes all others. Returns where it
/// stands; where the newest one stands there already, it is left at that.
///
/// It trusts the past: a snapshot proves nothing, and whoever starts from one proves the chain.
Result<JournalEnd, io::Fault> take_snapshot(const std::filesystem::path& folder);

}  // namespace frontrow::store::embedded
