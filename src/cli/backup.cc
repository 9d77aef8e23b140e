#include "store/sqlite/backup.h"

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/copy_progress.h"
#include "cli/store_name.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "store/backup/cluster_backup.h"
#include "tickets/key_file.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

namespace frontrow::cli {
namespace {

using store::sqlite::Copied;

int report(const Result<Copied, io::Fault>& copied, const std::string& to) {
    if (!copied) return failed("backup", copied.error().what);
    print_copied(copied->end.last_seq, copied->end.batch, copied->side_records, to);
    return kDone;
}

io::Awaitable<int>
back_up_database(io::postgres::PgConnection& connection, const config::BackupSettings& settings) {
    const auto copied =
        co_await store::backup::back_up_cluster(connection, settings.to, copy_progress());
    co_return report(copied, settings.to);
}

/// The folder has one file that isn't in its backup, on purpose: whoever finds a backup mustn't be
/// able to make tickets.
void say_keys_are_left_out(const std::filesystem::path& folder) {
    const auto keys = folder / tickets::kKeyFileName;
    std::error_code ignored;
    if (!std::filesystem::exists(keys, ignored)) return;
    std::fprintf(
        stderr,
        "frontrow backup: the keys that sign tickets, %s, aren't in it: keep a copy of that file "
        "in another place\n",
        keys.c_str()
    );
}

int back_up_folder(const config::BackupSettings& settings) {
    const auto& folder = settings.store.data_dir;
    const auto copied = store::sqlite::back_up(folder, settings.to, copy_progress());
    if (copied) say_keys_are_left_out(folder);
    return report(copied, settings.to);
}

int back_up(const config::BackupSettings& settings) {
    say_store("backup", settings.store);
    if (!settings.store.is_cluster()) return back_up_folder(settings);
    std::string why;
    const int exit_code = with_database(settings.store.store, why, [&](auto& connection) {
        return back_up_database(connection, settings);
    });
    return exit_code < 0 ? failed("backup", why) : exit_code;
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::BackupSettings>();
    auto* command = app.add_subcommand(
        "backup", "Copy a journal and the side records into one file, beside running servers"
    );
    command->footer(
        "The backup contains every fact that was durable when it began, and an end mark, by which\n"
        "`frontrow restore` knows that it is complete. The copy is read back and checked. A\n"
        "folder's backup can be restored into a database, and a database's into a folder."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = back_up(*settings); });
}

}  // namespace frontrow::cli
