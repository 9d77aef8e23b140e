#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/store_name.h"
#include "cli/verdict.h"
#include "cli/with_database.h"
#include "config/options.h"
#include "domain/audit.h"
#include "domain/evolve.h"
#include "store/engine/snapshot.h"
#include "store/postgres/postgres_journal.h"
#include "store/postgres/postgres_side_records.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/durable_journal.h"
#include "store/sqlite/recovery.h"
#include "store/sqlite/side_file.h"

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace frontrow::cli {
namespace {

using store::engine::Snapshot;
using store::sqlite::Journal;

constexpr std::uint64_t kProgressStep = 250'000;

void take(const domain::Fact& fact, domain::Audit& audit, domain::Inventory& inventory) {
    audit.observe(fact);
    // The inventory can't apply a fact that breaks the rules. After the first violation only the
    // audit continues, to report the rest.
    if (audit.violations().empty()) domain::evolve_for_good(inventory, fact);
    if (audit.totals().facts % kProgressStep == 0)
        std::fprintf(stderr, "%" PRIu64 " facts read\n", audit.totals().facts);
}

/// Reads a folder's facts into the audit, which shares no code with the rules, and into an
/// inventory. Both must agree, and so must the snapshots that a start would use.
class FolderCheck {
public:
    explicit FolderCheck(Journal& journal) : journal_{journal} {}

    Result<void, io::Fault> read_until(std::uint64_t batch) {
        return journal_.replay(
            [this](const domain::Fact& fact) { take(fact, audit_, inventory_); }, batch
        );
    }

    /// Compares a snapshot with the inventory. The facts must have been read exactly to its end.
    void prove(Snapshot& snapshot) {
        if (!audit_.violations().empty()) return;
        const auto file = snapshot.path().filename().string();
        const auto differences = snapshot.differences_from(inventory_);
        if (!differences) return pass_over(differences.error());
        for (const auto& difference : *differences)
            std::printf("%s is wrong about %s\n", file.c_str(), difference.c_str());
        if (!differences->empty()) {
            lying_.push_back(
                file +
                " isn't what the facts come to; the journal is in order, so stop the server, "
                "delete that file, and start again"
            );
            return;
        }
        const auto seq = snapshot.end().last_seq;
        std::printf("%s is what the first %" PRIu64 " facts come to\n", file.c_str(), seq);
    }
    static void pass_over(const io::Fault& fault) {
        std::fprintf(
            stderr, "frontrow verify: a snapshot was passed over: %s\n", fault.what.c_str()
        );
    }

    int print_verdict() const { return cli::print_verdict(audit_, inventory_, lying_); }

private:
    Journal& journal_;
    domain::Audit audit_;
    domain::Inventory inventory_;
    /// A sentence for each snapshot that is wrong.
    std::vector<std::string> lying_;
};

/// Opens the snapshots that a start would use, oldest first. A running server may have removed one
/// meanwhile.
std::vector<Snapshot>
open_snapshots(Journal& journal, const std::vector<std::filesystem::path>& files) {
    std::vector<Snapshot> snapshots;
    for (const auto& file : std::views::reverse(files)) {
        auto snapshot = store::sqlite::open_fitting(journal, file);
        std::error_code ignored;
        if (snapshot) {
            snapshots.push_back(std::move(*snapshot));
        } else if (std::filesystem::exists(file, ignored)) {
            FolderCheck::pass_over(snapshot.error());
        }
    }
    return snapshots;
}

/// Fails if the folder can't be listed: snapshots that aren't found would go unchecked.
Result<void, io::Fault> check_listed(const std::filesystem::path& folder) {
    std::error_code why_not;
    const std::filesystem::directory_iterator files{folder, why_not};
    if (!why_not) return {};
    return std::unexpected(io::Fault{
        io::FaultKind::unavailable,
        "can't list the snapshots in " + folder.string() + ": " + why_not.message() +
            "; run it as the server's user"
    });
}

/// Checks side records, which no hash covers: all can be read, in order, and none is newer than the
/// newest change.
class SideCheck {
public:
    Result<void, io::Fault> take(const store::SideRecord& record) {
        ++records_;
        if (record.version > newest_.version)
            newest_ = {.name = record.name, .value = {}, .version = record.version};
        return {};
    }
    /// `last_version` must be read after the last record.
    Result<void, io::Fault> finish(std::uint64_t last_version) const {
        if (newest_.version > last_version) {
            return std::unexpected(io::Fault{
                io::FaultKind::corrupt,
                "the side record " + newest_.name + " has version " +
                    std::to_string(newest_.version) + ", but the newest change was " +
                    std::to_string(last_version)
            });
        }
        std::printf("%" PRIu64 " side records can be read\n", records_);
        return {};
    }

private:
    std::uint64_t records_ = 0;
    store::SideRecord newest_;
};

Result<void, io::Fault> check_side_file(const std::filesystem::path& folder) {
    SideCheck check;
    auto side = store::sqlite::SideFile::open_to_read(store::sqlite::DataFolder::side_of(folder));
    if (!side) return std::unexpected(side.error());
    if (!*side) return check.finish(0);
    const auto take = [&](const store::SideRecord& record) { return check.take(record); };
    if (auto read = (*side)->walk({}, take); !read) return read;
    const auto last = (*side)->last_version();
    if (!last) return std::unexpected(last.error());
    return check.finish(*last);
}

io::Awaitable<Result<void, io::Fault>> check_side_table(io::postgres::PgConnection& connection) {
    SideCheck check;
    const auto take = [&](store::SideRecord&& record) { return check.take(record); };
    if (auto read = co_await store::postgres::walk_side_records(connection, {}, take); !read)
        co_return read;
    const auto last = co_await store::postgres::read_last_version(connection);
    if (!last) co_return std::unexpected(io::Fault{io::FaultKind::unavailable, last.error().what});
    co_return check.finish(*last);
}

int verify_folder(const config::StoreSettings& settings) {
    // List the snapshots before opening the journal, so that none is newer than the journal's end.
    const auto files = store::engine::list_snapshots(settings.data_dir);
    auto durable = store::sqlite::DurableJournal::open(settings.data_dir);
    if (!durable) return failed("verify", durable.error().what);
    if (const auto listed = check_listed(settings.data_dir); !listed)
        return failed("verify", listed.error().what);

    FolderCheck check{durable->journal};
    for (auto& snapshot : open_snapshots(durable->journal, files)) {
        if (const auto read = check.read_until(snapshot.end().batch); !read)
            return failed("verify", read.error().what);
        check.prove(snapshot);
    }
    if (const auto read = check.read_until(durable->newest_batch); !read)
        return failed("verify", read.error().what);
    if (const auto whole = durable->check_end(); !whole)
        return failed("verify", whole.error().what);
    if (const auto side = check_side_file(settings.data_dir); !side)
        return failed("verify", side.error().what);
    return check.print_verdict();
}

/// Checks a cluster's journal, up to its head at the beginning: the hash chain, the facts as in a
/// folder, and the state digest that each batch was written with.
io::Awaitable<int> verify_journal(io::postgres::PgConnection& connection) {
    domain::Audit audit;
    domain::Inventory inventory{StateLog::Digests::on};
    std::optional<store::cluster::Head> head;
    std::vector<std::string> diverged;
    const auto read = co_await store::postgres::read_batches(
        connection,
        0,
        [&](store::cluster::Batch&& batch) -> Result<void, io::Fault> {
            if (head) {
                const auto facts = store::cluster::read_following(*head, batch);
                if (!facts) return std::unexpected(facts.error());
                for (const auto& fact : *facts)
                    take(fact, audit, inventory);
            }
            head = batch.head;
            const bool is_known = !diverged.empty() || !audit.violations().empty();
            if (!is_known && inventory.digest() != head->state) {
                diverged.push_back(
                    "the batch of fact " + std::to_string(head->first_seq) +
                    " has a state digest that doesn't match its facts"
                );
            }
            return {};
        }
    );
    if (!read) co_return failed("verify", read.error().what);
    if (const auto side = co_await check_side_table(connection); !side)
        co_return failed("verify", side.error().what);
    co_return print_verdict(audit, inventory, diverged);
}

int verify(const config::StoreSettings& settings) {
    say_store("verify", settings);
    if (!settings.is_cluster()) return verify_folder(settings);
    std::string why;
    const int exit_code = with_journal(settings.store, why, verify_journal);
    return exit_code < 0 ? failed("verify", why) : exit_code;
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
    auto settings = std::make_shared<config::StoreSettings>();
    auto* command =
        app.add_subcommand("verify", "Read every fact again and prove that nothing was sold twice");
    command->footer(
        "Changes no fact, and works beside a running server, up to its newest durable fact. Run\n"
        "it as a user who may write to the folder, because SQLite keeps a reader's position in\n"
        "journal.db-shm; of a read-only folder, verify a copy. Side records have no proof: it\n"
        "says whether they can be read, and how many there are."
    );
    config::add_options(*command, *settings);
    command->callback([settings, &exit_code] { exit_code = verify(*settings); });
}

}  // namespace frontrow::cli
