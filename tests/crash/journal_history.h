#pragma once

#include "domain/inventory.h"
#include "store/sqlite/journal.h"
#include "support/manual_clock.h"
#include "support/sale.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {

/// A made-up but possible sale, as batches of facts. Tests fill a journal with it, and expect the
/// same facts from the journal.
class History {
public:
    explicit History(std::uint64_t seed);

    /// Decides one more batch: first an event with its seats, then the actions of buyers and
    /// organiser.
    void add_batch(std::size_t facts);
    /// Appends the newest batch.
    Result<void, io::Fault> append_to(store::sqlite::Journal& journal) const;
    /// The same sale after its first `batches` batches.
    History until(std::uint64_t batches) const;

    std::uint64_t batches() const { return ends_.size(); }
    std::uint64_t last_seq() const { return inventory_->last_seq(); }
    /// The facts of the first `batches` batches, as lines.
    std::string_view lines_until(std::uint64_t batches) const;

private:
    struct End {
        std::size_t facts_wanted = 0;
        std::uint64_t seq = 0;
        std::size_t length = 0;
    };

    void record(const domain::Command& command);
    domain::Command next_command();
    domain::Command reserve(const std::string& user);
    domain::Command hold_back(bool adds_units);

    std::uint64_t seed_;
    std::mt19937_64 random_{seed_};
    std::unique_ptr<ManualClock> clock_ = std::make_unique<ManualClock>();
    std::unique_ptr<Sale> sale_ = std::make_unique<Sale>(*clock_, seed_);
    std::unique_ptr<domain::Inventory> inventory_ = std::make_unique<domain::Inventory>();
    EventId event_;
    domain::SeatIds seats_;
    std::vector<ReservationId> reservations_;
    std::string lines_;
    std::vector<End> ends_;
};

/// The files of a data folder at one moment, as a crash would leave them. The log's index (-shm) is
/// not on the disk.
struct CrashImage {
    std::string database;
    std::string log;
    std::string head;

    static CrashImage of(const std::filesystem::path& folder);
    /// Replaces the folder's content. An empty log or head leaves no file.
    void put_into(const std::filesystem::path& folder) const;
};

/// The result of opening and replaying a journal.
struct Recovery {
    std::optional<io::Fault> fault;
    store::engine::JournalEnd end;
    /// The delivered facts, converted back to lines.
    std::string lines;
};

Recovery
recover(const std::filesystem::path& folder, const std::string& vfs = {}, bool read_only = false);

}  // namespace frontrow::test
