#pragma once

#include "end_to_end/server.h"
#include "support/cutting_proxy.h"
#include "support/pgbouncer.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/temp_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

/// How long a test waits for sales to continue after one node or connection is lost. The documented
/// limit, which the bench measures, is shorter: here a slow machine runs three nodes and all
/// buyers.
inline constexpr std::chrono::seconds kBackWithin{30};

/// Frontrow nodes on a PostgreSQL of their own. Each node is a process that can be killed and
/// started again. Start the cluster from the main thread.
class Cluster {
public:
    enum class Standby { none, asynchronous, synchronous };

    struct Options {
        std::size_t nodes = 3;
        /// How many nodes, from the first one on, reach the database through proxy().
        std::size_t proxied = 0;
        /// The nodes reach the database through a PgBouncer in transaction mode.
        bool is_pooled = false;
        PostgresServer::Options postgres = {};
        /// The database's standby. With one, all nodes reach the database through proxy(), unless
        /// their URL names both servers.
        Standby standby = Standby::none;
        bool url_names_standby = false;
        /// The nodes have a Redis as their gate.
        bool has_gate = false;
        /// Whether the constructor starts the nodes and waits until they are ready.
        bool is_started = true;
        /// Each node keeps snapshots, in cache(its index).
        bool has_caches = false;
        /// For the nodes: `NAME=value`.
        std::vector<std::string> environment = {};
    };

    explicit Cluster(const Options& options);
    Cluster() : Cluster{Options{}} {}

    /// The server that accepts changes.
    PostgresServer& postgres() { return has_failed_over_ ? *standby_ : postgres_; }
    CuttingProxy& proxy() { return *proxy_; }
    std::filesystem::path cache(std::size_t node) const {
        return caches_.path() / std::to_string(node);
    }
    const PostgresServer& standby() const { return *standby_; }
    /// The proxy between the database and its standby.
    CuttingProxy& standby_proxy() { return *standby_proxy_; }
    RedisServer& redis() { return *redis_; }

    std::size_t size() const { return nodes_.size(); }
    Server& node(std::size_t index) { return *nodes_[index].server; }
    std::uint16_t port(std::size_t index) const { return nodes_[index].port; }
    std::vector<std::uint16_t> ports() const;
    Client client(std::size_t index) const { return Client{port(index)}; }

    /// Starts the node, always on the same port. It may not be ready when this returns. `program`
    /// names another build of Frontrow.
    void start_node(std::size_t index, const std::string& program = {});
    /// For the nodes that start from now on.
    void set_environment(std::vector<std::string> environment) {
        environment_ = std::move(environment);
    }
    /// Sends SIGKILL.
    void kill_node(std::size_t index) { nodes_[index].server.reset(); }
    /// Sends SIGTERM and returns the exit code; -1 if the node continued to run.
    int stop_node(std::size_t index);
    /// How a database ends: it closes its connections (heard), or becomes silent.
    enum class Ending { heard, silent };
    /// Ends the database, and lets its standby take its place for the nodes.
    void fail_over(Ending ending = Ending::heard);
    /// Returns when every running node is ready. Throws if one never is.
    void wait_until_ready() const;

    Finished verify() const { return run("verify"); }
    /// Runs `frontrow COMMAND --store …`, not through the proxy, until it ends.
    Finished run(const std::string& command, std::vector<std::string> arguments = {}) const;

private:
    struct Node {
        std::uint16_t port = 0;
        std::unique_ptr<Server> server;
    };

    std::string store_url(std::size_t node) const;
    void start_standby();

    PostgresServer postgres_;
    std::optional<CuttingProxy> standby_proxy_;
    std::optional<PostgresServer> standby_;
    bool url_names_standby_ = false;
    bool has_failed_over_ = false;
    std::optional<PgBouncer> pooler_;
    std::optional<CuttingProxy> proxy_;
    std::size_t proxied_ = 0;
    bool has_caches_ = false;
    std::vector<std::string> environment_;
    TempFolder caches_;
    std::optional<RedisServer> redis_;
    std::vector<Node> nodes_;
};

/// The test is skipped if there is no PostgreSQL.
class WithCluster : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = PostgresServer::why_not()) GTEST_SKIP() << *reason;
    }
};

/// Like WithCluster, but runs each test once without and once with the gate. The second run is
/// skipped if there is no Redis.
class WithAndWithoutGate : public WithCluster, public testing::WithParamInterface<bool> {
protected:
    void SetUp() override {
        WithCluster::SetUp();
        if (has_gate() && !RedisServer::is_installed())
            GTEST_SKIP() << "there is no redis-server here: scripts/install-deps.sh test";
    }
    static bool has_gate() { return GetParam(); }
};

/// The names of the test instances.
std::string name_of_gate(const testing::TestParamInfo<bool>& with);

/// A POST of a reservation.
Request reservation_of(
    const std::string& event,
    const std::vector<std::string>& seats,
    const std::string& user,
    const std::string& key
);

struct Errand {
    std::uint16_t port = 0;
    Request request;
};

/// Sends all errands, each over its own connection, before it reads the first answer. A request
/// without an answer gets status 0.
std::vector<Answer> at_once(const std::vector<Errand>& errands);

std::size_t count_status(const std::vector<Answer>& answers, unsigned status);

/// How long it takes until a server sells a seat. Tries the hall's seats one after the other, from
/// `next` on. Throws if none is sold.
std::chrono::milliseconds
time_until_sold(std::uint16_t port, const Hall& hall, std::size_t& next, const std::string& user);

/// The status of a GET, 0 if there was no answer.
unsigned status_of(std::uint16_t port, const std::string& target);

/// How many of the hall's seats are free according to this server; nothing if it doesn't say.
std::optional<std::uint64_t> count_free(Client& client, const Hall& hall);

}  // namespace frontrow::test
