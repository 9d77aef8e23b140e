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

namespace frontrow::store::sqlite {

/// The store of one machine: the engine on a journal in a data folder, which this process has to
/// itself.
class EmbeddedStore final : public engine::Engine {
public:
    using ClockNews = engine::ClockNews;

    struct Settings {
        std::filesystem::path folder;
        /// The name of an SQLite VFS; tests break the disk there.
        std::string vfs = {};
        /// What takes snapshots, and when. The folder is told to it with --data-dir.
        engine::SnapshotTaker::Settings snapshots = {};
        /// As the engine's.
        std::size_t waiting_max = 16'384;
        std::size_t batch_bytes_max = Journal::kFactsBytesMax / 10 * 9;
        /// Below this much free disk no new hold, event or seat is taken on; what ends or frees one
        /// is.
        std::uint64_t disk_reserve = 64 << 20;
        /// Starts although the wall clock is far behind the newest fact.
        bool accept_clock = false;
    };

    /// All outlive the store. `on_failure` is called on the owner's thread.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        const io::DiskSpace& disk;
        std::function<void(const io::Fault&)> on_failure;
        /// Told when a snapshot couldn't be used or taken: the next start takes longer, nothing
        /// else. May be empty.
        std::function<void(const io::Fault&)> on_trouble = {};
        /// With how far the wall clock is ahead of the newest fact, or else of the store's time.
        /// May be empty.
        std::function<void(ClockNews, Millis)> on_clock_news = {};
        /// As the engine's. May be empty.
        std::function<void(const engine::Journal::Health&)> on_room_news = {};
        /// As the engine's. May be empty.
        std::function<void(const io::Fault&)> on_unread_facts = {};
    };

    /// Locks the folder and goes along the journal, from a snapshot where there is one that fits.
    /// Time goes on from the newest fact or from the wall clock, whichever is later. Faults:
    /// in_use, corrupt, unavailable (also where the folder has files, and none of ours; where the
    /// wall clock is behind the newest fact by more than CarriedTime::kAgreement, unless that is
    /// accepted).
    static Result<std::unique_ptr<EmbeddedStore>, io::Fault> open(Settings settings, Ports ports);

    /// Whether the journal had no head, so that nothing proves that its end is whole.
    bool head_was_missing() const { return start_.head_was_missing; }
    /// Whether there was no journal, so that one was made.
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
