#include "cli/fact_source.h"

#include "cli/commands.h"
#include "cli/with_database.h"
#include "store/postgres/postgres_fact_reader.h"
#include "store/sqlite/sqlite_fact_reader.h"

namespace frontrow::cli {
namespace {

/// Does nothing. It is only there for with_journal(), which has already checked that the database
/// can be reached and has this program's schema.
io::Awaitable<int> look_at(io::postgres::PgConnection&) {
    co_return kDone;
}

}  // namespace

std::unique_ptr<store::engine::FactReader>
make_fact_reader(const io::Executor& executor, const config::StoreSettings& settings) {
    if (settings.is_cluster()) {
        return std::make_unique<store::postgres::PostgresFactReader>(
            executor, io::postgres::PgOptions{.url = settings.store}
        );
    }
    return std::make_unique<store::sqlite::SqliteFactReader>(executor, settings.data_dir);
}

std::string why_no_journal(const config::StoreSettings& settings) {
    std::string why;
    if (settings.is_cluster()) with_journal(settings.store, why, look_at);
    return why;
}

}  // namespace frontrow::cli
