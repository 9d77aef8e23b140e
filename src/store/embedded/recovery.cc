#include "store/embedded/recovery.h"

#include "domain/evolve.h"

#include <future>
#include <utility>

namespace frontrow::store::embedded {
namespace {

using io::Fault;

/// Reads the snapshot while a thread beside goes along the journal to where it stands. Whether
/// there is an inventory now; a fault is the journal's.
Result<bool, Fault> begin_with(Recovered& recovered, Journal& journal, Snapshot& snapshot) {
    const auto end = snapshot.end();
    journal.start_from({});
    auto proof = std::async(std::launch::async, [&] { return journal.skip(end.batch); });
    auto inventory = snapshot.read();
    if (auto proven = proof.get(); !proven) return std::unexpected(proven.error());
    if (!inventory) {
        recovered.passed_over.push_back(inventory.error());
        return false;
    }
    recovered.inventory = std::move(*inventory);
    recovered.snapshot = end;
    recovered.snapshot_bytes = journal.bytes_passed();
    return true;
}

Result<Recovered, Fault> begin(Journal& journal, const std::filesystem::path& folder) {
    Recovered recovered;
    for (const auto& file : list_snapshots(folder)) {
        auto snapshot = open_fitting(journal, file);
        if (!snapshot) {
            recovered.passed_over.push_back(snapshot.error());
            continue;
        }
        const auto has_begun = begin_with(recovered, journal, *snapshot);
        if (!has_begun) return std::unexpected(has_begun.error());
        if (*has_begun) return recovered;
    }
    journal.start_from({});
    return recovered;
}

}  // namespace

Result<Snapshot, Fault> open_fitting(Journal& journal, const std::filesystem::path& snapshot_file) {
    auto snapshot = Snapshot::open(snapshot_file);
    if (!snapshot) return snapshot;
    const auto in_journal = journal.find(snapshot->end().batch);
    if (!in_journal) return std::unexpected(in_journal.error());
    if (*in_journal == snapshot->end()) return snapshot;
    return std::unexpected(Fault{
        io::FaultKind::corrupt, snapshot_file.string() + " is of another journal than this one"
    });
}

Result<Recovered, Fault> recover(Journal& journal, const std::filesystem::path& folder) {
    auto recovered = begin(journal, folder);
    if (!recovered) return recovered;
    auto& inventory = recovered->inventory;
    auto replayed =
        journal.replay([&](const domain::Fact& fact) { domain::evolve(inventory, fact); });
    if (!replayed) return std::unexpected(replayed.error());
    return recovered;
}

}  // namespace frontrow::store::embedded
