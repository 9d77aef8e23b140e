#pragma once

#include <algorithm>
#include <cstdint>

namespace frontrow::store::engine {

/// Says when the next snapshot is worth taking: when the journal has grown by `bytes_min` of facts,
/// and by an eighth of what it had. So a start has few facts to read, and the snapshots of a
/// growing journal together cost no more than some times their last.
///
/// While a rush is on, which needs every core, it waits, until twice as much has come: on two
/// cores a snapshot beside the sale costs a seventh of its rate, and a start reads what it waited
/// for in about a second.
class SnapshotSchedule {
public:
    /// `last_bytes`: what the journal had at the newest snapshot.
    SnapshotSchedule(std::uint64_t bytes_min, std::uint64_t last_bytes)
        : bytes_min_{bytes_min}, last_bytes_{last_bytes}, seen_bytes_{last_bytes} {}

    /// To be asked ten times a second. Once it has said so, the next is due when as much has come
    /// again: one that fails isn't tried again at once.
    bool is_due(std::uint64_t journal_bytes) {
        const bool is_rush = journal_bytes - seen_bytes_ > bytes_min_ / kRushPart;
        seen_bytes_ = journal_bytes;
        const auto step = std::max(bytes_min_, last_bytes_ / 8);
        if (journal_bytes - last_bytes_ < (is_rush ? 2 * step : step)) return false;
        last_bytes_ = journal_bytes;
        return true;
    }
    /// Whether what has come since the last one is worth one at a stop.
    bool is_worth_one_at_stop(std::uint64_t journal_bytes) const {
        return journal_bytes - last_bytes_ >= bytes_min_ / 4;
    }

private:
    /// Of 64 MiB 128 KiB: some 2,000 reservations a second.
    static constexpr std::uint64_t kRushPart = 512;

    std::uint64_t bytes_min_;
    std::uint64_t last_bytes_;
    std::uint64_t seen_bytes_;
};

}  // namespace frontrow::store::engine
