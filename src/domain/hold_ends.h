#pragma once

#include "base/instant.h"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

namespace frontrow::domain {

/// When each hold ends, soonest first: a binary heap. Most holds of a sale are equally long and so
/// come in order, which makes adding one a step; one that ends before its time leaves its entry
/// behind until that comes to the top.
class HoldEnds {
public:
    struct End {
        Instant at;
        std::uint32_t reservation = 0;

        friend auto operator<=>(const End&, const End&) = default;
    };

    void add(End end) {
        heap_.push_back(end);
        std::ranges::push_heap(heap_, std::greater{});
    }

    /// Takes out the soonest; there is one.
    End take_soonest() {
        std::ranges::pop_heap(heap_, std::greater{});
        const auto end = heap_.back();
        heap_.pop_back();
        return end;
    }

    /// Drops entries from the top until one `is_live`. After every change, so that the top is.
    template <class IsLive>
    void drop_dead(IsLive is_live) {
        while (!heap_.empty() && !is_live(heap_.front()))
            take_soonest();
    }

    bool has_ended(Instant now) const { return !heap_.empty() && heap_.front().at <= now; }

    /// Calls `take` with every entry that has ended, dead ones among them, in no order.
    template <class Take>
    void visit_ended(Instant now, Take take) const {
        std::vector<std::size_t> open{0};
        while (!open.empty()) {
            const auto place = open.back();
            open.pop_back();
            if (place >= heap_.size() || heap_[place].at > now) continue;
            take(heap_[place]);
            open.push_back(2 * place + 2);
            open.push_back(2 * place + 1);
        }
    }

    /// The same, soonest first, until `take` returns false. Costs a logarithm of those taken for
    /// each. What ends in this order comes to the top as it dies, and is gone at once; ended in
    /// another it would be in the way of every visit until the last.
    template <class Take>
    void visit_soonest(Instant now, Take take) const {
        const auto ends_later = [this](std::size_t a, std::size_t b) {
            return heap_[a] > heap_[b];
        };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(ends_later)> next{
            ends_later
        };
        const auto offer = [&](std::size_t place) {
            if (place < heap_.size() && heap_[place].at <= now) next.push(place);
        };
        offer(0);
        while (!next.empty()) {
            const auto place = next.top();
            next.pop();
            if (!take(heap_[place])) return;
            offer(2 * place + 1);
            offer(2 * place + 2);
        }
    }

    auto begin() const { return heap_.begin(); }
    auto end() const { return heap_.end(); }

private:
    std::deque<End> heap_;
};

}  // namespace frontrow::domain
