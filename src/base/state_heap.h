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

/// A binary heap of entries that come due, lowest first. Each entry points to a row. An entry is
/// dead once a change of its row has made the entry obsolete. A dead entry stays in the heap until
/// it reaches the top. The heap's owner recognizes dead entries by looking at their rows.
///
/// Inside a savepoint no entry leaves the heap, and new entries go into a separate list: to take
/// them out of the heap again on roll-back would cost a search. A commit moves the new entries into
/// the heap. Dead entries may then be at the top, so the owner must call drop_dead(). A roll-back
/// discards the new entries, so no entry points to a row whose number is assigned again.
///
/// The heap is derived from rows elsewhere, so it isn't in the digest. Entries must have a total
/// order. They come out in that order, whatever changes and roll-backs came before.
template <class Entry>
class StateHeap final : StatePart {
public:
    explicit StateHeap(StateLog& log) : StatePart{log, {}} {}

    void add(Entry entry) {
        if (!log().is_open()) [[likely]] {
            push(entry);
            return;
        }
        if (added_.empty()) {
            hear_close();
            lowest_added_ = entry;
        }
        added_.push_back(entry);
        lowest_added_ = std::min(lowest_added_, entry);
    }

    /// Removes and returns the lowest entry. The heap must not be empty, and no savepoint may be
    /// open.
    Entry take_lowest() {
        CHECK(!log().is_open() && !entries_.empty());
        std::ranges::pop_heap(entries_, std::greater{});
        const auto entry = entries_.back();
        entries_.pop_back();
        return entry;
    }

    /// Drops entries from the top until `is_live` is true for the top entry. Call it after every
    /// change. Does nothing inside a savepoint.
    template <class IsLive>
    void drop_dead(IsLive is_live) {
        if (log().is_open()) return;
        while (!entries_.empty() && !is_live(entries_.front()))
            take_lowest();
    }

    // For the functions below, `is_due` must be true for exactly the entries below some bound.

    /// True if any entry is due. Inside a savepoint the due entry may be dead.
    template <class IsDue>
    bool has_due(IsDue is_due) const {
        return (!entries_.empty() && is_due(entries_.front())) || has_due_added(is_due);
    }

    /// Calls `take` with every due entry, including dead ones, in no particular order.
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
        if (!has_due_added(is_due)) return;
        for (const auto& entry : added_)
            if (is_due(entry)) take(entry);
    }

    /// Like visit_due(), but lowest first and only until `take` returns false. The n-th entry costs
    /// O(log n).
    template <class IsDue, class Take>
    void visit_lowest(IsDue is_due, Take take) const {
        const auto is_later = [this](std::size_t a, std::size_t b) { return at(a) > at(b); };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_later)> next{is_later
        };
        const auto offer = [&](std::size_t place) {
            if (place < entries_.size() && is_due(entries_[place])) next.push(place);
        };
        offer(0);
        for (std::size_t i = 0; has_due_added(is_due) && i < added_.size(); ++i)
            if (is_due(added_[i])) next.push(entries_.size() + i);
        while (!next.empty()) {
            const auto place = next.top();
            next.pop();
            if (!take(at(place))) return;
            if (place >= entries_.size()) continue;
            offer(2 * place + 1);
            offer(2 * place + 2);
        }
    }

    /// Calls `take` with all entries, in no particular order.
    template <class Take>
    void visit(Take take) const {
        std::ranges::for_each(entries_, take);
        std::ranges::for_each(added_, take);
    }

    std::size_t size() const { return entries_.size() + added_.size(); }

private:
    template <class IsDue>
    bool has_due_added(IsDue is_due) const {
        return !added_.empty() && is_due(lowest_added_);
    }
    /// Places from entries_.size() on refer to added_.
    const Entry& at(std::size_t place) const {
        return place < entries_.size() ? entries_[place] : added_[place - entries_.size()];
    }

    void push(Entry entry) {
        entries_.push_back(entry);
        std::ranges::push_heap(entries_, std::greater{});
    }

    void savepoint_closed(bool commits) override {
        if (commits) std::ranges::for_each(added_, [this](const Entry& entry) { push(entry); });
        added_.clear();
    }

    /// A deque grows in blocks, so growing never copies a million entries while requests wait.
    std::deque<Entry> entries_;
    /// Entries added inside the open savepoint.
    std::vector<Entry> added_;
    Entry lowest_added_{};
};

}  // namespace frontrow
