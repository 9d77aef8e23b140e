#pragma once

#include <algorithm>
#include <cstdint>

namespace frontrow::store::engine {

/// Decides when the next snapshot is due: when the journal has grown by `bytes_min` of facts and by
/// an eighth of its size. So a start reads few facts, and all snapshots of a growing journal
/// together cost only a few times the last one.
///
/// During a rush, which needs every core, it waits for twice that growth. On two cores a snapshot
/// lowers the sale's rate by a seventh; a start needs about a second to read the extra facts.
class SnapshotSchedule {
public:
    /// `last_bytes`: the journal's size at the newest snapshot.
    SnapshotSchedule(std::uint64_t bytes_min, std::uint64_t last_bytes)
        : bytes_min_{bytes_min}, last_bytes_{last_bytes}, seen_bytes_{last_bytes} {}

    /// Call it ten times a second. After it returns true, the next snapshot is due when the journal
    /// has grown as much again, even if this one fails: it isn't tried again at once.
    bool is_due(std::uint64_t journal_bytes) {
        const bool is_rush = journal_bytes - seen_bytes_ > bytes_min_ / kRushPart;
        seen_bytes_ = journal_bytes;
        const auto step = std::max(bytes_min_, last_bytes_ / 8);
        if (journal_bytes - last_bytes_ < (is_rush ? 2 * step : step)) return false;
        last_bytes_ = journal_bytes;
        return true;
    }
    /// True if the journal has grown enough for a snapshot at shutdown.
    bool is_worth_one_at_stop(std::uint64_t journal_bytes) const {
        return journal_bytes - last_bytes_ >= bytes_min_ / 4;
    }

private:
    /// It is a rush if the journal grows by more than this part of `bytes_min` per tick. For 64 MiB
    /// that is 128 KiB: some 2,000 reservations a second.
    static constexpr std::uint64_t kRushPart = 512;

    std::uint64_t bytes_min_;
    std::uint64_t last_bytes_;
    std::uint64_t seen_bytes_;
};

}  // namespace frontrow::store::engine
