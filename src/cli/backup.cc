#include "store/sqlite/backup.h"

#include "cli/commands.h"
#include "cli/copy_progress.h"
#include "cli/store_name.h"
#include "config/options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

namespace frontrow::cli {
namespace {

int back_up(const config::BackupSettings& settings) {
    say_store("backup", settings.store);
    if (settings.store.is_cluster()) {
        std::fprintf(
            stderr,
            "frontrow backup: a PostgreSQL is backed up with its own tools: pg_dump for a copy, "
            "pg_basebackup and WAL archiving for every last fact (docs/operations.md)\n"
        );
        return kWrongUsage;
    }
    const auto end = store::sqlite::back_up(settings.store.data_dir, settings.to, copy_progress());
    if (!end) {
        std::fprintf(stderr, "frontrow backup: %s\n", end.error().what.c_str());
        return kFailed;
    }
    print_copied(*end, settings.to);
    return kDone;
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::BackupSettings>();
    auto* command = app.add_subcommand(
        "backup", "Copy a data folder's journal into one file, beside a running server"
    );
    command->footer(
        "Every fact is in it that was durable when it began, and an end mark, by which `frontrow\n"
        "restore` knows that it's whole. The copy is read back and checked."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = back_up(*settings); });
}

}  // namespace frontrow::cli
