#include "cli/commands.h"
#include "cli/store_name.h"
#include "config/options.h"
#include "store/sqlite/take_snapshot.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>

namespace frontrow::cli {
namespace {

int take_snapshot(const std::filesystem::path& folder) {
    say_store("snapshot", folder);
    const auto end = store::sqlite::take_snapshot(folder);
    if (!end) {
        std::fprintf(stderr, "frontrow snapshot: %s\n", end.error().what.c_str());
        return kFailed;
    }
    std::printf("the newest snapshot has the first %" PRIu64 " facts\n", end->last_seq);
    return kDone;
}

}  // namespace

void add_snapshot(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::SnapshotSettings>();
    auto* command = app.add_subcommand(
        "snapshot", "Note what the facts come to, so that the next start is quick"
    );
    command->footer("A running server does it by itself, as often as it's worth it.");
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = take_snapshot(settings->data_dir); });
}

}  // namespace frontrow::cli
