#include "cli/commands.h"
#include "cli/copy_progress.h"
#include "cli/store_name.h"
#include "config/options.h"
#include "store/sqlite/backup.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

namespace frontrow::cli {
namespace {

int restore(const config::RestoreSettings& settings) {
    say_store("restore", settings.data_dir);
    store::sqlite::AcceptUnsealed accept_unsealed;
    if (settings.accept_unsealed) {
        accept_unsealed = [&](const std::string& what) {
            std::fprintf(stderr, "frontrow restore: %s: %s\n", settings.from.c_str(), what.c_str());
        };
    }
    const auto end =
        store::sqlite::restore(settings.from, settings.data_dir, copy_progress(), accept_unsealed);
    if (!end) {
        std::fprintf(stderr, "frontrow restore: %s\n", end.error().what.c_str());
        return kFailed;
    }
    print_copied(*end, settings.data_dir);
    return kDone;
}

}  // namespace

void add_restore(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::RestoreSettings>();
    auto* command = app.add_subcommand(
        "restore", "Make a data folder of a backup, once it's proven that nothing is missing"
    );
    command->footer(
        "A backup that was cut off or damaged is refused with exit code 1, and what it lacks is "
        "said.\nThe folder must be new or empty, and has a whole journal afterwards or none."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = restore(*settings); });
}

}  // namespace frontrow::cli
