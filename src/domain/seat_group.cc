#include "domain/seat_group.h"

#include <algorithm>
#include <array>

namespace frontrow::domain {
namespace {

class SegmentSearch {
public:
    SegmentSearch(const GroupWish& wish, const SegmentScan& scan) : wish_{wish}, scan_{scan} {}

    /// Finds the runs of seats that the wish allows.
    std::optional<SeatGroup> find() {
        auto first = scan_.segment().first;
        for (auto place = first; place < scan_.segment().end(); ++place) {
            if (is_wanted(place)) continue;
            look_at_run(first, place - first);
            first = place + 1;
        }
        look_at_run(first, scan_.segment().end() - first);
        return best_;
    }

private:
    bool is_wanted(PlaceIndex place) const {
        if (!scan_.is_free(place)) return false;
        const auto& seat = scan_[place];
        return seat.pool == wish_.pool && (!wish_.price_max || seat.price <= *wish_.price_max);
    }

    /// Considers the groups beside which as many further groups fit as possible: the number of
    /// seats before them is a multiple of the size, plus at most the seats that remain in any case.
    void look_at_run(PlaceIndex first, std::uint32_t length) {
        const auto size = wish_.size;
        if (length < size) return;
        cost_until_[0] = 0;
        for (std::uint32_t i = 0; i < length; ++i)
            cost_until_[i + 1] = cost_until_[i] + wish_.focus.cost(scan_[first + i]);
        const auto spare = length % size;
        for (std::uint32_t whole = 0; whole + size <= length; whole += size) {
            const auto last = std::min(whole + spare, length - size);
            for (auto before = whole; before <= last; ++before)
                consider(first + before, cost_until_[before + size] - cost_until_[before]);
        }
    }

    void consider(PlaceIndex first, Cost cost) {
        const SeatGroup group{.score = cost + cost_of_singles(first), .first = first};
        if (best_ && *best_ <= group) return;
        if (!wish_.needs_accessible || has_accessible(first)) best_ = group;
    }

    Cost cost_of_singles(PlaceIndex first) const {
        const auto end = first + wish_.size;
        const bool is_before = scan_.is_free(first - 1) && !scan_.is_free(first - 2);
        const bool is_behind = scan_.is_free(end) && !scan_.is_free(end + 1);
        return wish_.cost_of_single * (int{is_before} + int{is_behind});
    }
    bool has_accessible(PlaceIndex first) const {
        auto place = first;
        while (place < first + wish_.size && !scan_[place].is_accessible)
            ++place;
        return place < first + wish_.size;
    }

    const GroupWish& wish_;
    const SegmentScan& scan_;
    std::optional<SeatGroup> best_;
    /// For the run that is looked at: the cost of its first seats, by their number.
    std::array<Cost, kSegmentMax + 1> cost_until_;
};

}  // namespace

std::optional<SeatGroup> best_group(const GroupWish& wish, const SegmentScan& scan) {
    return SegmentSearch{wish, scan}.find();
}

}  // namespace frontrow::domain
