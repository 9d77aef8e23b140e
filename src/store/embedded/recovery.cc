#include "store/embedded/recovery.h"

#include "domain/evolve.h"
#include "store/embedded/durable_journal.h"
#include "store/embedded/snapshot.h"

#include <future>
#include <utility>

namespace frontrow::store::embedded {
namespace {

using io::Fault;

/// A snapshot that is this journal's. A fault is a reason to pass it over.
Result<Snapshot, Fault> open_fitting(Journal& journal, const std::filesystem::path& file) {
    auto snapshot = Snapshot::open(file);
    if (!snapshot) return snapshot;
    const auto in_journal = journal.find(snapshot->end().batch);
    if (!in_journal) return std::unexpected(in_journal.error());
    if (*in_journal == snapshot->end()) return snapshot;
    return std::unexpected(
        Fault{io::FaultKind::corrupt, file.string() + " is of another journal than this one"}
    );
}

/// Reads the snapshot while a thread beside goes along the journal to where it stands. Whether
/// there is an inventory now; a fault is the journal's.
Result<bool, Fault>
begin_with(Recovered& recovered, Journal& journal, Snapshot& snapshot, Past past) {
    const auto end = snapshot.end();
    journal.start_from(past == Past::trusted ? end : JournalEnd{});
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

Result<Recovered, Fault> begin(Journal& journal, const std::filesystem::path& folder, Past past) {
    Recovered recovered;
    for (const auto& file : list_snapshots(folder)) {
        auto snapshot = open_fitting(journal, file);
        if (!snapshot) {
            recovered.passed_over.push_back(snapshot.error());
            continue;
        }
        const auto has_begun = begin_with(recovered, journal, *snapshot, past);
        if (!has_begun) return std::unexpected(has_begun.error());
        if (*has_begun) return recovered;
    }
    journal.start_from({});
    return recovered;
}

}  // namespace

Result<Recovered, Fault> recover(
    Journal& journal,
    const std::filesystem::path& folder,
    Past past,
    std::optional<std::uint64_t> last_batch
) {
    auto recovered = begin(journal, folder, past);
    if (!recovered) return recovered;
    auto& inventory = recovered->inventory;
    auto replayed = journal.replay(
        [&](const domain::Fact& fact) { domain::evolve(inventory, fact); }, last_batch
    );
    if (!replayed) return std::unexpected(replayed.error());
    return recovered;
}

Result<JournalEnd, Fault> take_snapshot(const std::filesystem::path& folder) {
    auto durable = DurableJournal::open(folder);
    if (!durable) return std::unexpected(durable.error());
    if (auto whole = durable->check_end(); !whole) return std::unexpected(whole.error());
    auto& journal = durable->journal;
    const auto recovered = recover(journal, folder, Past::trusted, durable->newest_batch);
    if (!recovered) return std::unexpected(recovered.error());
    if (journal.end() == recovered->snapshot) return recovered->snapshot;
    if (auto written = write_snapshot(folder, recovered->inventory, journal.end()); !written)
        return std::unexpected(written.error());
    keep_snapshots(folder, {journal.end().batch, recovered->snapshot.batch});
    return journal.end();
}

}  // namespace frontrow::store::embedded
