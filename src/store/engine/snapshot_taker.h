#pragma once

#include "io/child_process.h"
#include "io/fault.h"
#include "store/engine/snapshot_schedule.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::store::engine {

/// Has a child process take a snapshot whenever one is due. One thread.
class SnapshotTaker {
public:
    struct Settings {
        /// What takes a snapshot and exits 0; never, if empty.
        std::vector<std::string> command;
        std::uint64_t bytes_min = 64 << 20;
    };

    /// `snapshot_bytes`: what the journal had at the newest snapshot. `on_trouble` is told when one
    /// couldn't be taken; it is tried again when the next is due.
    SnapshotTaker(
        Settings settings,
        std::uint64_t snapshot_bytes,
        std::function<void(const io::Fault&)> on_trouble
    );

    /// Looks after the child, and starts one if it's time; ten times a second. Never waits.
    void look(std::uint64_t journal_bytes);
    /// Whether what was added since the last one, and would have to be read by a start, is worth
    /// one at a stop.
    bool is_worth_one(std::uint64_t journal_bytes) const {
        return schedule_.is_worth_one_at_stop(journal_bytes);
    }

private:
    void finish(int exit_code);

    Settings settings_;
    SnapshotSchedule schedule_;
    std::function<void(const io::Fault&)> on_trouble_;
    std::optional<io::ChildProcess> child_;
};

}  // namespace frontrow::store::engine
