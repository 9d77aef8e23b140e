#pragma once

#include "base/instant.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "sim/sim_database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::sim {

/// One time that a command was given to a node, and what came of it.
struct Attempt {
    /// Of this attempt alone: its facts are found by it.
    TraceId trace;
    domain::Command command;
    /// How far the journal was known to anybody when it was asked, and to the node when it
    /// answered.
    std::uint64_t seq_before = 0;
    std::uint64_t seq_after = 0;
    /// The node's time then.
    Instant at_before{};
    Instant at_after{};
    /// As it was told.
    std::optional<domain::Outcome> outcome;
    /// It was told that nothing was done.
    bool is_undone = false;
};

/// All that was told to anybody in one run.
struct History {
    std::vector<Attempt> attempts;
    /// What the state of a node that was at a boundary was there.
    struct Sight {
        std::uint64_t seq = 0;
        Bits128 digest;
    };
    std::vector<Sight> sights;
    /// Up to where a feed told a reader of the journal, and the state that comes of that.
    std::vector<Sight> feeds;
    /// How far a node's time may have been from what it was before and after an attempt.
    Millis clocks_differ{};
};

/// What is wrong with a history, by the journal that is left of it. Decides each attempt once more
/// at the place where its facts are, or, if it made none, at each place where its node may have
/// decided it: some must come to the same. Also proves the chain, the digests, and what
/// domain::Audit proves.
std::vector<std::string> judge(const std::vector<Batch>& journal, const History& history);

}  // namespace frontrow::sim
