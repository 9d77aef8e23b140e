#include "domain/seat_ranking.h"

#include "base/check.h"

#include <algorithm>
#include <bit>

namespace frontrow::domain {
namespace {

const SeatRanking::Entry& better_of(const SeatRanking::Entry& a, const SeatRanking::Entry& b) {
    return b.group < a.group ? b : a;
}

}  // namespace

SeatRanking::SeatRanking(const GroupWish& wish, const SeatRows& rows, const SegmentTree& tree)
    : wish_{wish},
      leaves_{std::bit_ceil(std::max<std::size_t>(rows.segments().size(), 1))},
      entries_(2 * leaves_) {
    for (std::size_t segment = 0; segment < rows.segments().size(); ++segment)
        entries_[leaves_ + segment] = bound_of(segment, rows, tree);
    for (auto node = leaves_ - 1; node > 0; --node)
        entries_[node] = better_of(entries_[2 * node], entries_[2 * node + 1]);
}

SeatRanking::Entry SeatRanking::best(SegmentRange segments) const {
    Entry best;
    auto first = leaves_ + segments.first;
    auto end = leaves_ + segments.end;
    for (; first < end; first /= 2, end /= 2) {
        if (first % 2 == 1) best = better_of(best, entries_[first++]);
        if (end % 2 == 1) best = better_of(best, entries_[--end]);
    }
    return best;
}

void SeatRanking::learn(std::size_t segment, const std::optional<SeatGroup>& group) {
    Entry entry{.segment = static_cast<std::uint32_t>(segment), .is_exact = true};
    if (group) entry.group = *group;
    set(entry);
}

void SeatRanking::forget(std::size_t segment, const SeatRows& rows, const SegmentTree& tree) {
    set(bound_of(segment, rows, tree));
}

SeatRanking::Entry
SeatRanking::bound_of(std::size_t segment, const SeatRows& rows, const SegmentTree& tree) const {
    const auto node = tree.node_of(segment);
    const auto& bounds = tree.bounds(node);
    Entry entry{.segment = static_cast<std::uint32_t>(segment)};
    const bool is_too_dear = wish_.price_max && *wish_.price_max < bounds.price_min;
    if (is_too_dear || tree.longest(node, wish_.pool) < wish_.size) return entry;
    entry.group = {
        .score = wish_.size * wish_.focus.lowest(bounds), .first = rows.segments()[segment].first
    };
    return entry;
}

void SeatRanking::set(const Entry& entry) {
    auto node = leaves_ + entry.segment;
    entries_[node] = entry;
    for (node /= 2; node > 0; node /= 2) {
        const auto& better = better_of(entries_[2 * node], entries_[2 * node + 1]);
        if (entries_[node] == better) return;
        entries_[node] = better;
    }
}

SeatRanking&
SeatRankings::find(const GroupWish& wish, const SeatRows& rows, const SegmentTree& tree) {
    auto used = std::ranges::find(rankings_, wish, [](const Used& one) -> const GroupWish& {
        return one.ranking.wish();
    });
    if (used == rankings_.end() && rankings_.size() < kRankings)
        used = rankings_.insert(used, {.ranking = {wish, rows, tree}});
    if (used == rankings_.end()) {
        used = std::ranges::min_element(rankings_, {}, &Used::last_use);
        used->ranking = {wish, rows, tree};
    }
    used->last_use = ++uses_;
    return used->ranking;
}

bool SeatRankings::was_near(const Focus& focus) {
    const bool was = std::ranges::find(near_, focus) != near_.end();
    near_[oldest_near_] = focus;
    oldest_near_ = (oldest_near_ + 1) % kNear;
    return was;
}

void SeatRankings::forget_changed(const SeatRows& rows, const SegmentTree& tree) {
    std::erase_if(changed_, [&](std::size_t segment) {
        for (auto& [ranking, last_use] : rankings_)
            ranking.forget(segment, rows, tree);
        const bool is_over = changes_[segment] == Change::lasting;
        changes_[segment] = is_over ? Change::none : Change::lasting;
        return is_over;
    });
}

void SeatRankings::verify(const SeatRows& rows, FreeSeats free) const {
    for (std::size_t segment = 0; segment < rows.segments().size(); ++segment) {
        if (changes_[segment] != Change::none) continue;
        const SegmentScan scan{rows, rows.segments()[segment], free};
        for (const auto& [ranking, last_use] : rankings_) {
            const auto& entry = ranking.entry(segment);
            const auto group = best_group(ranking.wish(), scan);
            CHECK(!group || entry.group <= *group);
            CHECK(!entry.is_exact || entry.is_none() == !group);
            CHECK(!entry.is_exact || !group || entry.group == *group);
        }
    }
}

}  // namespace frontrow::domain
