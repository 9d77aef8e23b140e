#include "app/offline_store.h"
#include "cli/commands.h"
#include "cli/complaint.h"
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

/// The codes that open the event's allocations, a line each.
std::string codes_of(const Stock& stock) {
    std::string lines;
    for (const auto& [allocation, code, line] : stock.allocations) {
        if (code)
            lines +=
                "    The access code " + *code + " opens the allocation " + allocation.name + ".\n";
    }
    return lines;
}

/// Appends the event's lines to `lines` once all of the event is durable.
Awaitable<Result<void, io::Fault>>
add_event(store::Store& store, io::IdSource& ids, DemonstrationEvent one, std::string& lines) {
    const auto event = ids.next<EventId>();
    const auto title = event.to_string() + ": " + one.spec.name;
    const auto codes = codes_of(one.stock);
    auto steps = steps_of(event, ids.next<SeatId>(), std::move(one.stock));
    domain::CreateEvent create{.event = event, .by = kSeeder, .spec = std::move(one.spec)};
    steps.insert(steps.begin(), SeedStep{.command = std::move(create)});
    const auto summary = summary_of(steps);
    auto added = co_await take_steps(store, std::move(steps));
    if (added) lines += "  " + title + ", " + summary + "\n" + codes;
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

Result<void, io::Fault> seed_tables(const config::SeedSettings& settings) {
    auto stock = read_tables(settings);
    if (!stock) {
        for (const auto& error : stock.error())
            complain("seed", error);
        return std::unexpected(io::Fault{io::FaultKind::unavailable, "nothing was added"});
    }
    if (!needs_store(settings)) return check_for_new_event(settings, *std::move(stock));
    return app::with_store(
        store_choice(settings.store),
        [&](store::Store& store, io::IdSource& ids) {
            return add_tables(store, ids, settings, *std::move(stock));
        }
    );
}

}  // namespace

void add_seed(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::SeedSettings>();
    auto* command =
        app.add_subcommand("seed", "Put three events with a few hundred seats into an empty store");
    command->footer(
        "Does nothing if there are events already. With --csv, --categories and --allocations it\n"
        "adds what these files have to an event, all or none: to the one that --event names, or\n"
        "else to a new one each time. With --dry-run it only checks them. Seats that the files\n"
        "hold back never are on general sale. A running server locks its folder, so seed before\n"
        "it starts; a PostgreSQL (--store) may be seeded beside running nodes."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] {
        if (const auto error = config::check(*settings)) {
            exit_code = misused("seed", error->message);
            return;
        }
        if (needs_store(*settings)) say_store("seed", settings->store);
        const auto seeded = settings->has_tables()
                                ? seed_tables(*settings)
                                : app::with_store(store_choice(settings->store), seed_if_empty);
        if (seeded) return;
        exit_code = failed("seed", seeded.error().what);
    });
}

}  // namespace frontrow::cli
