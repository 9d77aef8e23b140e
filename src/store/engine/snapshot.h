#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/fault.h"
#include "io/file.h"
#include "io/sha256.h"
#include "store/engine/journal_end.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::store::engine {

/// How many snapshots in a row may be made from one another. The next one is made from the
/// journal's beginning, so that an error in a snapshot isn't passed on for ever.
inline constexpr unsigned kGenerationsMax = 8;
constexpr bool is_last_generation(unsigned generation) {
    return generation >= kGenerationsMax;
}

/// A file with the inventory as of one batch of the journal. A start from it needn't read the facts
/// up to that batch. It proves nothing: its user must compare end() with the journal.
/// docs/journal.md describes the format.
class Snapshot {
public:
    /// Opens a snapshot and verifies its checksum over all bytes. Faults: corrupt, unavailable. A
    /// start can do without the snapshot.
    static Result<Snapshot, io::Fault> open(const std::filesystem::path& file);

    /// The batch at which it was taken.
    const JournalEnd& end() const { return end_; }
    /// 1 if it was made from the journal's beginning, otherwise one more than the generation of the
    /// snapshot it was made from.
    unsigned generation() const { return generation_; }
    const std::filesystem::path& path() const { return path_; }
    /// Size of the encoded inventory.
    std::uint64_t bytes() const { return size_; }
    /// Call either read() or differences_from(), once.

    Result<std::unique_ptr<domain::Inventory>, io::Fault> read(
        StateLog::Digests digests = StateLog::Digests::off
    );
    /// The names of the rows that differ from `inventory`; empty if a snapshot of `inventory` would
    /// be the same bytes as this file.
    Result<std::vector<std::string>, io::Fault> differences_from(const domain::Inventory& inventory
    );

private:
    Snapshot(
        io::File file,
        std::filesystem::path path,
        const JournalEnd& end,
        unsigned generation,
        std::uint64_t size,
        const io::Sha256Digest& digest
    )
        : file_{std::move(file)},
          path_{std::move(path)},
          end_{end},
          generation_{generation},
          size_{size},
          digest_{digest} {}
    Result<std::unique_ptr<domain::Inventory>, io::Fault> read_rows(StateLog::Digests digests);

    io::File file_;
    std::filesystem::path path_;
    JournalEnd end_;
    unsigned generation_;
    /// Size of the encoded inventory: the file without its header and digest.
    std::uint64_t size_;
    io::Sha256Digest digest_;
};

/// Writes the snapshot taken at `end` into the folder; it is complete and durable when this
/// returns. Replaces an existing snapshot taken at `end`.
Result<void, io::Fault> write_snapshot(
    const std::filesystem::path& folder,
    const domain::Inventory& inventory,
    const JournalEnd& end,
    unsigned generation
);

/// The folder's snapshots, newest first, valid or not.
std::vector<std::filesystem::path> list_snapshots(const std::filesystem::path& folder);
/// Removes the folder's snapshots except those taken at these batches.
void keep_snapshots(const std::filesystem::path& folder, const std::vector<std::uint64_t>& batches);
/// Removes the remains of interrupted snapshots.
void remove_unfinished_snapshots(const std::filesystem::path& folder);

}  // namespace frontrow::store::engine
