#pragma once

#include "domain/inventory.h"
#include "sim/sim_database.h"
#include "sim/sim_journal.h"
#include "sim/virtual_time.h"
#include "store/cluster/node.h"
#include "support/seeded_random.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace frontrow::sim {

using store::cluster::Node;

/// The sum of the counts of two processes.
Node::Counts sum(const Node::Counts& a, const Node::Counts& b);

/// A machine of the cluster and its process. The process does one step after another, and each
/// takes time. Between two steps it can be paused or killed.
class Machine {
public:
    struct Settings {
        Node::Settings node;
        /// The round trip to the database.
        Time trip = std::chrono::microseconds{100};
    };

    Machine(VirtualTime& time, SimDatabase& database, const Settings& settings);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// Starts a new process, which reads the journal and then serves.
    void start();
    /// Ends the process, which loses its memory. Messages that it sent may still arrive.
    void kill();
    /// Pauses the process for this long, after this many more steps.
    void pause(std::uint64_t steps, Time by);
    /// Makes one fact in this process differ from the journal.
    void diverge();
    /// The journal no longer contains what this process knows: from now on the process may report
    /// that and exit.
    void expect_end() { may_end_ = true; }
    void heal();

    /// Runs the action in the process, or not at all if the process ends first.
    void deliver(Action action) { deliver(life_, std::move(action)); }
    /// Null while no node serves.
    Node* node() { return node_.get(); }
    domain::Inventory& state() { return *state_; }
    SimJournal& journal() { return *journals_.back(); }
    MachineClock& clock() { return clock_; }
    const MachineClock& clock() const { return clock_; }
    /// The sum over all processes that ran here.
    Node::Counts counts() const;
    /// How long the commands answered here took.
    std::vector<Time>& latencies() { return latencies_; }

    /// The number of the current process: each start has another.
    std::uint64_t life() const { return life_; }
    bool has_failed() const { return has_failed_; }
    bool has_diverged() const { return has_diverged_; }
    /// The time since which the process has run without a pause.
    Time runs_since() const { return paused_until_; }
    /// The heads up to which feeds here have delivered facts.
    const std::vector<Head>& told() const { return told_; }
    /// All problems found in a state or at a start.
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    void serve(const std::vector<Batch>& batches);
    /// Ends the process as if its store had failed, and starts a new one.
    void close(std::uint64_t life);
    void deliver(std::uint64_t life, Action action);
    void run();
    /// The time that the process needs for its last step.
    Time work();
    void wake_at(Time shown);

    VirtualTime& time_;
    SimDatabase& database_;
    Settings settings_;
    MachineClock clock_;
    test::SeededRandom random_;

    std::uint64_t life_ = 0;
    std::unique_ptr<domain::Inventory> state_;
    std::unique_ptr<Node> node_;
    /// Includes those of processes that have ended: answers to them may still be under way.
    std::vector<std::unique_ptr<SimJournal>> journals_;
    std::deque<Action> inbox_;
    bool is_running_ = false;
    std::set<Time> wakes_;

    std::optional<std::uint64_t> steps_until_pause_;
    Time pause_{};
    Time paused_until_{};
    bool has_failed_ = false;
    bool has_diverged_ = false;
    bool may_end_ = false;
    std::uint64_t wins_when_diverged_ = 0;
    Node::Counts before_;
    Node::Counts worked_;
    std::vector<Time> latencies_;
    /// The newest batch that this process knows.
    Head newest_;
    std::vector<Head> told_;
    std::vector<std::string> complaints_;
};

}  // namespace frontrow::sim
