#include "cli/commands.h"
#include "cli/store_name.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "domain/audit.h"
#include "domain/evolve.h"
#include "store/embedded/durable_journal.h"
#include "store/postgres/fact_reader.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <memory>

namespace frontrow::cli {
namespace {

constexpr std::uint64_t kProgressStep = 250'000;

int failed(const io::Fault& fault) {
    std::fprintf(stderr, "frontrow verify: %s\n", fault.what.c_str());
    return kFailed;
}

int report(const domain::Audit& audit) {
    const auto& totals = audit.totals();
    std::printf(
        "%" PRIu64 " facts: %" PRIu64 " events, %" PRIu64 " seats, %" PRIu64
        " reservations, %" PRIu64 " of them confirmed, %" PRIu64 " seats sold\n",
        totals.facts,
        totals.events,
        totals.seats,
        totals.reservations,
        totals.confirmed,
        totals.seats_sold
    );
    for (const auto& violation : audit.violations()) {
        std::printf("fact %" PRIu64 ": %s\n", violation.seq, violation.what.c_str());
    }
    if (!audit.violations().empty()) {
        std::printf("NOT IN ORDER: the facts above break the promise\n");
        return kFailed;
    }
    std::printf("in order: the chain is whole, no seat was sold twice, nobody's hold was taken\n");
    return kDone;
}

void take(const domain::Fact& fact, domain::Audit& audit, domain::Inventory& inventory) {
    audit.observe(fact);
    // No inventory can hold what the audit refuses: it goes on alone, to name the rest.
    if (audit.violations().empty()) domain::evolve(inventory, fact);
    if (audit.totals().facts % kProgressStep == 0)
        std::fprintf(stderr, "%" PRIu64 " facts read\n", audit.totals().facts);
}

/// Two judges: the audit, which reads facts alone, and the inventory, whose derived figures must
/// stand.
int verify_folder(const config::StoreSettings& settings) {
    auto durable = store::embedded::DurableJournal::open(settings.data_dir);
    if (!durable) return failed(durable.error());

    domain::Audit audit;
    domain::Inventory inventory;
    const auto replayed = durable->journal.replay(
        [&](const domain::Fact& fact) { take(fact, audit, inventory); }, durable->newest_batch
    );
    if (!replayed) return failed(replayed.error());
    if (const auto whole = durable->check_end(); !whole) return failed(whole.error());
    if (audit.violations().empty()) inventory.verify();
    return report(audit);
}

/// The facts are judged as in a folder; then the tables must say what the facts come to.
io::Awaitable<int> verify_tables(io::postgres::PgConnection& connection) {
    domain::Audit audit{false};
    domain::Inventory inventory;
    const auto tables = co_await store::postgres::read_history(
        connection, [&](const domain::Fact& fact) { take(fact, audit, inventory); }
    );
    if (!tables) co_return failed(tables.error());
    if (!audit.violations().empty()) co_return report(audit);
    inventory.verify();
    const auto& totals = audit.totals();
    const store::postgres::TableTotals expected{
        .events = static_cast<std::int64_t>(inventory.event_count()),
        .seats = static_cast<std::int64_t>(totals.seats),
        .seats_sold = static_cast<std::int64_t>(totals.seats_sold),
        .pending = inventory.pending_count(),
        .confirmed = inventory.confirmed_count(),
        .api_keys = static_cast<std::int64_t>(inventory.api_keys().live_count()),
    };
    if (*tables == expected) co_return report(audit);
    std::printf(
        "NOT IN ORDER: the tables have %" PRId64 " events, %" PRId64 " seats, %" PRId64
        " of them sold, %" PRId64 " pending and %" PRId64 " confirmed reservations and %" PRId64
        " API keys, and by the facts it should be %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
        ", %" PRId64 " and %" PRId64 "\n",
        tables->events,
        tables->seats,
        tables->seats_sold,
        tables->pending,
        tables->confirmed,
        tables->api_keys,
        expected.events,
        expected.seats,
        expected.seats_sold,
        expected.pending,
        expected.confirmed,
        expected.api_keys
    );
    co_return kFailed;
}

int verify(const config::StoreSettings& settings) {
    say_store("verify", settings);
    if (!settings.is_cluster()) return verify_folder(settings);
    std::string why;
    const int exit_code = with_database(settings.store, why, verify_tables);
    return exit_code < 0 ? failed({io::FaultKind::unavailable, why}) : exit_code;
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::StoreSettings>();
    auto* command =
        app.add_subcommand("verify", "Read every fact again and prove that nothing was sold twice");
    command->footer("Only reads, and works beside a running server, up to its newest durable fact."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = verify(*settings); });
}

}  // namespace frontrow::cli
