#pragma once

#include "base/money.h"
#include "domain/seat_rows.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ranges>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// What a node of the tree covers: the smallest rectangle around its seats, and their sections.
struct SegmentBounds {
    SeatPoint low{kFar, kFar};
    SeatPoint high{-kFar, -kFar};
    SectionIndex section_first = std::numeric_limits<SectionIndex>::max();
    SectionIndex section_last = 0;
    Amount price_min = std::numeric_limits<Amount>::max();

    void include(const RowPlace& place);
    void include(const SegmentBounds& other);

private:
    static constexpr double kFar = std::numeric_limits<double>::infinity();
};

/// A binary tree over the segments of a layout. For each segment and each group of segments it
/// knows where they are, and an upper bound of the longest run of free seats in one of them. So a
/// search can pass over whole groups that are sold out, too dear or too far away.
///
/// Nodes are numbered from kRoot; the children of node i are 2i and 2i + 1.
class SegmentTree {
public:
    using Node = std::size_t;
    /// By pool.
    using Lengths = std::array<std::uint32_t, kPools>;
    static constexpr Node kRoot = 1;

    /// All seats may be free.
    explicit SegmentTree(const SeatRows& rows);

    bool is_segment(Node node) const { return node >= leaves_; }
    std::size_t segment_of(Node node) const { return node - leaves_; }
    std::size_t first_segment_of(Node node) const {
        return segment_of(node << (std::bit_width(leaves_) - std::bit_width(node)));
    }
    Node node_of(std::size_t segment) const { return leaves_ + segment; }
    const SegmentBounds& bounds(Node node) const { return bounds_[node]; }
    /// No free run in the node is longer.
    std::uint32_t longest(Node node, SeatPool pool) const {
        return longest_[node][static_cast<std::size_t>(pool)];
    }

    /// Lowers the bound of a segment to what a search found.
    void learn(Node segment, Lengths lengths);
    /// All seats of the segment may be free again.
    void reset(Node segment) { set(segment, all_free_[segment]); }
    void reset_all() { longest_ = all_free_; }

    /// From now on, what is learned can be forgotten.
    void open_savepoint();
    void commit() { is_open_ = false; }
    /// Forgets what was learned since open_savepoint(). Calls `take` with each segment that learn()
    /// was called for, at least once.
    template <class Take>
    void roll_back(Take take);

private:
    void set(Node segment, Lengths lengths);

    /// The number of the first leaf: a power of two. Leaves without a segment are never entered,
    /// because the lengths of their runs are 0.
    std::size_t leaves_;
    std::vector<SegmentBounds> bounds_;
    std::vector<Lengths> longest_;
    /// What `longest_` is when all seats are free.
    std::vector<Lengths> all_free_;
    bool is_open_ = false;
    /// The bounds as they were before each call of learn(), in the order of the calls.
    std::vector<std::pair<Node, Lengths>> learned_;
};

template <class Take>
void SegmentTree::roll_back(Take take) {
    is_open_ = false;
    for (const auto& [node, lengths] : learned_ | std::views::reverse) {
        set(node, lengths);
        take(segment_of(node));
    }
}

}  // namespace frontrow::domain
