#include "domain/best_seats.h"

#include "base/check.h"
#include "domain/seat_focus.h"
#include "domain/seat_group.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>

namespace frontrow::domain {
namespace {

/// What a single seat that is left alone costs each seat of the group, in seat widths.
constexpr double kSingle = 2;

/// What a search shares with the searches after it.
struct Parts {
    const SeatRows& rows;
    SegmentTree& tree;
    SeatRankings& rankings;
    std::vector<BestSeats::Candidate>& queue;
    FreeSeats free;

    /// Reads a segment, and corrects its bound.
    SegmentScan scan(std::size_t segment) const {
        SegmentScan scan{rows, rows.segments()[segment], free};
        tree.learn(tree.node_of(segment), scan.longest_runs());
        return scan;
    }
};

/// Where a wish allows seats.
struct Limits {
    SeatPool pool = SeatPool::general;
    std::optional<Amount> price_max;
    std::optional<SectionIndex> section;

    explicit Limits(const SeatWish& wish)
        : pool{wish.accessible ? SeatPool::accessible : SeatPool::general},
          price_max{wish.price_max},
          section{wish.section} {}

    bool may_have_run(const SegmentTree& tree, SegmentTree::Node node, std::uint32_t length) const {
        if (tree.longest(node, pool) < length) return false;
        const auto& bounds = tree.bounds(node);
        if (price_max && *price_max < bounds.price_min) return false;
        return !section || (bounds.section_first <= *section && *section <= bounds.section_last);
    }
    bool allow(const RowPlace& seat) const {
        return seat.pool == pool && (!price_max || seat.price <= *price_max);
    }
};

/// Whether as many seats are free as the wish asks for, together or not.
bool are_enough_free(const Parts& parts, const SeatWish& wish) {
    const Limits limits{wish};
    std::uint32_t missing = wish.quantity;
    bool misses_accessible = wish.accessible;
    parts.queue.assign(1, {.bound = 0, .node = SegmentTree::kRoot});
    while (!parts.queue.empty()) {
        const auto node = parts.queue.back().node;
        parts.queue.pop_back();
        if (!limits.may_have_run(parts.tree, node, 1)) continue;
        if (!parts.tree.is_segment(node)) {
            parts.queue.push_back({.bound = 0, .node = 2 * node + 1});
            parts.queue.push_back({.bound = 0, .node = 2 * node});
            continue;
        }
        auto scan = parts.scan(parts.tree.segment_of(node));
        scan.exclude(parts.rows, wish.without);
        const auto& segment = scan.segment();
        for (auto place = segment.first; place < segment.first + segment.own; ++place) {
            if (!scan.is_free(place) || !limits.allow(scan[place])) continue;
            missing -= missing > 0 ? 1 : 0;
            misses_accessible = misses_accessible && !scan[place].is_accessible;
        }
        if (missing == 0 && !misses_accessible) return true;
    }
    return false;
}

/// A search for the best group that looks at the nodes of the tree in the order of their bounds,
/// and ends when no other node can have a better group.
class GroupSearch {
public:
    GroupSearch(
        const Parts& parts,
        const GroupWish& wish,
        const Limits& limits,
        std::span<const SeatIndex> without
    )
        : parts_{parts}, wish_{wish}, limits_{limits}, without_{without} {}

    /// The first place of the best group; nothing if there is none.
    std::optional<PlaceIndex> find() {
        parts_.queue.clear();
        add(SegmentTree::kRoot);
        while (!parts_.queue.empty()) {
            std::ranges::pop_heap(parts_.queue, std::greater{}, &BestSeats::Candidate::bound);
            const auto next = parts_.queue.back();
            parts_.queue.pop_back();
            if (best_ && next.bound > best_->score) break;
            if (!may_be_better(next)) continue;
            if (parts_.tree.is_segment(next.node)) {
                look_at(parts_.tree.segment_of(next.node));
            } else {
                add(2 * next.node);
                add(2 * next.node + 1);
            }
        }
        if (!best_) return std::nullopt;
        return best_->first;
    }

private:
    void add(SegmentTree::Node node) {
        if (!limits_.may_have_run(parts_.tree, node, wish_.size)) return;
        const BestSeats::Candidate candidate{
            .bound = wish_.size * wish_.focus.lowest(parts_.tree.bounds(node)), .node = node
        };
        if (!may_be_better(candidate)) return;
        parts_.queue.push_back(candidate);
        std::ranges::push_heap(parts_.queue, std::greater{}, &BestSeats::Candidate::bound);
    }

