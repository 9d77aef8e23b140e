#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/copy_progress.h"
#include "cli/store_name.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "io/random.h"
#include "store/backup/cluster_restore.h"
#include "store/sqlite/backup.h"
#include "tickets/key_file.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

namespace frontrow::cli {
namespace {

using store::sqlite::AcceptUnsealed;

/// A backup that is cut off, one that is damaged and a file that isn't a backup get the same hint:
/// the user needs another file.
int restore_failed(const io::Fault& fault) {
    const bool is_corrupt = fault.kind == io::FaultKind::corrupt;
    return failed("restore", fault.what + (is_corrupt ? "; it isn't a whole Frontrow backup" : ""));
}

int restore_folder(const config::RestoreSettings& settings, const AcceptUnsealed& accept_unsealed) {
    const auto& folder = settings.store.data_dir;
    const auto copied = store::sqlite::restore(
        settings.from, folder, copy_progress(), accept_unsealed, tickets::key_file_names()
    );
    if (!copied) return restore_failed(copied.error());
    print_copied(copied->end.last_seq, copied->end.batch, copied->side_records, folder);
    return kDone;
}

io::Awaitable<int> fill_database(
    io::postgres::PgConnection& connection,
    const config::RestoreSettings& settings,
    const AcceptUnsealed& accept_unsealed
) {
    io::SystemRandom random;
    const auto restored = co_await store::backup::restore_into_cluster(
        connection, settings.from, copy_progress(), accept_unsealed, random
    );
    if (!restored) co_return restore_failed(restored.error());
    print_copied(
        restored->facts, restored->batches, restored->side_records, store_name(settings.store)
    );
    co_return kDone;
}

int restore_database(
    const config::RestoreSettings& settings,
    const AcceptUnsealed& accept_unsealed
) {
    std::string why;
    const int exit_code = with_database(settings.store.store, why, [&](auto& connection) {
        return fill_database(connection, settings, accept_unsealed);
    });
    return exit_code < 0 ? failed("restore", why) : exit_code;
}

int restore(const config::RestoreSettings& settings) {
    say_store("restore", settings.store);
    AcceptUnsealed accept_unsealed;
    if (settings.accept_unsealed) {
        accept_unsealed = [&](const std::string& what) {
            std::fprintf(stderr, "frontrow restore: %s: %s\n", settings.from.c_str(), what.c_str());
        };
    }
    return settings.store.is_cluster() ? restore_database(settings, accept_unsealed)
                                       : restore_folder(settings, accept_unsealed);
}

}  // namespace

void add_restore(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::RestoreSettings>();
    auto* command = app.add_subcommand(
        "restore",
        "Make a data folder or a cluster's journal from a backup, after proving that it is complete"
    );
    command->footer(
        "A backup that was cut off or damaged is refused with exit code 1 and the reason. The\n"
        "folder must be new or empty; the database must have neither facts nor side records.\n"
        "Afterwards it has the whole journal or nothing."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = restore(*settings); });
}

}  // namespace frontrow::cli
