#include "store/sqlite/recovery.h"

#include "domain/evolve.h"

#include <future>
#include <utility>
#include <vector>

namespace frontrow::store::sqlite {
namespace {

using io::Fault;

/// Reads the snapshot while a second thread checks the journal up to the snapshot's batch. Returns
/// true if the snapshot could be read. A fault comes from the journal.
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
    recovered.generation = snapshot.generation();
    recovered.snapshot_bytes = journal.bytes_passed();
    return true;
}

Result<Recovered, Fault> begin_at_snapshot(Journal& journal, const std::filesystem::path& folder) {
    Recovered recovered;
    for (const auto& file : engine::list_snapshots(folder)) {
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

using Facts = std::vector<domain::Fact>;

/// The facts of the journal's next few batches; empty at its end.
Result<Facts, Fault> read_some(Journal& journal) {
    Facts facts;
    const auto is_any =
        journal.replay_some([&](domain::Fact&& fact) { facts.push_back(std::move(fact)); });
    if (!is_any) return std::unexpected(is_any.error());
    return facts;
}

/// Applies some facts while a second thread reads the next ones.
Result<void, Fault> replay(Journal& journal, domain::Inventory& inventory) {
    for (auto facts = read_some(journal); !facts || !facts->empty();) {
        if (!facts) return std::unexpected(facts.error());
        auto next = std::async(std::launch::async, [&] { return read_some(journal); });
        for (const auto& fact : *facts)
            domain::evolve_for_good(inventory, fact);
        facts = next.get();
    }
    return {};
}

}  // namespace

Result<Snapshot, Fault> open_fitting(Journal& journal, const std::filesystem::path& snapshot_file) {
    auto snapshot = Snapshot::open(snapshot_file);
    if (!snapshot) return snapshot;
    const auto in_journal = journal.find(snapshot->end().batch);
    if (!in_journal) return std::unexpected(in_journal.error());
    if (*in_journal == snapshot->end()) return snapshot;
    return std::unexpected(
        Fault{io::FaultKind::corrupt, snapshot_file.string() + " belongs to another journal"}
    );
}

Result<Recovered, Fault> recover(Journal& journal, const std::filesystem::path& folder) {
    auto recovered = begin_at_snapshot(journal, folder);
    if (!recovered) return recovered;
    if (auto replayed = replay(journal, *recovered->inventory); !replayed)
        return std::unexpected(replayed.error());
    return recovered;
}

}  // namespace frontrow::store::sqlite
