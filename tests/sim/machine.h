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

/// What was counted in two processes.
Node::Counts sum(const Node::Counts& a, const Node::Counts& b);

/// A machine of the cluster and the process on it, which does one thing after another, each of
/// which takes a while. Between any two it can be stopped or die.
class Machine {
public:
    struct Settings {
        Node::Settings node;
        /// To the database and back.
        Time trip = std::chrono::microseconds{100};
    };

    Machine(VirtualTime& time, SimDatabase& database, const Settings& settings);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// A new process, which reads the journal and then serves.
    void start();
    /// The process ends and all that it knew is gone. What it sent may arrive yet.
    void kill();
    /// The process does nothing for so long, from its next step but so many on.
    void pause(std::uint64_t steps, Time by);
    /// Another fact becomes true in this process than anywhere else.
    void diverge();
    /// What this process knows isn't so any more: it may say so, and end.
    void expect_end() { may_end_ = true; }
    void heal();

    /// Has something done in the process: nothing comes of it if that ends before.
    void deliver(Action action) { deliver(life_, std::move(action)); }
    /// Null while none serves.
    Node* node() { return node_.get(); }
    domain::Inventory& state() { return *state_; }
    SimJournal& journal() { return *journals_.back(); }
    MachineClock& clock() { return clock_; }
    const MachineClock& clock() const { return clock_; }
    /// Of all processes that there were here.
    Node::Counts counts() const;
    /// How long commands took that were answered here.
    std::vector<Time>& latencies() { return latencies_; }

    /// Tells one process from another.
    std::uint64_t life() const { return life_; }
    bool has_failed() const { return has_failed_; }
    bool has_diverged() const { return has_diverged_; }
    /// Since then it ran without a pause.
    Time runs_since() const { return paused_until_; }
    /// Heads up to which readers of a feed were told here.
    const std::vector<Head>& told() const { return told_; }
    /// Everything that was wrong with a state or a start.
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    void serve(const std::vector<Batch>& batches);
    /// Of its own accord, as a process does that has failed.
    void close(std::uint64_t life);
    void deliver(std::uint64_t life, Action action);
    void run();
    /// What the process has had to do for its last step.
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
    /// Also those of processes that have ended: answers are on their way to them.
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
    /// Of the newest batch that this process knows.
    Head newest_;
    std::vector<Head> told_;
    std::vector<std::string> complaints_;
};

}  // namespace frontrow::sim
