#include "app/offline_store.h"
#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/counted.h"
#include "cli/journal_stakes.h"
#include "cli/store_choice.h"
#include "cli/store_name.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "io/random.h"
#include "store/postgres/migrations.h"
#include "store/postgres/rewrite_journal.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::cli {
namespace {

using io::postgres::PgConnection;
using io::postgres::PgError;
using store::postgres::migrations;

struct Wish {
    config::StoreSettings store;
    std::string way;
    std::optional<std::int32_t> target;
    bool is_certain = false;
};

constexpr auto kMigrateFooter =
    "`serve` runs `up` by itself when it starts, behind a lock, so that any number of nodes may\n"
    "start together. `down` undoes the newest step and deletes its data: the first step holds the\n"
    "journal.\n"
    "`raise` allows the kinds of facts that this version introduced. Run it when all nodes have\n"
    "this version: an older node can't read the journal any more, and ends. Before that, requests\n"
    "that would make such a fact get 503 NOT_READY. A new journal allows all kinds.\n"
    "`fork` is for a database that was restored to an earlier time: it gives the journal a new\n"
    "history, so that nodes that know the old one can't mistake it for theirs. Stop all nodes\n"
    "first: a running one ends within a second, with exit code 1.\n"
    "Exit code 3 says that the settings name no database.";

io::Awaitable<int> show(PgConnection& connection) {
    const auto version = co_await store::postgres::schema_version(connection);
    if (!version) co_return failed("migrate", version.error().what);
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

/// Returns whether the journal may be erased, and sets `gone` to a description of its content.
/// Prints the reason if the journal may not be erased.
io::Awaitable<Result<bool, PgError>>
may_erase(PgConnection& connection, const Wish& wish, std::string& gone) {
    const auto stakes = co_await read_stakes(connection);
    if (!stakes) co_return std::unexpected(stakes.error());
    if (stakes->facts == 0) co_return true;
    gone = stakes->contents();
    if (wish.is_certain) co_return true;
    failed(
        "migrate",
        "it would erase the journal with " + gone +
            (stakes->sessions == 0 ? ""
                                   : ", which " + counted(stakes->sessions, "other session") +
                                         " of frontrow now use") +
            "; take a backup (frontrow backup), stop all nodes, and then say --yes"
    );
    co_return false;
}

io::Awaitable<int> migrate_to(PgConnection& connection, const Wish& wish) {
    const auto version = co_await store::postgres::schema_version(connection);
    if (!version) co_return failed("migrate", version.error().what);
    const auto newest = migrations().back().version;
    const auto target = wish.target.value_or(wish.way == "up" ? newest : std::max(0, *version - 1));
    if (wish.way == "down" ? target > *version : target < *version) {
        co_return failed(
            "migrate",
            "the schema is at version " + std::to_string(*version) + ", which is not " +
                (wish.way == "down" ? "above " : "below ") + std::to_string(target)
        );
    }
    std::string gone;
    if (target < *version) {
        const auto may = co_await may_erase(connection, wish, gone);
        if (!may) co_return failed("migrate", may.error().what);
        if (!*may) co_return kFailed;
    }
    const auto steps = co_await store::postgres::migrate(connection, target);
    if (!steps) co_return failed("migrate", steps.error().what);
    if (!gone.empty()) std::printf("%s are gone\n", gone.c_str());
    const auto taken = counted(static_cast<std::uint64_t>(*steps), "step");
    std::printf("%s taken; the schema is at version %d\n", taken.c_str(), target);
    co_return kDone;
}

io::Awaitable<int> fork(PgConnection& connection, const Wish& wish) {
    const auto known = co_await store::postgres::check_schema(connection);
    if (!known) co_return failed("migrate", known.error().what);
    const auto sessions = co_await count_sessions(connection);
    if (!sessions) co_return failed("migrate", sessions.error().what);
    if (*sessions > 0 && !wish.is_certain) {
        co_return failed(
            "migrate",
            counted(*sessions, "other session") +
                " of frontrow now use this journal (a node has two; a pooler may keep them a "
                "while), "
                "and every node that runs would end: stop all nodes first, or say --yes"
        );
    }
    io::SystemRandom random;
    const auto batches = co_await store::postgres::fork_journal(connection, random);
    if (!batches) co_return failed("migrate", batches.error().what);
    std::printf(
        "the journal has a past of its own, %s long; nodes that knew it before end, and must be "
        "started again\n",
        (std::to_string(*batches) + (*batches == 1 ? " batch" : " batches")).c_str()
    );
    co_return kDone;
}

io::Awaitable<int> go_way(PgConnection& connection, const Wish& wish) {
    if (wish.way == "status") return show(connection);
    if (wish.way == "fork") return fork(connection, wish);
    return migrate_to(connection, wish);
}

/// Opens the store like a node, and executes one command.
int raise_format(const Wish& wish) {
    const auto done = app::with_store(
        store_choice(wish.store),
        [&](store::Store& store, io::IdSource&) -> io::Awaitable<Result<void, io::Fault>> {
            const domain::RaiseFormat command{domain::kNewestFormat};
            auto outcome = co_await store.execute(command, TraceId{});
            if (!outcome) co_return std::unexpected(std::move(outcome.error()));
            co_return Result<void, io::Fault>{};
        }
    );
    if (!done) return failed("migrate", done.error().what);
    std::printf("the journal takes facts of format %u\n", domain::kNewestFormat);
    return kDone;
}

int migrate(const Wish& wish) {
    if (wish.way.empty()) {
        return misused("migrate", "say which way: up, down, status, raise or fork");
    }
    const bool moves_schema = wish.way == "up" || wish.way == "down";
    if (wish.target && !moves_schema) {
        return misused("migrate", "--to goes with up and down only");
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
    if (wish.way == "raise") return raise_format(wish);
    std::string why;
    const int exit_code = with_database(wish.store.store, why, [&](PgConnection& connection) {
        return go_way(connection, wish);
    });
    return exit_code < 0 ? failed("migrate", why) : exit_code;
}

}  // namespace

void add_migrate(CLI::App& app, int& exit_code) {
    auto wish = std::make_shared<Wish>();
    auto* command = app.add_subcommand("migrate", "Bring a database's schema up to date, or back");
    command->footer(kMigrateFooter);
    config::add_database_option(*command, wish->store);
    command->add_option("way", wish->way, "up, down, status, raise or fork")
        ->check(CLI::IsMember({"up", "down", "status", "raise", "fork"}));
    command->add_option("--to", wish->target, "The version to stop at")
        ->envname("FRONTROW_MIGRATE_TO")
        ->check(CLI::Range(0, migrations().back().version));
    command->add_flag(
        "--yes",
        wish->is_certain,
        "down: erase the journal although it has facts; fork: although nodes use it"
    );
    command->callback([wish, &exit_code] { exit_code = migrate(*wish); });
}

}  // namespace frontrow::cli
