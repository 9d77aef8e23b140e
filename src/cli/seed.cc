#include "app/offline_store.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/demonstration.h"
#include "cli/seed_table.h"
#include "cli/store_choice.h"
#include "cli/store_name.h"
#include "config/options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

namespace frontrow::cli {
namespace {

using store::Awaitable;

Awaitable<Result<void, io::Fault>> execute(store::Store& store, domain::Command command) {
    auto result = co_await store.execute(std::move(command), TraceId{});
    if (!result) co_return std::unexpected(std::move(result.error()));
    if (!*result)
        co_return std::unexpected(
            io::Fault{io::FaultKind::unavailable, "the store refused the demonstration"}
        );
    co_return Result<void, io::Fault>{};
}

/// Appends the event's line to `lines` once the event is durable.
Awaitable<Result<void, io::Fault>>
add_event(store::Store& store, io::IdSource& ids, DemonstrationEvent one, std::string& lines) {
    const auto event = ids.next<EventId>();
    const domain::Organizer organizer{.sub = "dev", .is_admin = true};
    const auto line =
        event.to_string() + ": " + one.spec.name + ", " + counted(one.seats.size(), "seat");
    domain::CreateEvent create{.event = event, .by = organizer, .spec = std::move(one.spec)};
    auto created = co_await execute(store, std::move(create));
    if (!created) co_return created;
    auto block = std::make_shared<domain::SeatBlock>(ids.next<SeatId>(), std::move(one.seats));
    domain::AddSeats add{.event = event, .by = organizer, .block = std::move(block)};
    auto added = co_await execute(store, std::move(add));
    if (added) lines += "  " + line + "\n";
    co_return added;
}

Awaitable<Result<void, io::Fault>> seed_if_empty(store::Store& store, io::IdSource& ids) {
    auto events = co_await store.read(domain::read_events, domain::Page{.limit = 1});
    if (!events) co_return std::unexpected(std::move(events.error()));
    if (!events->empty()) {
        std::printf("The store has events already; nothing was added.\n");
        co_return Result<void, io::Fault>{};
    }
    std::string lines;
    Result<void, io::Fault> added;
    for (auto& one : demonstration(store.now())) {
        if (added) added = co_await add_event(store, ids, std::move(one), lines);
    }
    if (!lines.empty()) {
        const auto* const head =
            added ? "Three events to try Frontrow on" : "Only these were added";
        std::printf("%s:\n%s", head, lines.c_str());
    }
    co_return added;
}

bool needs_store(const config::SeedSettings& settings) {
    return !settings.dry_run || !settings.event.empty();
}

Result<void, io::Fault> seed_table(const config::SeedSettings& settings) {
    auto table = read_table(settings);
    if (!table) {
        for (const auto& error : table.error())
            std::fprintf(stderr, "frontrow seed: %s\n", error.c_str());
        return std::unexpected(io::Fault{io::FaultKind::unavailable, "nothing was added"});
    }
    if (!needs_store(settings)) return check_for_new_event(settings, *table);
    return app::with_store(
        store_choice(settings.store),
        [&](store::Store& store, io::IdSource& ids) {
            return add_table(store, ids, settings, std::move(*table));
        }
    );
}

}  // namespace

void add_seed(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::SeedSettings>();
    auto* command =
        app.add_subcommand("seed", "Put three events with a few hundred seats into an empty store");
    command->footer(
        "Does nothing if there are events already. With --csv it adds the file's seats to an\n"
        "event, all or none: to the one that --event names, or else to a new one each time.\n"
        "With --dry-run it only checks them. A running server locks its folder, so seed before it\n"
        "starts; a PostgreSQL (--store) may be seeded beside running nodes."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] {
        if (const auto error = config::check(*settings)) {
            std::fprintf(stderr, "frontrow seed: %s\n", error->message.c_str());
            exit_code = kWrongUsage;
            return;
        }
        if (needs_store(*settings)) say_store("seed", settings->store);
        const auto seeded = settings->csv.empty()
                                ? app::with_store(store_choice(settings->store), seed_if_empty)
                                : seed_table(*settings);
        if (seeded) return;
        std::fprintf(stderr, "frontrow seed: %s\n", seeded.error().what.c_str());
        exit_code = kFailed;
    });
}

}  // namespace frontrow::cli
