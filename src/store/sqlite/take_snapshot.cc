#include "store/sqlite/take_snapshot.h"

#include "domain/evolve.h"
#include "io/background.h"
#include "store/engine/snapshot.h"
#include "store/sqlite/durable_journal.h"
#include "store/sqlite/recovery.h"

#include <memory>
#include <utility>
#include <vector>

namespace frontrow::store::sqlite {
namespace {

using io::Fault;

/// About how many bytes of facts are in memory at once.
constexpr std::uint64_t kBytesAtOnce = 32 << 20;

/// The newest snapshot that can be used, or the journal's beginning. If that snapshot is of the
/// last generation, the inventory is left empty.
Recovered begin_with_newest(Journal& journal, const std::filesystem::path& folder) {
    Recovered recovered;
    for (const auto& file : engine::list_snapshots(folder)) {
        auto snapshot = open_fitting(journal, file);
        if (!snapshot) continue;
        Result<std::unique_ptr<domain::Inventory>, Fault> inventory;
        io::run_in_background([&] { inventory = snapshot->read(); });
        if (!inventory) continue;
        recovered.snapshot = snapshot->end();
        recovered.generation = snapshot->generation();
        if (!engine::is_last_generation(recovered.generation))
            recovered.inventory = std::move(*inventory);
        break;
    }
    return recovered;
}

Result<std::vector<JournalBatch>, Fault>
take_out_some(Journal& journal, std::uint64_t newest_batch) {
    std::vector<JournalBatch> some;
    for (const auto begun_at = journal.bytes_passed();
         journal.bytes_passed() - begun_at < kBytesAtOnce;) {
        auto few = journal.take_out(newest_batch);
        if (!few) return few;
        if (few->empty()) break;
        for (auto& batch : *few)
            some.push_back(std::move(batch));
    }
    return some;
}

Result<void, Fault>
carry_out(domain::Inventory& inventory, const std::vector<JournalBatch>& batches) {
    const auto carry = [&](const domain::Fact& fact) { domain::evolve_for_good(inventory, fact); };
    for (const auto& batch : batches) {
        if (auto read = Journal::read_facts(batch, carry); !read) return read;
    }
    return {};
}

}  // namespace

Result<JournalEnd, Fault> take_snapshot(const std::filesystem::path& folder) {
    auto durable = DurableJournal::open(folder);
    if (!durable) return std::unexpected(durable.error());
    if (auto whole = durable->check_end(); !whole) return std::unexpected(whole.error());
    auto& journal = durable->journal;
    auto recovered = begin_with_newest(journal, folder);
    const bool begins_anew = engine::is_last_generation(recovered.generation);
    journal.start_from(begins_anew ? JournalEnd{} : recovered.snapshot);
    if (recovered.snapshot.batch == durable->newest_batch) return recovered.snapshot;
    for (;;) {
        const auto batches = take_out_some(journal, durable->newest_batch);
        if (!batches) return std::unexpected(batches.error());
        if (batches->empty()) break;
        Result<void, Fault> carried;
        io::run_in_background([&] { carried = carry_out(*recovered.inventory, *batches); });
        if (!carried) return std::unexpected(carried.error());
    }
    const unsigned generation = begins_anew ? 1 : recovered.generation + 1;
    if (auto written =
            engine::write_snapshot(folder, *recovered.inventory, journal.end(), generation);
        !written)
        return std::unexpected(written.error());
    engine::keep_snapshots(folder, {journal.end().batch, recovered.snapshot.batch});
    return journal.end();
}

}  // namespace frontrow::store::sqlite
