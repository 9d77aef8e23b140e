#include "cli/commands.h"
#include "config/options.h"
#include "domain/audit.h"
#include "domain/evolve.h"
#include "store/embedded/data_folder.h"
#include "store/embedded/journal.h"
#include "store/embedded/journal_head.h"

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

/// Two judges: the audit, which reads facts alone, and the inventory, whose derived figures must
/// stand.
int verify(const config::StoreSettings& settings) {
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
    auto replayed = journal->replay(
        [&](const domain::Fact& fact) {
            audit.observe(fact);
            // No inventory can hold what the audit refuses: it goes on alone, to name the rest.
            if (audit.violations().empty()) domain::evolve(inventory, fact);
            if (fact.seq % kProgressStep == 0)
                std::fprintf(stderr, "%" PRIu64 " facts read\n", fact.seq);
        },
        *newest
    );
    if (!replayed) return failed(replayed.error());
    if (acknowledged && acknowledged->batch > journal->end().batch) {
        return failed(store::embedded::check_head(head, journal->end()).error());
    }
    if (audit.violations().empty()) inventory.verify();
    return report(audit);
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
