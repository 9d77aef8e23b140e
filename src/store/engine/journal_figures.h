#pragma once

#include "telemetry/figures.h"

#include <cstdint>

namespace frontrow::store::engine {

/// Counts of one process's commands and batches.
struct JournalCounts {
    std::uint64_t commands = 0;
    /// How often a command was decided.
    std::uint64_t decisions = 0;
    /// Batches that became the next in the journal, and batches that lost against another node's.
    std::uint64_t won = 0;
    std::uint64_t lost = 0;
    /// The last fact of the journal that this process knows.
    std::uint64_t last_seq = 0;
};

inline void measure(telemetry::Figures& figures, const JournalCounts& counts) {
    const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
    figures.count("journal_commands_total", "Commands taken.", number(counts.commands));
    figures.count(
        "journal_decisions_total",
        "Decisions of commands: more than commands if lost batches were decided again.",
        number(counts.decisions)
    );
    constexpr auto kAppends = "journal_appends_total";
    constexpr auto kHelp = "Batches sent to the journal, by whether they were the next in it.";
    figures.count(kAppends, kHelp, number(counts.won), {{"result", "won"}});
    figures.count(kAppends, kHelp, number(counts.lost), {{"result", "lost"}});
    figures.gauge("journal_last_seq", "The last fact that is known here.", number(counts.last_seq));
}

}  // namespace frontrow::store::engine
