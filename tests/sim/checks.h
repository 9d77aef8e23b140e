#pragma once

#include "base/instant.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "sim/sim_database.h"
#include "support/fact_counts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::sim {

/// One command given to a node, and its answer.
struct Attempt {
    /// Unique to this attempt, so that its facts can be found.
    TraceId trace;
    domain::Command command;
    /// The last fact that any client had been told of when the command was given, and the last fact
    /// that the node knew when it answered.
    std::uint64_t seq_before = 0;
    std::uint64_t seq_after = 0;
    /// The node's time at these two moments.
    Instant at_before{};
    Instant at_after{};
    /// The answer as the node gave it.
    std::optional<domain::Outcome> outcome;
    /// The node answered that nothing was done.
    bool is_undone = false;
};

/// All answers to all clients of one run.
struct History {
    std::vector<Attempt> attempts;
    /// The state of a node at the end of a batch.
    struct Sight {
        std::uint64_t seq = 0;
        Bits128 digest;
    };
    std::vector<Sight> sights;
    /// For each feed: the last position that it delivered, and the state at that position.
    std::vector<Sight> feeds;
    /// How far before or after `at_before` and `at_after` an attempt may have been decided.
    Millis clocks_differ{};
};

struct Judgement {
    std::vector<std::string> complaints;
    test::FactCounts facts{};
};

/// Returns what is wrong with a history, given the journal at the end of the run. Decides each
/// attempt again at the place of its facts or, if it made none, at each place where its node may
/// have decided it: at least one must give the same outcome. Also checks the hash chain, the
/// digests, and everything that domain::Audit checks.
Judgement judge(const std::vector<Batch>& journal, const History& history);

}  // namespace frontrow::sim
