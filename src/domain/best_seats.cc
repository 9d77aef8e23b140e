#include "domain/best_seats.h"

#include "base/check.h"
#include "domain/seat_focus.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <utility>

namespace frontrow::domain {
namespace {

/// What a single seat that is left alone costs each seat of the group, in seat widths.
constexpr double kSingle = 2;

/// What a search shares with the searches after it.
struct Parts {
    const SeatRows& rows;
    SegmentTree& tree;
    std::vector<BestSeats::Candidate>& queue;
    FreeSeats free;
};

/// The seats that a wish allows.
class Matches {
public:
    Matches(const Parts& parts, const SeatWish& wish, std::span<const SeatIndex> without)
        : parts_{parts},
          wish_{wish},
          pool_{wish.accessible ? SeatPool::accessible : SeatPool::general},
          without_{without} {}

    bool may_have_run(SegmentTree::Node node, std::uint32_t length) const {
        if (parts_.tree.longest(node, pool_) < length) return false;
        const auto& bounds = parts_.tree.bounds(node);
        if (wish_.price_max && *wish_.price_max < bounds.price_min) return false;
        return !wish_.section ||
               (bounds.section_first <= *wish_.section && *wish_.section <= bounds.section_last);
    }
    /// Reads a segment, and corrects its bound.
    SegmentScan scan(SegmentTree::Node node) const {
        const auto& segment = parts_.rows.segments()[parts_.tree.segment_of(node)];
        SegmentScan scan{parts_.rows, segment, parts_.free};
        parts_.tree.learn(node, scan.longest_runs());
        scan.exclude(parts_.rows, without_);
        return scan;
    }
    bool has(const SegmentScan& scan, PlaceIndex place) const {
        const auto& seat = scan[place];
        return scan.is_free(place) && seat.pool == pool_ &&
               (!wish_.price_max || seat.price <= *wish_.price_max);
    }

private:
    const Parts& parts_;
    const SeatWish& wish_;
    SeatPool pool_;
    std::span<const SeatIndex> without_;
};

/// Whether as many seats are free as the wish asks for, together or not.
bool are_enough_free(const Parts& parts, const SeatWish& wish) {
    const Matches matches{parts, wish, wish.without};
    std::uint32_t missing = wish.quantity;
    bool misses_accessible = wish.accessible;
    parts.queue.assign(1, {.bound = 0, .node = SegmentTree::kRoot});
    while (!parts.queue.empty()) {
        const auto node = parts.queue.back().node;
        parts.queue.pop_back();
        if (!matches.may_have_run(node, 1)) continue;
        if (!parts.tree.is_segment(node)) {
            parts.queue.push_back({.bound = 0, .node = 2 * node + 1});
            parts.queue.push_back({.bound = 0, .node = 2 * node});
            continue;
        }
        const auto scan = matches.scan(node);
        const auto& segment = scan.segment();
        for (auto place = segment.first; place < segment.first + segment.own; ++place) {
            if (!matches.has(scan, place)) continue;
            missing -= missing > 0 ? 1 : 0;
            misses_accessible = misses_accessible && !scan[place].is_accessible;
        }
        if (missing == 0 && !misses_accessible) return true;
    }
    return false;
}

/// A search for the best group of a size. It looks at the nodes of the tree in the order of their
/// bounds, and ends when no other node can have a better group.
class GroupSearch {
public:
    GroupSearch(
        const Parts& parts,
        const Matches& matches,
        const Focus& focus,
        std::uint32_t size,
        bool needs_accessible,
        bool spares_singles
    )
        : parts_{parts},
          matches_{matches},
          focus_{focus},
          size_{size},
          needs_accessible_{needs_accessible},
          cost_of_single_{spares_singles ? cost_of(kSingle) * size : 0} {}

    /// The first place of the best group; nothing if there is none.
    std::optional<PlaceIndex> find() {
        parts_.queue.clear();
        add(SegmentTree::kRoot);
        while (!parts_.queue.empty()) {
            std::ranges::pop_heap(parts_.queue, std::greater{}, &BestSeats::Candidate::bound);
            const auto next = parts_.queue.back();
            parts_.queue.pop_back();
            if (best_ && next.bound > score_) break;
            if (!may_be_better(next)) continue;
            if (parts_.tree.is_segment(next.node)) {
                look_at(next.node);
            } else {
                add(2 * next.node);
                add(2 * next.node + 1);
            }
        }
        return best_;
    }

private:
    void add(SegmentTree::Node node) {
        if (!matches_.may_have_run(node, size_)) return;
        const BestSeats::Candidate candidate{
            .bound = size_ * focus_.lowest(parts_.tree.bounds(node)), .node = node
        };
        if (!may_be_better(candidate)) return;
        parts_.queue.push_back(candidate);
        std::ranges::push_heap(parts_.queue, std::greater{}, &BestSeats::Candidate::bound);
    }

    /// Among equal groups, the first in the order of the rows is better.
    bool may_be_better(const BestSeats::Candidate& candidate) const {
        if (!best_ || candidate.bound < score_) return true;
        const auto first = parts_.tree.first_segment_of(candidate.node);
        return candidate.bound == score_ && parts_.rows.segments()[first].first < *best_;
    }

    /// Finds the runs of seats that the wish allows.
    void look_at(SegmentTree::Node node) {
        const auto scan = matches_.scan(node);
        if (!matches_.may_have_run(node, size_)) return;
        auto first = scan.segment().first;
        for (auto place = first; place < scan.segment().end(); ++place) {
            if (matches_.has(scan, place)) continue;
            look_at_run(scan, first, place - first);
            first = place + 1;
        }
        look_at_run(scan, first, scan.segment().end() - first);
    }

