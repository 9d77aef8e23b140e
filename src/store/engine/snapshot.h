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

/// How many snapshots may follow from one another. The next is made from the journal's beginning:
/// whatever was wrong with one isn't handed on for ever.
inline constexpr unsigned kGenerationsMax = 8;
constexpr bool is_last_generation(unsigned generation) {
    return generation >= kGenerationsMax;
}

/// A file with the inventory as it is at one batch of the journal: it saves a start from reading
/// the facts up to there again. It vouches for nothing: whoever uses it holds its end against the
/// journal's. Its format stands in docs/journal.md.
class Snapshot {
public:
    /// Opens a snapshot and proves that every byte is as it was written. Faults: corrupt,
    /// unavailable; it can be done without.
    static Result<Snapshot, io::Fault> open(const std::filesystem::path& file);

    /// The batch that it was taken at, as the journal had it.
    const JournalEnd& end() const { return end_; }
    /// 1 for one that was made from the journal's beginning, otherwise one more than that of the
    /// snapshot from which it was made.
    unsigned generation() const { return generation_; }
    const std::filesystem::path& path() const { return path_; }
    /// Of the file.
    std::uint64_t bytes() const { return size_; }
    /// Of these two one, once.

    Result<std::unique_ptr<domain::Inventory>, io::Fault> read(
        StateLog::Digests digests = StateLog::Digests::off
    );
    /// Where it isn't what it should be: its rows that differ, by name; empty where it is byte for
    /// byte what would be written of `inventory` now.
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
    /// Of what follows the header, without the digest.
    std::uint64_t size_;
    io::Sha256Digest digest_;
};

/// Writes the snapshot of this end into the folder, whole and durable when it returns; one that is
/// there already is replaced.
Result<void, io::Fault> write_snapshot(
    const std::filesystem::path& folder,
    const domain::Inventory& inventory,
    const JournalEnd& end,
    unsigned generation
);

/// The folder's snapshots, newest first, whole or not.
std::vector<std::filesystem::path> list_snapshots(const std::filesystem::path& folder);
/// Removes the folder's snapshots but those of these batches.
void keep_snapshots(const std::filesystem::path& folder, const std::vector<std::uint64_t>& batches);
/// Removes what a snapshot that was cut off has left.
void remove_unfinished_snapshots(const std::filesystem::path& folder);

}  // namespace frontrow::store::engine
