#pragma once

#include "domain/inventory.h"
#include "io/child_process.h"
#include "io/fault.h"
#include "store/engine/journal_end.h"
#include "store/engine/snapshot_schedule.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::store::engine {

/// Starts a child process that takes a snapshot whenever one is due, and takes one itself at
/// shutdown. One thread.
class SnapshotTaker {
public:
    struct Settings {
        /// The command that takes a snapshot and exits with 0; empty: never.
        std::vector<std::string> command;
        /// The command's environment, as NAME=value: a list of processes doesn't show it.
        std::vector<std::string> environment = {};
        std::uint64_t bytes_min = 64 << 20;
    };

    /// What the process started from.
    struct Begun {
        /// The folder of the snapshots.
        std::filesystem::path folder;
        /// The generation of its snapshot, 0 if there was none, and the journal's size up to there.
        unsigned generation = 0;
        std::uint64_t bytes = 0;
    };

    /// `on_trouble` is called when a snapshot couldn't be taken; the next try is when the next one
    /// is due.
    SnapshotTaker(Settings settings, Begun begun, std::function<void(const io::Fault&)> on_trouble);

    /// Checks the child, and starts one if it is time; call it ten times a second. Never blocks.
    void look(std::uint64_t journal_bytes);
    /// Takes a snapshot at shutdown, if a start would have much to read without it and the
    /// process's own snapshot wasn't of the last generation. Ends the child.
    void finish(const domain::Inventory& state, const JournalEnd& end, std::uint64_t journal_bytes);

private:
    void child_ended(int exit_code);

    Settings settings_;
    Begun begun_;
    SnapshotSchedule schedule_;
    std::function<void(const io::Fault&)> on_trouble_;
    std::optional<io::ChildProcess> child_;
};

}  // namespace frontrow::store::engine
