#include "domain/segment_tree.h"

#include <algorithm>
#include <bit>

namespace frontrow::domain {
namespace {

SegmentTree::Lengths longer_of(const SegmentTree::Lengths& a, const SegmentTree::Lengths& b) {
    return {std::max(a[0], b[0]), std::max(a[1], b[1])};
}

}  // namespace

void SegmentBounds::include(const RowPlace& place) {
    low = {std::min(low.x, place.at.x), std::min(low.y, place.at.y)};
    high = {std::max(high.x, place.at.x), std::max(high.y, place.at.y)};
    section_first = std::min(section_first, place.section);
    section_last = std::max(section_last, place.section);
    price_min = std::min(price_min, place.price);
}

void SegmentBounds::include(const SegmentBounds& other) {
    low = {std::min(low.x, other.low.x), std::min(low.y, other.low.y)};
    high = {std::max(high.x, other.high.x), std::max(high.y, other.high.y)};
    section_first = std::min(section_first, other.section_first);
    section_last = std::max(section_last, other.section_last);
    price_min = std::min(price_min, other.price_min);
}

SegmentTree::SegmentTree(const SeatRows& rows)
    : leaves_{std::bit_ceil(std::max<std::size_t>(rows.segments().size(), 1))},
      bounds_(2 * leaves_),
      all_free_(2 * leaves_) {
    auto leaf = leaves_;
    for (const auto& segment : rows.segments()) {
        for (const auto& place : rows.places().subspan(segment.first, segment.size))
            bounds_[leaf].include(place);
        all_free_[leaf] = segment.longest;
        ++leaf;
    }
    for (auto node = leaves_ - 1; node >= kRoot; --node) {
        bounds_[node].include(bounds_[2 * node]);
        bounds_[node].include(bounds_[2 * node + 1]);
        all_free_[node] = longer_of(all_free_[2 * node], all_free_[2 * node + 1]);
    }
    longest_ = all_free_;
}

void SegmentTree::learn(Node segment, Lengths lengths) {
    if (is_open_) learned_.emplace_back(segment, longest_[segment]);
    set(segment, lengths);
}

void SegmentTree::open_savepoint() {
    is_open_ = true;
    learned_.clear();
}

void SegmentTree::set(Node segment, Lengths lengths) {
    auto node = segment;
    while (longest_[node] != lengths) {
        longest_[node] = lengths;
        if (node == kRoot) return;
        lengths = longer_of(longest_[node], longest_[node ^ 1]);
        node /= 2;
    }
}

}  // namespace frontrow::domain
