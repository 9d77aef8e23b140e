#include "cli/commands.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "domain/audit.h"
#include "domain/evolve.h"
#include "store/embedded/data_folder.h"
#include "store/embedded/journal.h"
#include "store/embedded/journal_head.h"
#include "store/postgres/fact_reader.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace frontrow::cli {
namespace {

using store::embedded::DataFolder;
using store::embedded::Journal;

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

/// SQLite would say that it can't open a file, and not which.
Result<Journal, io::Fault> open_journal(const std::filesystem::path& folder) {
    const auto file = DataFolder::journal_of(folder);
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return std::unexpected(io::Fault{
            io::FaultKind::unavailable,
            "there is no journal in " + folder.string() +
                "; --data-dir names the folder that frontrow serve writes",
        });
    }
    auto journal = Journal::open(file, {.read_only = true});
    if (!journal)
        journal.error().what = "can't read " + file.string() + ": " + journal.error().what;
    return journal;
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
    const auto head = DataFolder::head_of(settings.data_dir);
    // Read before the journal, which only ever grows, so that a running server can't make it look
    // short.
    const auto acknowledged = store::embedded::JournalHead::read(head);
    auto journal = open_journal(settings.data_dir);
    if (!journal) return failed(journal.error());
    const auto newest = journal->newest_batch();
    if (!newest) return failed(newest.error());

    domain::Audit audit;
    domain::Inventory inventory;
    auto replayed =
        journal->replay([&](const domain::Fact& fact) { take(fact, audit, inventory); }, *newest);
    if (!replayed) return failed(replayed.error());
    if (acknowledged && acknowledged->batch > journal->end().batch) {
        return failed(store::embedded::check_head(head, journal->end()).error());
    }
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
