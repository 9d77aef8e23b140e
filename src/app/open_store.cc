#include "app/open_store.h"

#include "app/outage_log.h"
#include "io/postgres/pg_address.h"
#include "store/engine/journal.h"
#include "store/engine/snapshot.h"
#include "store/postgres/postgres_journal.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace frontrow::app {
namespace {

using store::Store;
using store::cluster::ClusterStore;
using store::postgres::PostgresJournal;
using store::sqlite::EmbeddedStore;
using Opened = Result<std::unique_ptr<Store>, io::Fault>;

std::function<void(const io::Fault&)> end_with(const StoreWorld& world, const char* message) {
    return [&log = world.log, then = world.on_failure, message](const io::Fault& fault) {
        log.error(message, {{"error", fault.what}});
        then();
    };
}

std::function<void(const io::Fault&)> warn_of_snapshot(const StoreWorld& world) {
    return [&log = world.log](const io::Fault& fault) {
        log.warn("a snapshot was not used or not taken", {{"error", fault.what}});
    };
}

void log_read(const telemetry::Log& log, std::uint64_t facts, std::uint64_t read_from) {
    log.info(
        "the journal is read",
        {{"facts", std::to_string(facts)}, {"read_from", std::to_string(read_from)}}
    );
}

/// Called once when the clock jumps, and once when it agrees again.
void log_clock_news(const telemetry::Log& log, EmbeddedStore::ClockNews news, Millis wall_ahead) {
    const auto ahead = std::to_string(wall_ahead.count());
    switch (news) {
        case EmbeddedStore::ClockNews::long_after_newest_fact:
            log.warn(
                "the machine's clock is days after the newest fact; if it is wrong, stop and set "
                "it right before it ends holds and sales",
                {{"ahead_ms", ahead}}
            );
            break;
        case EmbeddedStore::ClockNews::disagrees:
            log.error(
                "the machine's clock has jumped or is wrong; time goes on without it",
                {{"ahead_ms", ahead}}
            );
            break;
        case EmbeddedStore::ClockNews::agrees_again:
            log.info("the machine's clock is right again", {{"ahead_ms", ahead}});
            break;
    }
}

/// Called once when the disk becomes nearly full, and once when it has room again.
void log_room(
    const telemetry::Log& log,
    const std::filesystem::path& folder,
    const store::engine::Journal::Health& health
) {
    const auto left = std::to_string(health.free_bytes.value_or(0));
    if (health.is_low) {
        log.warn(
            "the disk is nearly full: no new holds, events or seats until there is room again",
            {{"folder", folder.string()}, {"free_bytes", left}}
        );
    } else {
        log.info(
            "the disk has room again: everything is sold again",
            {{"folder", folder.string()}, {"free_bytes", left}}
        );
    }
}

Opened
open(const io::Executor& executor, EmbeddedStore::Settings settings, const StoreWorld& world) {
    const auto folder = settings.folder;
    auto opened = EmbeddedStore::open(
        std::move(settings),
        {.owner = executor,
         .clock = world.clock,
         .disk = world.disk,
         .on_failure = end_with(world, "the journal failed; nothing more is sold until a restart"),
         .on_trouble = warn_of_snapshot(world),
         .on_clock_news = [&log = world.log](
                              EmbeddedStore::ClockNews news, Millis wall_ahead
                          ) { log_clock_news(log, news, wall_ahead); },
         .on_room_news = [&log = world.log,
                          folder](const auto& health) { log_room(log, folder, health); },
         .on_unread_facts =
             [&log = world.log](const io::Fault& fault) {
                 log.warn("facts could not be read from the journal", {{"error", fault.what}});
             }}
    );
    if (!opened) return std::unexpected(opened.error());
    if ((*opened)->is_new()) {
        world.log.warn(
            "a new, empty store was made; if there should be one, --data-dir names another folder",
            {{"folder", folder.string()}}
        );
    } else if ((*opened)->head_was_missing()) {
        world.log.warn(
            "journal.head was missing or damaged and is written again: nothing proves that the "
            "newest facts are not lost",
            {{"facts", std::to_string((*opened)->inventory().last_seq())}}
        );
    }
    log_read(world.log, (*opened)->inventory().last_seq(), (*opened)->started_from());
    return std::move(*opened);
}

using OnContact = std::function<void(const Result<void, io::Fault>&)>;

OnContact log_outages(const StoreWorld& world, OutageLog::Words words) {
    return [log = std::make_shared<OutageLog>(world.log, world.clock, words)](const auto& contact) {
        log->note(contact);
    };
}

OnContact database_watcher(const StoreWorld& world) {
    if (world.on_unreachable) {
        return [tell = world.on_unreachable](const auto& contact) {
            if (!contact) tell(contact.error());
        };
    }
    return log_outages(
        world,
        {.is_away = "the database doesn't answer",
         .is_still_away = "the database still doesn't answer",
         .is_back = "the database answers again"}
    );
}

OnContact gate_watcher(const StoreWorld& world) {
    return log_outages(
        world,
        {.is_away = "the gate (Redis) is away; selling goes on without it",
         .is_still_away = "the gate (Redis) is still away; selling goes on without it",
         .is_back = "the gate (Redis) is back"}
    );
}

/// Returns what ends the node when its store has failed. If the database is unusable, the log
/// doesn't promise a restart, because only an operator can help.
std::function<void(const io::Fault&)>
end_of_node(const StoreWorld& world, const ClusterSettings& settings) {
    return [&log = world.log,
            failed = end_with(world, "the store failed; this node ends, to be started again"),
            refuse = world.on_unreachable,
            then = world.on_failure,
            store = io::postgres::name_of(settings.database.url),
            origin = settings.origin](const io::Fault& fault) {
        if (fault.kind != io::FaultKind::unusable) return failed(fault);
        if (refuse) return refuse(fault);
        log.error(
            "the database can't be used as it is; this node ends",
            {{"error", fault.what}, {"store", store}, {"from", origin}}
        );
        then();
    };
}

Opened open(const io::Executor& executor, ClusterSettings settings, const StoreWorld& world) {
    const auto on_trouble = [&log = world.log](const io::Fault& fault) {
        log.warn("the store is in trouble", {{"error", fault.what}});
    };
    const auto on_failure = end_of_node(world, settings);
    ClusterStore::Settings store;
    if (settings.cache) {
        std::error_code error;
        std::filesystem::create_directories(settings.cache->folder, error);
        if (error) {
            return std::unexpected(io::Fault{
                io::FaultKind::unavailable,
                "can't make " + settings.cache->folder.string() + ": " + error.message()
            });
        }
        store::engine::remove_unfinished_snapshots(settings.cache->folder);
        store.cache = std::move(settings.cache);
    }
    if (settings.redis)
        store.gate = store::cluster::SeatClaims::Settings{.redis = {.address = *settings.redis}};
    return std::make_unique<ClusterStore>(
        std::move(store),
        ClusterStore::Ports{
            .owner = executor,
            .clock = world.clock,
            .random = world.random,
            .on_trouble = on_trouble,
            .on_contact = database_watcher(world),
            .on_gate = gate_watcher(world),
            .on_failure = on_failure,
            .on_snapshot_trouble = warn_of_snapshot(world),
            .on_read = [&log = world.log](
                           std::uint64_t facts, std::uint64_t read_from
                       ) { log_read(log, facts, read_from); },
        },
        std::make_unique<PostgresJournal>(executor, std::move(settings.database), settings.migrates)
    );
}

}  // namespace

Opened open_store(const io::Executor& executor, StoreChoice choice, const StoreWorld& world) {
    return std::visit(
        [&](auto settings) { return open(executor, std::move(settings), world); }, std::move(choice)
    );
}

}  // namespace frontrow::app