    /// Considers the groups beside which as many further groups fit as possible: the number of
    /// seats before them is a multiple of the size, plus at most the seats that remain in any case.
    void look_at_run(const SegmentScan& scan, PlaceIndex first, std::uint32_t length) {
        if (length < size_) return;
        for (std::uint32_t i = 0; i < length; ++i)
            cost_until_[i + 1] = cost_until_[i] + focus_.cost(scan[first + i]);
        const auto spare = length % size_;
        for (std::uint32_t whole = 0; whole + size_ <= length; whole += size_) {
            const auto last = std::min(whole + spare, length - size_);
            for (auto before = whole; before <= last; ++before)
                consider(scan, first + before, cost_until_[before + size_] - cost_until_[before]);
        }
    }

    void consider(const SegmentScan& scan, PlaceIndex first, Cost cost) {
        const auto score = cost + cost_of_single_ * singles_beside(scan, first);
        const bool is_better = !best_ || score < score_ || (score == score_ && first < *best_);
        if (!is_better || (needs_accessible_ && !has_accessible(scan, first))) return;
        score_ = score;
        best_ = first;
    }

    int singles_beside(const SegmentScan& scan, PlaceIndex first) const {
        const auto end = first + size_;
        const bool is_before = scan.is_free(first - 1) && !scan.is_free(first - 2);
        const bool is_behind = scan.is_free(end) && !scan.is_free(end + 1);
        return int{is_before} + int{is_behind};
    }
    bool has_accessible(const SegmentScan& scan, PlaceIndex first) const {
        auto place = first;
        while (place < first + size_ && !scan[place].is_accessible)
            ++place;
        return place < first + size_;
    }

    const Parts& parts_;
    const Matches& matches_;
    const Focus& focus_;
    std::uint32_t size_;
    bool needs_accessible_;
    Cost cost_of_single_;
    std::optional<PlaceIndex> best_;
    Cost score_ = 0;
    /// For the run that is looked at: the cost of its first seats, by their number.
    std::array<Cost, kSegmentMax + 1> cost_until_{};
};

/// Chooses group after group for one wish.
class Chooser {
public:
    Chooser(const Parts& parts, const SeatWish& wish, const SeatScoring& scoring)
        : parts_{parts},
          wish_{wish},
          scoring_{scoring},
          focus_{
              wish.near ? focus_near(parts.rows, parts.rows.place_of(*wish.near))
                        : focus_of(parts.rows, scoring)
          },
          taken_(wish.without.begin(), wish.without.end()) {}

    /// Adds the best group of this size to the choice. False if there is none.
    bool add_group(std::uint32_t size) {
        const Matches matches{parts_, wish_, taken_};
        const bool needs_accessible = wish_.accessible && choice_.empty();
        GroupSearch search{
            parts_, matches, focus_, size, needs_accessible, scoring_.spares_singles
        };
        const auto first = search.find();
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
    const Parts& parts_;
    const SeatWish& wish_;
    const SeatScoring& scoring_;
    Focus focus_;
    /// What the wish excludes, and the choice so far.
    SeatChoice taken_;
    SeatChoice choice_;
};

}  // namespace

BestSeats::BestSeats(SeatRows rows) : rows_{std::move(rows)}, tree_{rows_} {
}

void BestSeats::make_group_tree() {
    group_tree_.emplace(rows_);
    if (is_open_) group_tree_->open_savepoint();
}

void BestSeats::raise_in(SegmentTree& tree, SeatIndex seat) const {
    rows_.visit_segments_at(rows_.place_of(seat), [&](auto segment) {
        tree.reset(tree.node_of(segment));
    });
}

void BestSeats::raise(SeatIndex seat) {
    raise_in(tree_, seat);
    if (group_tree_) raise_in(*group_tree_, seat);
}

void BestSeats::raise_all() {
    tree_.reset_all();
    if (group_tree_) group_tree_->reset_all();
}

void BestSeats::open_savepoint() {
    is_open_ = true;
    tree_.open_savepoint();
    if (group_tree_) group_tree_->open_savepoint();
}

void BestSeats::commit() {
    is_open_ = false;
    tree_.commit();
    if (group_tree_) group_tree_->commit();
}

void BestSeats::roll_back() {
    is_open_ = false;
    tree_.roll_back();
    // Afterwards the bounds may be those for the group of before.
    group_.reset();
    if (group_tree_) group_tree_->roll_back();
}

Result<SeatChoice, NoSeats> BestSeats::choose_among(
    SegmentTree& tree,
    const SeatWish& wish,
    const SeatScoring& scoring,
    FreeSeats free
) {
    CHECK(wish.quantity > 0);
    const Parts parts{.rows = rows_, .tree = tree, .queue = queue_, .free = free};
    Chooser chooser{parts, wish, scoring};
    if (chooser.add_group(wish.quantity)) return std::move(chooser.choice());
    if (!are_enough_free(parts, wish)) return std::unexpected{NoSeats::sold_out};
    if (!wish.allow_split) return std::unexpected{NoSeats::not_together};
    chooser.add_groups();
    return std::move(chooser.choice());
}

void BestSeats::verify_among(const SegmentTree& tree, FreeSeats free) const {
    for (std::size_t number = 0; number < rows_.segments().size(); ++number) {
        const auto runs = SegmentScan{rows_, rows_.segments()[number], free}.longest_runs();
        const auto node = tree.node_of(number);
        CHECK(runs[0] <= tree.longest(node, SeatPool::general));
        CHECK(runs[1] <= tree.longest(node, SeatPool::accessible));
    }
}

}  // namespace frontrow::domain
