#include "store/embedded/recovery.h"

#include "domain/evolve.h"
#include "store/embedded/durable_journal.h"
#include "store/embedded/snapshot.h"

#include <utility>

namespace frontrow::store::embedded {
namespace {

using io::Fault;

/// The inventory of a snapshot that is this journal's. A fault is a reason to pass it over.
Result<void, Fault>
begin_with(Recovered& recovered, Journal& journal, const std::filesystem::path& file) {
    auto snapshot = Snapshot::open(file);
    if (!snapshot) return std::unexpected(snapshot.error());
    const auto in_journal = journal.find(snapshot->end().batch);
    if (!in_journal) return std::unexpected(in_journal.error());
    if (*in_journal != snapshot->end()) {
        return std::unexpected(
            Fault{io::FaultKind::corrupt, file.string() + " is of another journal than this one"}
        );
    }
    auto inventory = snapshot->read();
    if (!inventory) return std::unexpected(inventory.error());
    recovered.inventory = std::move(*inventory);
    recovered.snapshot = snapshot->end();
    return {};
}

}  // namespace

Result<Recovered, Fault> recover(
    Journal& journal,
    const std::filesystem::path& folder,
    Past past,
    std::optional<std::uint64_t> last_batch
) {
    Recovered recovered;
    for (const auto& file : list_snapshots(folder)) {
        const auto begun = begin_with(recovered, journal, file);
        if (begun) break;
        recovered.passed_over.push_back(begun.error());
    }
    if (past == Past::trusted) journal.start_from(recovered.snapshot);
    if (auto proven = journal.skip(recovered.snapshot.batch); !proven)
        return std::unexpected(proven.error());
    recovered.snapshot_bytes = journal.bytes_passed();
    auto& inventory = recovered.inventory;
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
