#include "cli/commands.h"
#include "cli/store_name.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "io/random.h"
#include "store/postgres/migrations.h"
#include "store/postgres/rewrite_journal.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::cli {
namespace {

using io::postgres::PgConnection;
using store::postgres::migrations;

struct Wish {
    config::StoreSettings store;
    std::string way;
    std::optional<std::int32_t> target;
};

int failed(const std::string& why) {
    std::fprintf(stderr, "frontrow migrate: %s\n", why.c_str());
    return kFailed;
}

io::Awaitable<int> show(PgConnection& connection) {
    const auto version = co_await store::postgres::schema_version(connection);
    if (!version) co_return failed(version.error().what);
    for (const auto& step : migrations()) {
        std::printf(
            "%04d %-20.*s %s\n",
            step.version,
            static_cast<int>(step.name.size()),
            step.name.data(),
            step.version <= *version ? "applied" : "to be applied"
        );
    }
    std::printf("the schema is at version %d of %d\n", *version, migrations().back().version);
    co_return kDone;
}

io::Awaitable<int> migrate_to(PgConnection& connection, const Wish& wish) {
    const auto version = co_await store::postgres::schema_version(connection);
    if (!version) co_return failed(version.error().what);
    const auto newest = migrations().back().version;
    const auto target = wish.target.value_or(wish.way == "up" ? newest : std::max(0, *version - 1));
    if (wish.way == "down" ? target > *version : target < *version) {
        co_return failed(
            "the schema is at version " + std::to_string(*version) + ", which is not " +
            (wish.way == "down" ? "above " : "below ") + std::to_string(target)
        );
    }
    const auto steps = co_await store::postgres::migrate(connection, target);
    if (!steps) co_return failed(steps.error().what);
    std::printf("%d step(s) taken; the schema is at version %d\n", *steps, target);
    co_return kDone;
}

io::Awaitable<int> fork(PgConnection& connection) {
    io::SystemRandom random;
    const auto batches = co_await store::postgres::fork_journal(connection, random);
    if (!batches) co_return failed(batches.error().what);
    std::printf(
        "the journal has a past of its own: %" PRIu64
        " batches are chained anew; nodes that knew it before end, and must be started again\n",
        *batches
    );
    co_return kDone;
}

io::Awaitable<int> go_way(PgConnection& connection, const Wish& wish) {
    if (wish.way == "status") return show(connection);
    if (wish.way == "fork") return fork(connection);
    return migrate_to(connection, wish);
}

int migrate(const Wish& wish) {
    if (wish.target && (wish.way == "status" || wish.way == "fork")) {
        std::fprintf(stderr, "frontrow migrate: --to goes with up and down only\n");
        return kWrongUsage;
    }
    if (!wish.store.is_cluster()) {
        std::fprintf(
            stderr,
            "frontrow migrate: name the database with --store postgres://…; a data folder needs no "
            "migration\n"
        );
        return kNoDatabase;
    }
    say_store("migrate", wish.store);
    std::string why;
    const int exit_code = with_database(wish.store.store, why, [&](PgConnection& connection) {
        return go_way(connection, wish);
    });
    return exit_code < 0 ? failed(why) : exit_code;
}

}  // namespace

void add_migrate(CLI::App& app, int& exit_code) {
    auto wish = std::make_shared<Wish>();
    auto* command = app.add_subcommand("migrate", "Bring a database's schema up to date, or back");
    command->footer(
        "`serve` does `up` by itself when it starts, behind a lock, so that any number of nodes "
        "may "
        "start together.\n`down` takes the newest step back, and what it kept with it.\n"
        "Exit code 3 says that the settings name no database.\n"
        "`fork` is for a database that was restored to an earlier time: it gives the journal a "
        "past "
        "of its own,\nin which nodes that know the other find nothing of theirs."
    );
    config::add_options(*command, wish->store);
    command->add_option("way", wish->way, "up, down, status or fork")
        ->required()
        ->check(CLI::IsMember({"up", "down", "status", "fork"}));
    command->add_option("--to", wish->target, "The version to stop at")
        ->envname("FRONTROW_MIGRATE_TO")
        ->check(CLI::Range(0, migrations().back().version));
    command->callback([wish, &exit_code] { exit_code = migrate(*wish); });
}

}  // namespace frontrow::cli
