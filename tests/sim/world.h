#pragma once

#include "sim/checks.h"
#include "sim/machine.h"
#include "sim/sale.h"
#include "sim/sim_database.h"
#include "sim/virtual_time.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::sim {

/// The failures that can happen. Each strikes at random moments and is repaired after a while.
enum class Failure {
    kill,
    pause,
    cut,
    stall,
    lost_acknowledgement,
    stuck_commit,
    database_restart,
    machine_clock,
    database_clock,
    far_machine,
    divergence,
    lossy_fail_over,
    /// A process starts while others restore what a fail-over lost.
    start_amid_a_fail_over,
    /// From now on the journal has another history, so no process finds what it knows.
    fork,
};

/// The time until all nodes know a batch, including nodes without requests.
constexpr Time kToBeKnown = std::chrono::milliseconds{500};

struct Scenario {
    /// The number of machines; 0 means that the seed chooses one to five.
    std::size_t machines = 0;
    /// Buyers per machine. Each sends one request after another, with pauses.
    std::size_t buyers = 3;
    Time think = std::chrono::milliseconds{15};
    /// For each machine, the time between two visitors. Each visitor sends one request, regardless
    /// of how many wait.
    Time between_visitors = std::chrono::milliseconds{30};
    /// Failures strike for this long. Then all are repaired.
    Time duration = std::chrono::milliseconds{1'500};
    Time between_failures = std::chrono::milliseconds{100};
    std::vector<Failure> failures = {};
    unsigned big_percent = 2;
    std::uint64_t big_block = 1'000;
    /// The last machine is further away than the others.
    Time trip_of_last = std::chrono::microseconds{100};
    /// The most batches that a fail-over loses.
    std::size_t lost_most = 20;
};

/// The result of one run.
struct Report {
    /// Violations of the promises.
    std::vector<std::string> complaints;
    /// The hash of the journal's last batch, and so of the whole journal.
    io::Sha256Digest hash{};
    std::size_t batches = 0;
    std::size_t answers = 0;
    test::FactCounts facts{};
    std::vector<Node::Counts> counts;
    /// How long commands took, by machine.
    std::vector<std::vector<Time>> latencies = {};
};

/// A cluster, its clients, and the failures of both.
class World {
public:
    World(const Scenario& scenario, std::uint64_t seed);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Report run();

private:
    /// When a process received a question, and the time on its machine's clock.
    struct Asked {
        Time at{};
        Time shown{};
    };

    using Told = std::function<void(const Result<domain::Outcome, io::Fault>&)>;

    // Clients.

    void open_sale();
    void buyer(std::size_t home);
    void visitors(std::size_t home);
    void reader(std::size_t home);
    /// Repeats the command, on another machine if necessary, until its outcome is known. Gives up
    /// if that takes too long.
    void insist(
        std::size_t machine,
        const domain::Command& command,
        int tries,
        std::function<void()> then
    );
    void ask(Machine& machine, const domain::Command& command, Told told);
    void read(Machine& machine, std::function<void(bool)> told);
    void
    hear(Machine& machine, std::size_t attempt, const Result<domain::Outcome, io::Fault>& answer);
    void expect_in_time(const Machine& machine, const Asked& asked);
    void reach(std::uint64_t before, std::uint64_t seq);

    // Failures.

    void disturb();
    void strike(Failure failure, Machine& machine);
    void heal();
    /// Whether a machine serves again.
    struct Served {
        Time until{};
        bool a_command = false;
        bool a_read = false;
    };
    void probe();
    void probe(Machine& machine, const std::shared_ptr<Served>& served);
    Time a_while(Time at_most);

    void complain(std::string what) { report_.complaints.push_back(std::move(what)); }
    void finish();

    Scenario scenario_;
    VirtualTime time_;
    SimDatabase database_;
    Sale sale_;
    std::vector<std::unique_ptr<Machine>> machines_;
    Time failures_until_{};
    Time clients_until_{};
    /// The time until all machines serve again, after all failures are repaired.
    Time recovery_ = std::chrono::seconds{2};
    History history_;
    /// The last fact that any client has been told of.
    std::uint64_t known_seq_ = 0;
    /// For each question without an answer: the process that was asked.
    std::map<std::size_t, std::pair<const Machine*, std::uint64_t>> unanswered_;
    Report report_;
};

}  // namespace frontrow::sim
