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

/// Starts a child process that takes a snapshot, whenever one is due. At shutdown, takes a snapshot
/// in this process. One thread.
class SnapshotTaker {
public:
    struct Settings {
        /// The command that takes a snapshot and exits with 0. If empty, none are taken.
        std::vector<std::string> command;
        /// The command's environment, as NAME=value. Other users can see a process's arguments, but
        /// not its environment.
        std::vector<std::string> environment = {};
        std::uint64_t bytes_min = 64 << 20;
    };

    /// What the process started from.
    struct Begun {
        /// The folder of the snapshots.
        std::filesystem::path folder;
        /// The generation of the snapshot (0 if there was none), and the journal's size up to it.
        unsigned generation = 0;
        std::uint64_t bytes = 0;
    };

    /// `on_trouble` is called when a snapshot couldn't be taken. It isn't tried again before the
    /// next one is due.
    SnapshotTaker(Settings settings, Begun begun, std::function<void(const io::Fault&)> on_trouble);

    /// Checks the child, and starts one if it is time; call it ten times a second. Never blocks.
    void look(std::uint64_t journal_bytes);
    /// Call it at shutdown: ends the child, and takes a snapshot if a start would have much to read
    /// without it. Takes none if the process started from a snapshot of the last generation (see
    /// kGenerationsMax): the next one must be made from the journal's beginning, which takes long.
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
