#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/store_name.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "io/background.h"
#include "store/postgres/take_snapshot.h"
#include "store/sqlite/take_snapshot.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>

namespace frontrow::cli {
namespace {

using Taken = Result<store::engine::JournalEnd, io::Fault>;

io::Awaitable<int> take_over(
    io::postgres::PgConnection& connection,
    const config::SnapshotSettings& settings,
    Taken& taken
) {
    taken = co_await store::postgres::take_snapshot(connection, settings.cache_dir);
    co_return kDone;
}

Taken take_of_database(const config::SnapshotSettings& settings) {
    Taken taken;
    std::string why;
    const auto take = [&](io::postgres::PgConnection& connection) {
        return take_over(connection, settings, taken);
    };
    int exit_code = kDone;
    io::run_in_background([&] { exit_code = with_journal(settings.store.store, why, take); });
    if (exit_code < 0) return std::unexpected(io::Fault{io::FaultKind::unavailable, why});
    return taken;
}

int take_snapshot(const config::SnapshotSettings& settings) {
    if (const auto error = config::check(settings)) {
        return misused("snapshot", error->message);
    }
    say_store("snapshot", settings.store);
    const auto end = settings.store.is_cluster()
                         ? take_of_database(settings)
                         : store::sqlite::take_snapshot(settings.store.data_dir);
    if (!end) {
        return failed("snapshot", end.error().what);
    }
    std::printf("the newest snapshot has the first %" PRIu64 " facts\n", end->last_seq);
    return kDone;
}

}  // namespace

void add_snapshot(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::SnapshotSettings>();
    auto* command = app.add_subcommand(
        "snapshot", "Save the state that the facts lead to, so that the next start is quick"
    );
    command->footer(
        "A running server takes snapshots by itself, as often as is worthwhile; on a PostgreSQL\n"
        "it needs a --cache-dir."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = take_snapshot(*settings); });
}

}  // namespace frontrow::cli
