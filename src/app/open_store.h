#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/disk_space.h"
#include "io/fault.h"
#include "io/postgres/pg_options.h"
#include "io/random.h"
#include "io/redis/redis_url.h"
#include "store/cluster/cluster_store.h"
#include "store/sqlite/embedded_store.h"
#include "store/store.h"
#include "telemetry/log.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace frontrow::app {

/// A node on PostgreSQL, optionally with Redis as its gate.
struct ClusterSettings {
    io::postgres::PgOptions database;
    /// The source of the database's URL, for the log.
    std::string origin = {};
    /// Whether to migrate the schema at the start.
    bool migrates = true;
    std::optional<io::RedisAddress> redis;
    /// The folder of the node's snapshots, which is created if it is missing, and the command that
    /// takes them.
    std::optional<store::cluster::ClusterStore::Cache> cache;
};

using StoreChoice = std::variant<store::sqlite::EmbeddedStore::Settings, ClusterSettings>;

/// The store's dependencies, so that tests can replace them. All of them outlive the store.
struct StoreWorld {
    const io::Clock& clock;
    io::Random& random;
    const io::DiskSpace& disk;
    const telemetry::Log& log;
    /// Called when the journal has failed: nothing more will be sold, and the process should end.
    std::function<void()> on_failure;
    /// Called instead of the log on each failed attempt to reach the database. May be empty.
    std::function<void(const io::Fault&)> on_unreachable = {};
};

/// Opens the chosen store. A cluster store connects in the background; is_ready() tells when.
/// Faults: those of the embedded store's open(); unavailable if the folder of the snapshots can't
/// be created.
Result<std::unique_ptr<store::Store>, io::Fault>
open_store(const io::Executor& executor, StoreChoice choice, const StoreWorld& world);

}  // namespace frontrow::app
