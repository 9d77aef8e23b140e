#include "app/open_ticket_keys.h"

#include "io/run_to_end.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/sqlite_side_records.h"
#include "tickets/key_file.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace frontrow::app {
namespace {

using io::Awaitable;
using io::Fault;
using io::FaultKind;
using store::sqlite::EmbeddedStore;
using store::sqlite::SqliteSideRecords;
using tickets::KeyMatch;
using tickets::KeyRegistry;
using tickets::KeyRing;

/// The record of the keys, with the version that a change must name.
struct Record {
    std::optional<KeyRegistry> registry;
    std::uint64_t version = 0;
};

Awaitable<Result<Record, Fault>> find_record(store::SideRecords& records) {
    const auto found = co_await records.find(std::string{tickets::kKeyRegistryRecord});
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return Record{};
    auto registry = tickets::parse_registry((*found)->value);
    if (!registry) {
        co_return std::unexpected(Fault{
            FaultKind::corrupt,
            "the store's record of the keys for tickets is damaged: " + registry.error().why
        });
    }
    co_return Record{.registry = *std::move(registry), .version = (*found)->version};
}

/// Nothing: the record has changed meanwhile, or may have.
Awaitable<Result<std::optional<KeyRegistry>, Fault>>
write_record(store::SideRecords& records, const KeyRing& ring, const Record& seen) {
    auto next = tickets::registry_with(ring, seen.registry);
    store::SideChange change{
        .name = std::string{tickets::kKeyRegistryRecord},
        .value = tickets::write_registry(next),
        .expected_version = seen.version,
    };
    const auto changed = co_await records.change(std::move(change));
    if (!changed && changed.error().kind != FaultKind::outcome_unknown)
        co_return std::unexpected(changed.error());
    if (!changed || !*changed) co_return std::optional<KeyRegistry>{};
    co_return std::optional{std::move(next)};
}

enum class FirstUse : std::uint8_t { write, leave };

Awaitable<Result<std::optional<KeyRegistry>, Fault>>
settle(store::SideRecords& records, const TicketKeys& keys, FirstUse first_use) {
    while (true) {
        auto record = co_await find_record(records);
        if (!record) co_return std::unexpected(record.error());
        auto& registry = record->registry;
        if (keys.file.empty()) co_return std::move(registry);
        const auto match = match_keys(keys.ring, registry);
        switch (match) {
            case KeyMatch::same:
                co_return std::move(registry);
            case KeyMatch::first_use:
                if (first_use == FirstUse::leave) co_return std::move(registry);
                break;
            case KeyMatch::rotated:
                break;
            case KeyMatch::behind:
            case KeyMatch::other:
            case KeyMatch::lost:
                co_return std::unexpected(
                    Fault{FaultKind::unusable, remedy_of(match, keys.file, registry->signing)}
                );
        }
        auto written = co_await write_record(records, keys.ring, *record);
        if (!written) co_return std::unexpected(written.error());
        if (*written) co_return std::move(*written);
    }
}

Result<KeyRing, Fault> make_keys(const std::filesystem::path& file, const StoreWorld& world) {
    return tickets::change_key_file(file, [&](KeyRing ring) -> Result<KeyRing, Fault> {
        // `frontrow keys make` may have been quicker.
        if (ring.is_empty()) add_new_key(ring, world.clock.now(), world.random);
        return ring;
    });
}

Awaitable<Result<TicketKeys, Fault>>
settle_in_folder(store::SideRecords& records, TicketKeys keys, const StoreWorld& world) {
    const auto record = co_await find_record(records);
    if (!record) co_return std::unexpected(record.error());
    if (keys.ring.is_empty() && !record->registry) {
        auto made = make_keys(keys.file, world);
        if (!made) co_return std::unexpected(made.error());
        keys.ring = *std::move(made);
    }
    auto registry = co_await compare_ticket_keys(records, keys);
    if (!registry) co_return std::unexpected(registry.error());
    keys.registry = *std::move(registry);
    keys.is_compared = true;
    co_return keys;
}

Awaitable<Result<TicketKeys, Fault>> settle_and_close(
    std::unique_ptr<SqliteSideRecords> records,
    TicketKeys keys,
    const StoreWorld& world
) {
    auto settled = co_await settle_in_folder(*records, std::move(keys), world);
    co_await records->close();
    co_return settled;
}

Result<TicketKeys, Fault>
settle_keys(const EmbeddedStore::Settings& settings, TicketKeys keys, const StoreWorld& world) {
    // A loop of its own, because the process's doesn't run before everything is open.
    boost::asio::io_context loop{1};
    auto records = SqliteSideRecords::open(loop.get_executor(), settings.folder, settings.vfs);
    if (!records) return std::unexpected(records.error());
    return io::run_to_end(loop, settle_and_close(std::move(*records), std::move(keys), world));
}

Result<TicketKeys, Fault> settle_keys(const ClusterSettings&, TicketKeys keys, const StoreWorld&) {
    return keys;
}

std::filesystem::path file_of(const StoreChoice& choice) {
    const auto* const folder = std::get_if<EmbeddedStore::Settings>(&choice);
    if (folder == nullptr) return {};
    return folder->folder / store::sqlite::DataFolder::kTicketKeys;
}

}  // namespace

Result<TicketKeys, Fault>
read_ticket_keys(const StoreChoice& choice, std::filesystem::path file, const telemetry::Log& log) {
    TicketKeys keys{
        .file = file.empty() ? file_of(choice) : std::move(file), .ring = {}, .registry = {}
    };
    if (keys.file.empty()) {
        log.warn(
            "this node can't sign tickets: name the key file that all nodes have with --keys-file"
        );
        return keys;
    }
    auto ring = tickets::read_key_file(keys.file);
    if (!ring) return std::unexpected(ring.error());
    const bool is_cluster = std::holds_alternative<ClusterSettings>(choice);
    if (!*ring && is_cluster) {
        return std::unexpected(Fault{
            FaultKind::unusable,
            "there is no key file " + keys.file.string() +
                ": copy it from another node, or, if the cluster has no keys yet, run frontrow "
                "keys make"
        });
    }
    if (*ring) keys.ring = **std::move(ring);
    return keys;
}

Result<TicketKeys, Fault>
settle_ticket_keys(const StoreChoice& choice, TicketKeys keys, const StoreWorld& world) {
    return std::visit(
        [&](const auto& settings) { return settle_keys(settings, std::move(keys), world); }, choice
    );
}

Awaitable<Result<std::optional<KeyRegistry>, Fault>>
register_ticket_keys(store::SideRecords& records, const TicketKeys& keys) {
    return settle(records, keys, FirstUse::write);
}

Awaitable<Result<std::optional<KeyRegistry>, Fault>>
compare_ticket_keys(store::SideRecords& records, const TicketKeys& keys) {
    return settle(records, keys, FirstUse::leave);
}

}  // namespace frontrow::app
