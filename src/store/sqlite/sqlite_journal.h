#pragma once

#include "io/disk_space.h"
#include "store/engine/journal.h"
#include "store/engine/snapshot_taker.h"
#include "store/sqlite/committer.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/sqlite_fact_reader.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace frontrow::store::sqlite {

/// An engine's journal in a data folder. A file of it that was removed or replaced is a fault, and
/// so is a log that can't be moved into the database.
class SqliteJournal final : public engine::Journal {
public:
    struct Settings {
        engine::SnapshotTaker::Settings snapshots;
        /// Below this much free disk nothing new should be taken on.
        std::uint64_t disk_reserve = 0;
        /// Of the snapshot that its engine began with.
        unsigned generation = 0;
        /// How many bytes of facts there were up to that one.
        std::uint64_t snapshot_bytes = 0;
        /// The name of the SQLite VFS that the committer's journal has; the system's if empty.
        std::string vfs = {};
    };

    /// `on_trouble` is told when a snapshot couldn't be taken. It and `disk` outlive the journal.
    struct Ports {
        io::Executor owner;
        const io::DiskSpace& disk;
        std::function<void(const io::Fault&)> on_trouble;
    };

    SqliteJournal(
        Settings settings,
        Ports ports,
        DataFolder folder,
        std::unique_ptr<Committer> committer
    );

    void append(SharedFacts batch) override;
    Result<Health, io::Fault> look() override;
    void abandon(const io::Fault& why) override;
    /// Leaves a snapshot behind where it's worth one.
    Result<void, io::Fault> finish(const domain::Inventory& state) override;
    engine::FactReader& facts() override { return facts_; }

private:
    Health health() const;

    Settings settings_;
    Ports ports_;
    DataFolder folder_;
    std::unique_ptr<Committer> committer_;
    std::unique_ptr<engine::SnapshotTaker> snapshots_;
    SqliteFactReader facts_;
};

}  // namespace frontrow::store::sqlite
