#pragma once

#include "domain/seat_group.h"
#include "domain/seat_rows.h"
#include "domain/segment_scan.h"
#include "domain/segment_tree.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace frontrow::domain {

/// The best group of each segment, for one wish. A tree over the segments compares them, so the
/// best of all is known without a search. A segment that has changed has a bound instead of a
/// group, until it is scanned. As long as other groups are better than the bound, it needn't be.
class SeatRanking {
public:
    static constexpr Cost kNoGroup = std::numeric_limits<Cost>::max();

    struct Entry {
        /// No group in the segment is better. Worse than all groups if there is none.
        SeatGroup group{.score = kNoGroup};
        std::uint32_t segment : 31 = 0;
        /// The group is the best in the segment, and not only a bound.
        bool is_exact : 1 = false;

        bool is_none() const { return group.score == kNoGroup; }
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// No segment has been scanned. `tree` knows which ones can't have a group.
    SeatRanking(const GroupWish& wish, const SeatRows& rows, const SegmentTree& tree);

    const GroupWish& wish() const { return wish_; }
    const Entry& entry(std::size_t segment) const { return entries_[leaves_ + segment]; }
    /// The best entry of these segments. Of equal ones any: they are the same group.
    Entry best(SegmentRange segments) const;

    /// What a scan of the segment found.
    void learn(std::size_t segment, const std::optional<SeatGroup>& group);
    /// The segment's free seats may be others.
    void forget(std::size_t segment, const SeatRows& rows, const SegmentTree& tree);

private:
    Entry bound_of(std::size_t segment, const SeatRows& rows, const SegmentTree& tree) const;
    void set(const Entry& entry);

    GroupWish wish_;
    /// The number of the first leaf: a power of two. The children of node i are 2i and 2i + 1.
    std::size_t leaves_;
    std::vector<Entry> entries_;
};

/// The rankings for the last wishes. It must be told of every segment whose free seats change, and
/// notes it in constant time. The rankings learn of it when the next choice is made.
class SeatRankings {
public:
    explicit SeatRankings(const SeatRows& rows) : changes_(rows.segments().size()) {}

    /// The segment's free seats may be others from now on.
    void note_change(std::size_t segment) { note(segment, Change::lasting); }
    /// The segment's free seats may be others until the next choice is made, and again after it.
    void note_passing_change(std::size_t segment) { note(segment, Change::passing); }

    /// Notes every change that `others` still have noted.
    void note_changes_of(const SeatRankings& others) {
        for (const auto segment : others.changed_)
            note(segment, others.changes_[segment]);
    }

    /// The ranking for the wish. Valid until the next call.
    SeatRanking& find(const GroupWish& wish, const SeatRows& rows, const SegmentTree& tree);
    /// Whether one of the last wishes near a seat was near the same seat. Remembers this one.
    bool was_near(const Focus& focus);
    /// Forgets the groups of the segments that have changed. To be called once before each choice.
    void forget_changed(const SeatRows& rows, const SegmentTree& tree);

    /// CHECKs that no change was forgotten.
    void verify(const SeatRows& rows, FreeSeats free) const;

private:
    /// Wishes differ in size and price. Each ranking takes 32 to 64 bytes a segment.
    static constexpr std::size_t kRankings = 32;
    static constexpr std::size_t kNear = 8;

    enum class Change : std::uint8_t { none, lasting, passing };
    struct Used {
        SeatRanking ranking;
        /// The value of `uses_` when it was used last.
        std::uint64_t last_use = 0;
    };

    void note(std::size_t segment, Change change) {
        if (changes_[segment] == Change::none)
            changed_.push_back(static_cast<std::uint32_t>(segment));
        changes_[segment] = std::max(changes_[segment], change);
    }

    std::vector<Used> rankings_;
    std::uint64_t uses_ = 0;
    /// What the last wishes near a seat were near to. The oldest is at `oldest_near_`.
    std::array<Focus, kNear> near_{};
    std::size_t oldest_near_ = 0;
    /// By segment.
    std::vector<Change> changes_;
    /// The segments with a change.
    std::vector<std::uint32_t> changed_;
};

}  // namespace frontrow::domain