    bool may_be_better(const BestSeats::Candidate& candidate) const {
        const auto first = parts_.tree.first_segment_of(candidate.node);
        const SeatGroup bound{
            .score = candidate.bound, .first = parts_.rows.segments()[first].first
        };
        return !best_ || bound < *best_;
    }

    void look_at(std::size_t segment) {
        auto scan = parts_.scan(segment);
        if (parts_.tree.longest(parts_.tree.node_of(segment), wish_.pool) < wish_.size) return;
        scan.exclude(parts_.rows, without_);
        const auto group = best_group(wish_, scan);
        if (group && (!best_ || *group < *best_)) best_ = group;
    }

    const Parts& parts_;
    const GroupWish& wish_;
    const Limits& limits_;
    std::span<const SeatIndex> without_;
    std::optional<SeatGroup> best_;
};

bool are_free(const Parts& parts, PlaceIndex first, std::uint32_t size) {
    std::array<bool, kSegmentMax> is_free{};
    parts.free.read(parts.rows.seats().subspan(first, size), is_free.data());
    return std::ranges::all_of(std::span{is_free}.first(size), std::identity{});
}

/// The first place of the best group by the ranking for the wish; nothing if there is none. Scans a
/// segment only if it may have the best group, and has changed since it was scanned last.
std::optional<PlaceIndex>
find_in_ranking(const Parts& parts, const GroupWish& wish, SegmentRange segments) {
    auto& ranking = parts.rankings.find(wish, parts.rows, parts.tree);
    while (true) {
        const auto best = ranking.best(segments);
        if (best.is_none()) return std::nullopt;
        if (best.is_exact) {
            CHECK(are_free(parts, best.group.first, wish.size));
            return best.group.first;
        }
        ranking.learn(best.segment, best_group(wish, parts.scan(best.segment)));
    }
}

/// The highest price of a seat that the wish allows; nothing if it allows all. So wishes that allow
/// the same seats are the same wish. It must allow some.
std::optional<Amount> price_max_of(const SeatRows& rows, const SeatWish& wish) {
    const auto prices = rows.prices();
    if (!wish.price_max || *wish.price_max >= prices.back()) return std::nullopt;
    CHECK(*wish.price_max >= prices.front());
    return *std::prev(std::ranges::upper_bound(prices, *wish.price_max));
}

/// Chooses group after group for one wish.
class Chooser {
public:
    Chooser(const Parts& parts, const SeatWish& wish, const SeatScoring& scoring)
        : parts_{parts},
          wish_{wish},
          spares_singles_{scoring.spares_singles},
          focus_{
              wish.near ? focus_near(parts.rows, parts.rows.place_of(*wish.near))
                        : focus_of(parts.rows, scoring)
          },
          taken_(wish.without.begin(), wish.without.end()) {
        // A ranking pays if it is used again. Most buyers look near different seats.
        is_ranked_ = wish.without.empty() && (!wish.near || parts.rankings.was_near(focus_));
    }

    /// Adds the best group of this size to the choice. False if there is none.
    bool add_group(std::uint32_t size) {
        const auto first = find(size);
        if (!first) return false;
        // The next groups shall be near the first.
        if (choice_.empty()) focus_ = focus_near(parts_.rows, *first + size / 2);
        const auto seats = parts_.rows.seats().subspan(*first, size);
        choice_.insert(choice_.end(), seats.begin(), seats.end());
        taken_.insert(taken_.end(), seats.begin(), seats.end());
        return true;
    }
    /// Adds the largest groups that there are, until the choice is complete. Enough seats must be
    /// free.
    void add_groups() {
        while (choice_.size() < wish_.quantity) {
            auto size = static_cast<std::uint32_t>(wish_.quantity - choice_.size());
            while (!add_group(size)) {
                --size;
                CHECK(size > 0);
            }
        }
    }
    SeatChoice& choice() { return choice_; }

private:
    std::optional<PlaceIndex> find(std::uint32_t size) const {
        const Limits limits{wish_};
        if (!limits.may_have_run(parts_.tree, SegmentTree::kRoot, size)) return std::nullopt;
        const GroupWish group{
            .size = size,
            .pool = limits.pool,
            .needs_accessible = wish_.accessible && choice_.empty(),
            .price_max = price_max_of(parts_.rows, wish_),
            .focus = focus_,
            .cost_of_single = spares_singles_ ? cost_of(kSingle) * size : 0,
        };
        if (!is_ranked_ || !choice_.empty())
            return GroupSearch{parts_, group, limits, taken_}.find();
        return find_in_ranking(parts_, group, parts_.rows.segments_of(wish_.section));
    }

