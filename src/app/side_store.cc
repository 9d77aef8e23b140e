#include "app/side_store.h"

#include "store/postgres/postgres_side_records.h"
#include "store/postgres/postgres_task_leases.h"
#include "store/sqlite/sqlite_side_records.h"

#include <utility>
#include <variant>

namespace frontrow::app {
namespace {

using store::sqlite::EmbeddedStore;

Result<SideStore, io::Fault> open_side(
    const io::Executor& executor,
    const EmbeddedStore::Settings& settings,
    const StoreWorld& world
) {
    auto records = store::sqlite::SqliteSideRecords::open(executor, settings.folder, settings.vfs);
    if (!records) return std::unexpected(records.error());
    const auto on_trouble = [&log = world.log](const io::Fault& fault) {
        log.warn("a task can't be taken; it is tried again", {{"error", fault.what}});
    };
    auto leases =
        std::make_unique<store::sqlite::SqliteTaskLeases>(executor, **records, on_trouble);
    return SideStore{.records = std::move(*records), .leases = std::move(leases)};
}

Result<SideStore, io::Fault>
open_side(const io::Executor& executor, const ClusterSettings& settings, const StoreWorld& world) {
    return SideStore{
        .records =
            std::make_unique<store::postgres::PostgresSideRecords>(executor, settings.database),
        .leases = std::make_unique<store::postgres::PostgresTaskLeases>(
            store::postgres::PostgresTaskLeases::Ports{executor, world.clock, world.random},
            settings.database
        ),
    };
}

}  // namespace

io::Awaitable<void> SideStore::close() {
    co_await leases->close();
    co_await records->close();
}

Result<SideStore, io::Fault>
open_side_store(const io::Executor& executor, const StoreChoice& choice, const StoreWorld& world) {
    return std::visit(
        [&](const auto& settings) { return open_side(executor, settings, world); }, choice
    );
}

}  // namespace frontrow::app
