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

/// A node before PostgreSQL, and Redis as its gate where there is one.
struct ClusterSettings {
    io::postgres::PgOptions database;
    /// Where its URL stands, for the log.
    std::string origin = {};
    /// Whether to bring the schema up to date at the start.
    bool migrates = true;
    std::optional<io::RedisAddress> redis;
    /// Where the node's snapshots lie, and what takes them. The folder is made if need be.
    std::optional<store::cluster::ClusterStore::Cache> cache;
};

using StoreChoice = std::variant<store::sqlite::EmbeddedStore::Settings, ClusterSettings>;

/// The outside, so that a test can bring its own. All outlive the store.
struct StoreWorld {
    const io::Clock& clock;
    io::Random& random;
    const io::DiskSpace& disk;
    const telemetry::Log& log;
    /// The journal failed: nothing more will be sold, and the process should end.
    std::function<void()> on_failure;
    /// Told in place of the log each time that the database wasn't reached. May be empty.
    std::function<void(const io::Fault&)> on_unreachable = {};
};

/// Makes the store that was chosen. A cluster's connects in its own time: is_ready() tells. Faults:
/// as the embedded store's open(); unavailable, where a cache's folder can't be made.
Result<std::unique_ptr<store::Store>, io::Fault>
open_store(const io::Executor& executor, StoreChoice choice, const StoreWorld& world);

}  // namespace frontrow::app
