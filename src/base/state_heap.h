#pragma once

#include "base/check.h"
#include "base/state_log.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

namespace frontrow {

/// What comes due, lowest first: a binary heap. An entry that was overtaken stays behind until it
/// comes to the top: it is dead, and its user knows it by what it points to.
///
/// Inside a savepoint nothing leaves it, and what is added lies beside it: to take an entry out of
/// the middle of a heap would cost a search. After a commit what was added is in it, and dead
/// entries may be on top, so that drop_dead() is due then. After a roll-back nothing is left of
/// what was added, so that no entry points to a row whose number is given anew.
///
/// It follows from rows elsewhere, and so isn't in the digest. Entries have a total order, by which
/// alone they come out, whatever the heap went through.
template <class Entry>
class StateHeap final : StatePart {
public:
    explicit StateHeap(StateLog& log) : StatePart{log, {}} {}

    void add(Entry entry) {
        if (!log().is_open()) [[likely]] {
            push(entry);
            return;
        }
        if (beside_.empty()) {
            hear_close();
            lowest_beside_ = entry;
        }
        beside_.push_back(entry);
        lowest_beside_ = std::min(lowest_beside_, entry);
    }

    /// Takes out the lowest; there is one, and no savepoint is open.
    Entry take_lowest() {
        CHECK(!log().is_open() && !entries_.empty());
        std::ranges::pop_heap(entries_, std::greater{});
        const auto entry = entries_.back();
        entries_.pop_back();
        return entry;
    }

    /// Drops entries from the top until one `is_live`. After every change, so that the top is;
    /// inside a savepoint it drops none.
    template <class IsLive>
    void drop_dead(IsLive is_live) {
        if (log().is_open()) return;
        while (!entries_.empty() && !is_live(entries_.front()))
            take_lowest();
    }

    // `is_due` is true of all entries below some bound.

    /// Some entry is due. Inside a savepoint that may be a dead one.
    template <class IsDue>
    bool has_due(IsDue is_due) const {
        return (!entries_.empty() && is_due(entries_.front())) || has_due_beside(is_due);
    }

    /// Calls `take` with every entry that is due, dead ones among them, in no order.
    template <class IsDue, class Take>
    void visit_due(IsDue is_due, Take take) const {
        std::vector<std::size_t> open{0};
        while (!open.empty()) {
            const auto place = open.back();
            open.pop_back();
            if (place >= entries_.size() || !is_due(entries_[place])) continue;
            take(entries_[place]);
            open.push_back(2 * place + 2);
            open.push_back(2 * place + 1);
        }
        if (!has_due_beside(is_due)) return;
        for (const auto& entry : beside_)
            if (is_due(entry)) take(entry);
    }

    /// The same, lowest first, until `take` returns false. Costs a logarithm of those taken for
    /// each.
    template <class IsDue, class Take>
    void visit_lowest(IsDue is_due, Take take) const {
        const auto is_later = [this](std::size_t a, std::size_t b) { return at(a) > at(b); };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_later)> next{is_later
        };
        const auto offer = [&](std::size_t place) {
            if (place < entries_.size() && is_due(entries_[place])) next.push(place);
        };
        offer(0);
        for (std::size_t i = 0; has_due_beside(is_due) && i < beside_.size(); ++i)
            if (is_due(beside_[i])) next.push(entries_.size() + i);
        while (!next.empty()) {
            const auto place = next.top();
            next.pop();
            if (!take(at(place))) return;
            if (place >= entries_.size()) continue;
            offer(2 * place + 1);
            offer(2 * place + 2);
        }
    }

    /// Calls `take` with all, in no order.
    template <class Take>
    void visit(Take take) const {
        std::ranges::for_each(entries_, take);
        std::ranges::for_each(beside_, take);
    }

    std::size_t size() const { return entries_.size() + beside_.size(); }

private:
    template <class IsDue>
    bool has_due_beside(IsDue is_due) const {
        return !beside_.empty() && is_due(lowest_beside_);
    }
    /// The places of those beside it follow those in it.
    const Entry& at(std::size_t place) const {
        return place < entries_.size() ? entries_[place] : beside_[place - entries_.size()];
    }

    void push(Entry entry) {
        entries_.push_back(entry);
        std::ranges::push_heap(entries_, std::greater{});
    }

    void savepoint_closed(bool commits) override {
        if (commits) std::ranges::for_each(beside_, [this](const Entry& entry) { push(entry); });
        beside_.clear();
    }

    /// In blocks: growing never copies a million while buyers wait.
    std::deque<Entry> entries_;
    /// Added inside the open savepoint.
    std::vector<Entry> beside_;
    Entry lowest_beside_{};
};

}  // namespace frontrow
