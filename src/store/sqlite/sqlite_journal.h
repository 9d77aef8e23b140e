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

/// An engine's journal in a data folder. Removed or replaced files are a fault, and so is a log
/// that can't be moved into the database.
class SqliteJournal final : public engine::Journal {
public:
    struct Settings {
        engine::SnapshotTaker::Settings snapshots;
        /// With less free disk space than this, commands that claim or add something should be
        /// refused.
        std::uint64_t disk_reserve = 0;
        /// The generation of the snapshot that the engine started from.
        unsigned generation = 0;
        /// Bytes of facts up to that snapshot.
        std::uint64_t snapshot_bytes = 0;
        /// The name of the SQLite VFS of the committer's journal; empty means the system's.
        std::string vfs = {};
    };

    /// `on_trouble` is called when a snapshot couldn't be taken. It and `disk` must outlive the
    /// journal.
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
    /// Also takes a snapshot if the journal has grown enough.
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
