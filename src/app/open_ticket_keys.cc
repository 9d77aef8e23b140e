#include "app/open_ticket_keys.h"

#include "io/run_to_end.h"
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

/// The record to write, if any. Faults: unusable, with what to do.
Result<std::optional<KeyRegistry>, Fault> next_registry(
    const TicketKeys& keys,
    const std::optional<KeyRegistry>& registry,
    FirstUse first_use
) {
    if (keys.file.empty()) return std::nullopt;
    const auto match = match_keys(keys.ring, registry);
    switch (match) {
        case KeyMatch::same:
            return std::nullopt;
        case KeyMatch::first_use:
            if (first_use == FirstUse::leave) return std::nullopt;
            break;
        case KeyMatch::rotated:
            break;
        case KeyMatch::behind:
        case KeyMatch::other:
        case KeyMatch::lost:
        case KeyMatch::too_many:
            return std::unexpected(
                Fault{FaultKind::unusable, remedy_of(match, keys.file, registry->signing)}
            );
    }
    return registry_with(keys.ring, registry);
}

Awaitable<Result<bool, Fault>> has_registry(store::SideRecords& records) {
    const auto found = co_await records.find(std::string{tickets::kKeyRegistryRecord});
    if (!found) co_return std::unexpected(found.error());
    co_return found->has_value();
}

Awaitable<Result<TicketKeys, Fault>>
settle_in_folder(store::SideRecords& records, TicketKeys keys, const StoreWorld& world) {
    const auto is_known = co_await has_registry(records);
    if (!is_known) co_return std::unexpected(is_known.error());
    if (keys.ring.is_empty() && !*is_known) {
        auto made = tickets::make_key_file(keys.file, world.clock.now(), world.random);
        if (!made) co_return std::unexpected(made.error());
        keys.ring = *std::move(made);
    }
    auto registry = co_await compare_ticket_keys(records, keys, FirstUse::leave);
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
    return folder->folder / tickets::kKeyFileName;
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
compare_ticket_keys(store::SideRecords& records, const TicketKeys& keys, FirstUse first_use) {
    using Amended = Result<std::optional<std::string>, Fault>;
    std::optional<KeyRegistry> registry;
    auto amend = [&](const std::optional<std::string>& record) -> Amended {
        auto known = tickets::read_registry(record);
        if (!known) return std::unexpected(std::move(known.error()));
        registry = *std::move(known);
        auto next = next_registry(keys, registry, first_use);
        if (!next) return std::unexpected(std::move(next.error()));
        if (!*next) return std::nullopt;
        registry = *std::move(next);
        return write_registry(*registry);
    };
    const auto amended =
        co_await amend_record(records, std::string{tickets::kKeyRegistryRecord}, std::move(amend));
    if (!amended) co_return std::unexpected(amended.error());
    co_return registry;
}

}  // namespace frontrow::app
