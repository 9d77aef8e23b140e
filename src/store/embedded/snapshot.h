#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/fault.h"
#include "io/file.h"
#include "store/embedded/journal.h"

#include <filesystem>
#include <vector>

namespace frontrow::store::embedded {

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
    /// Once.
    Result<domain::Inventory, io::Fault> read();

private:
    Snapshot(io::File file, std::filesystem::path path, const JournalEnd& end, std::uint64_t size)
        : file_{std::move(file)}, path_{std::move(path)}, end_{end}, size_{size} {}

    io::File file_;
    std::filesystem::path path_;
    JournalEnd end_;
    /// Of what follows the header, without the digest.
    std::uint64_t size_;
};

/// Writes the snapshot of this end into the folder, whole and durable when it returns; one that is
/// there already is replaced.
Result<void, io::Fault> write_snapshot(
    const std::filesystem::path& folder,
    const domain::Inventory& inventory,
    const JournalEnd& end
);

/// The folder's snapshots, newest first, whole or not.
std::vector<std::filesystem::path> list_snapshots(const std::filesystem::path& folder);
/// Removes the folder's snapshots but those of these batches.
void keep_snapshots(const std::filesystem::path& folder, const std::vector<std::uint64_t>& batches);
/// Removes what a snapshot that was cut off has left.
void remove_unfinished_snapshots(const std::filesystem::path& folder);

}  // namespace frontrow::store::embedded
