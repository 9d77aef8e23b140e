#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/carried_time.h"
#include "io/clock.h"
#include "io/disk_space.h"
#include "io/fault.h"
#include "store/engine/engine.h"
#include "store/engine/snapshot_taker.h"
#include "store/sqlite/journal.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::store::sqlite {

/// The store of one machine: the engine on a journal in a data folder that only this process uses.
class EmbeddedStore final : public engine::Engine {
public:
    using ClockNews = engine::ClockNews;

    struct Settings {
        std::filesystem::path folder;
        /// The name of an SQLite VFS; tests inject disk faults there.
        std::string vfs = {};
        /// The command that takes snapshots, and when it runs. The folder is passed to it with
        /// --data-dir.
        engine::SnapshotTaker::Settings snapshots = {};
        /// As in the engine.
        std::size_t waiting_max = 16'384;
        std::size_t batch_bytes_max = Journal::kFactsBytesMax / 10 * 9;
        /// With less free disk space than this, new holds, events and seats are refused; commands
        /// that end or free a hold are still accepted.
        std::uint64_t disk_reserve = 64 << 20;
        /// Starts even if the wall clock is far behind the newest fact.
        bool accept_clock = false;
        /// The names of files in the folder that aren't the store's, and may be there first.
        std::vector<std::string> other_files = {};
    };

    /// All must outlive the store. `on_failure` is called on the owner's thread.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        const io::DiskSpace& disk;
        std::function<void(const io::Fault&)> on_failure;
        /// Called when a snapshot couldn't be used or taken. The only effect is a longer next
        /// start. May be empty.
        std::function<void(const io::Fault&)> on_trouble = {};
        /// Called with a clock event and how far the wall clock is ahead. At the start it is
        /// compared with the newest fact, later with the store's time. May be empty.
        std::function<void(ClockNews, Millis)> on_clock_news = {};
        /// As in the engine. May be empty.
        std::function<void(const engine::Journal::Health&)> on_room_news = {};
        /// As in the engine. May be empty.
        std::function<void(const io::Fault&)> on_unread_facts = {};
    };

    /// Locks the folder and replays the journal, from a matching snapshot if there is one. Time
    /// continues from the newest fact or from the wall clock, whichever is later. Faults: in_use,
    /// corrupt, unavailable. A folder with other files but none of ours is unavailable, and so is
    /// one whose newest fact is ahead of the wall clock by more than CarriedTime::kAgreement,
    /// unless `accept_clock` is set.
    static Result<std::unique_ptr<EmbeddedStore>, io::Fault> open(Settings settings, Ports ports);

    /// True if the journal had no head, so that nothing proves that its end is complete.
    bool head_was_missing() const { return start_.head_was_missing; }
    /// True if there was no journal and a new one was created.
    bool is_new() const { return start_.is_new; }
    /// The number of the first fact that the start had to read.
    std::uint64_t started_from() const { return start_.from; }

private:
    struct Start {
        std::uint64_t from = 0;
        bool head_was_missing = false;
        bool is_new = false;
    };

    EmbeddedStore(
        const Settings& settings,
        Ports ports,
        std::unique_ptr<domain::Inventory> state,
        io::CarriedTime time,
        Start start
    );

    Start start_;
};

}  // namespace frontrow::store::sqlite