    const Parts& parts_;
    const SeatWish& wish_;
    bool spares_singles_;
    Focus focus_;
    /// There is a ranking for the first group.
    bool is_ranked_ = false;
    /// What the wish excludes, and the choice so far.
    SeatChoice taken_;
    SeatChoice choice_;
};

}  // namespace

BestSeats::BestSeats(SeatRows rows) : rows_{std::move(rows)}, everybody_{rows_} {
}

void BestSeats::make_members() {
    members_.emplace(rows_);
    // Of the seats that are free only in this choice, everybody's memory was told.
    members_->rankings.note_changes_of(everybody_.rankings);
    if (is_open_) members_->tree.open_savepoint();
}

template <class Take>
void BestSeats::visit_memories(SeatIndex seat, Take take) {
    rows_.visit_segments_at(rows_.place_of(seat), [&](std::size_t segment) {
        take(everybody_, segment);
        if (members_) take(*members_, segment);
    });
}

void BestSeats::raise_for_members(SeatIndex seat) {
    rows_.visit_segments_at(rows_.place_of(seat), [&](std::size_t segment) {
        members_->raise(segment);
    });
}

void BestSeats::raise(SeatIndex seat) {
    visit_memories(seat, [](Memory& memory, std::size_t segment) { memory.raise(segment); });
}

void BestSeats::raise_once(SeatIndex seat) {
    visit_memories(seat, [](Memory& memory, std::size_t segment) {
        memory.tree.reset(memory.tree.node_of(segment));
        memory.rankings.note_passing_change(segment);
    });
}

void BestSeats::raise_all() {
    everybody_.tree.reset_all();
    everybody_.rankings = SeatRankings{rows_};
    if (members_) forget_members();
}

void BestSeats::forget_members() {
    members_->tree.reset_all();
    members_->rankings = SeatRankings{rows_};
    group_.reset();
}

void BestSeats::note_taken(SeatIndex seat) {
    visit_memories(seat, [](Memory& memory, std::size_t segment) {
        memory.rankings.note_change(segment);
    });
}

void BestSeats::open_savepoint() {
    is_open_ = true;
    group_before_ = group_;
    everybody_.tree.open_savepoint();
    if (members_) members_->tree.open_savepoint();
}

void BestSeats::commit() {
    is_open_ = false;
    everybody_.tree.commit();
    if (members_) members_->tree.commit();
}

void BestSeats::roll_back() {
    is_open_ = false;
    everybody_.roll_back();
    if (!members_) return;
    members_->roll_back();
    // What was learned for another group in between has told nothing of the group of before.
    if (group_ != group_before_) forget_members();
}

Result<SeatChoice, NoSeats> BestSeats::choose_among(
    Memory& memory,
    const SeatWish& wish,
    const SeatScoring& scoring,
    FreeSeats free
) {
    CHECK(wish.quantity > 0);
    memory.rankings.forget_changed(rows_, memory.tree);
    const Parts parts{
        .rows = rows_,
        .tree = memory.tree,
        .rankings = memory.rankings,
        .queue = queue_,
        .free = free
    };
    Chooser chooser{parts, wish, scoring};
    if (chooser.add_group(wish.quantity)) return std::move(chooser.choice());
    if (!are_enough_free(parts, wish)) return std::unexpected{NoSeats::sold_out};
    if (!wish.allow_split) return std::unexpected{NoSeats::not_together};
    chooser.add_groups();
    return std::move(chooser.choice());
}

void BestSeats::verify_among(const Memory& memory, FreeSeats free) const {
    const auto& tree = memory.tree;
    for (std::size_t number = 0; number < rows_.segments().size(); ++number) {
        const auto runs = SegmentScan{rows_, rows_.segments()[number], free}.longest_runs();
        const auto node = tree.node_of(number);
        CHECK(runs[0] <= tree.longest(node, SeatPool::general));
        CHECK(runs[1] <= tree.longest(node, SeatPool::accessible));
    }
    memory.rankings.verify(rows_, free);
}

}  // namespace frontrow::domain
