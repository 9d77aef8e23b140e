#pragma once

#include "base/money.h"
#include "base/result.h"
#include "base/small_vector.h"
#include "domain/seat_focus.h"
#include "domain/seat_ranking.h"
#include "domain/seat_rows.h"
#include "domain/segment_scan.h"
#include "domain/segment_tree.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace frontrow::domain {

/// What a buyer asks for who leaves the choice of seats to us.
struct SeatWish {
    std::uint32_t quantity = 1;
    std::optional<SectionIndex> section;
    std::optional<Amount> price_max;
    /// Choose near this seat, instead of near the event's focal point.
    std::optional<SeatIndex> near;
    /// Choose only among accessible and companion seats, at least one of them accessible.
    /// Otherwise none of them is chosen.
    bool accessible = false;
    /// If the seats aren't free together, choose as few groups as possible.
    bool allow_split = false;
    /// Seats that count as taken, such as those of an earlier choice.
    std::span<const SeatIndex> without;
};

/// In the order of their places; with a split, group by group.
using SeatChoice = SmallVector<SeatIndex, 4>;

/// `sold_out`: fewer seats are free than the wish asks for. `not_together`: enough are free, but
/// not as one group.
enum class NoSeats : std::uint8_t { sold_out, not_together };

/// Chooses the best free seats of an event.
///
/// A group consists of adjacent seats of one row. Its score is the sum of its seats' costs, plus 2
/// for each of its seats and each single free seat that it leaves between taken ones; the end of a
/// row and an aisle count as taken. A seat's cost is its distance from the focal point in seat
/// widths, where the depth counts four times with SeatPreference::front, and the width with
/// SeatPreference::middle, plus 10 if its view is restricted. The group with the lowest score is
/// chosen; among equals, the first in the order of the rows.
///
/// A group is never placed so that fewer further groups of its size fit into its run of free seats
/// than could. So groups of one size can fill a run. (In a stretch of more than kSegmentMax seats,
/// each segment counts as a run of its own.)
///
/// Remembers for each segment an upper bound of its longest free run, and for the wishes of late
/// the best group of each segment. So a choice reads only the segments whose seats have changed,
/// and of these only the ones that can have the best group. With SeatWish::near, unless others
/// wanted to be near the same seat, with SeatWish::without, and for the groups after the first, it
/// reads what is nearby.
///
/// The choice doesn't depend on what is remembered. **A seat that becomes free or is taken must be
/// reported**, also if time alone made it free: otherwise a free seat may never be chosen, or a
/// worse group than the best. One thread.
///
/// Some buyers may have seats that aren't free for others: those that a group holds back, such as
/// an allocation. What is remembered for the members of one group is kept beside what is remembered
/// for everybody, so that neither kind of choice makes the other expensive.
class BestSeats {
public:
    explicit BestSeats(SeatRows rows);

    const SeatRows& rows() const { return rows_; }

    /// `is_free(seat)` tells whether the seat with this index is free now. The wish asks for one
    /// seat or more.
    template <class IsFree>
    Result<SeatChoice, NoSeats>
    choose(const SeatWish& wish, const SeatScoring& scoring, const IsFree& is_free) {
        return choose_among(everybody_, wish, scoring, FreeSeats{is_free});
    }
    /// The same for a buyer for whom more seats are free: those that `group` holds back.
    /// `visit_held_back(of, take)` calls `take` with each seat that the group `of` holds back. It
    /// is called only if the last such choice was for another group.
    template <class VisitHeldBack, class IsFree>
    Result<SeatChoice, NoSeats> choose_for(
        std::uint32_t group,
        VisitHeldBack visit_held_back,
        const SeatWish& wish,
        const SeatScoring& scoring,
        const IsFree& is_free
    ) {
        if (!members_) make_members();
        if (group_ && *group_ != group) {
            const auto raise = [this](SeatIndex seat) { raise_for_members(seat); };
            visit_held_back(*group_, raise);
            visit_held_back(group, raise);
        }
        group_ = group;
        return choose_among(*members_, wish, scoring, FreeSeats{is_free});
    }

    /// The seat may be free again, for everybody or for the members of a group.
    void raise(SeatIndex seat);
    /// The seat may be free in the next choice, but perhaps not after it.
    void raise_once(SeatIndex seat);
    /// Any seat may be free again, or taken.
    void raise_all();
    /// The seat may be taken.
    void note_taken(SeatIndex seat);

    // A node of a cluster may roll back what it decided. Seats that it took are then free again,
    // so bounds that were lowered in the meantime may be too low.

    void open_savepoint();
    void commit();
    /// Which seats are free must be what it was at open_savepoint(). No raise() is needed for it.
    void roll_back();

    /// CHECKs that nothing that is remembered is wrong, that is, that no report was forgotten. For
    /// tests; reads everything.
    template <class IsFree>
    void verify(const IsFree& is_free) const {
        verify_among(everybody_, FreeSeats{is_free});
    }
    /// The same for the group of the last choose_for(), if there is one: `is_free(group, seat)`.
    template <class IsFree>
    void verify_for_group(const IsFree& is_free) const {
        if (!group_) return;
        const auto is_free_for_it = [&](SeatIndex seat) { return is_free(*group_, seat); };
        verify_among(*members_, FreeSeats{is_free_for_it});
    }

    /// A node of the tree that the search will look at. No group in it has a score below `bound`.
    struct Candidate {
        std::int64_t bound = 0;
        SegmentTree::Node node = 0;
    };

private:
    /// What is remembered of the seats that are free for some buyers.
    struct Memory {
        explicit Memory(const SeatRows& rows) : tree{rows}, rankings{rows} {}

        /// More seats of the segment may be free, or fewer.
        void raise(std::size_t segment) {
            tree.reset(tree.node_of(segment));
            rankings.note_change(segment);
        }
        void roll_back() {
            tree.roll_back([this](std::size_t segment) { rankings.note_change(segment); });
        }

        SegmentTree tree;
        SeatRankings rankings;
    };

    Result<SeatChoice, NoSeats>
    choose_among(Memory& memory, const SeatWish& wish, const SeatScoring& scoring, FreeSeats free);
    void verify_among(const Memory& memory, FreeSeats free) const;
    void make_members();
    void forget_members();
    /// Calls `take(memory, segment)` with each memory and each segment that has the seat.
    template <class Take>
    void visit_memories(SeatIndex seat, Take take);
    void raise_for_members(SeatIndex seat);

    SeatRows rows_;
    /// For everybody.
    Memory everybody_;
    /// For the members of `group_`. Present after the first choose_for().
    std::optional<Memory> members_;
    /// Absent if nothing is remembered for any group.
    std::optional<std::uint32_t> group_;
    /// The group when the savepoint was opened.
    std::optional<std::uint32_t> group_before_;
    bool is_open_ = false;
    /// The search's queue, kept for its memory.
    std::vector<Candidate> queue_;
};

}  // namespace frontrow::domain
