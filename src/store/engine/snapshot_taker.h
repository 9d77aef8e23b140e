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

/// Has a child process take a snapshot whenever one is due, and takes one itself at a stop. One
/// thread.
class SnapshotTaker {
public:
    struct Settings {
        /// What takes a snapshot and exits 0; never, if empty.
        std::vector<std::string> command;
        /// The command's, each as NAME=value: what a list of processes doesn't show.
        std::vector<std::string> environment = {};
        std::uint64_t bytes_min = 64 << 20;
    };

    /// What the process began with.
    struct Begun {
        /// Where snapshots lie.
        std::filesystem::path folder;
        /// Of its snapshot, 0 if there was none, and what the journal had up to there.
        unsigned generation = 0;
        std::uint64_t bytes = 0;
    };

    /// `on_trouble` is told when one couldn't be taken; it is tried again when the next is due.
    SnapshotTaker(Settings settings, Begun begun, std::function<void(const io::Fault&)> on_trouble);

    /// Looks after the child, and starts one if it's time; ten times a second. Never waits.
    void look(std::uint64_t journal_bytes);
    /// Leaves a snapshot behind, if a start would have much to read without it and the one that the
    /// process began with wasn't of the last generation. Ends the child.
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
