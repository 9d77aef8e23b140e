#pragma once

#include "store/engine/journal_end.h"
#include "store/feed.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace frontrow::store::engine {

/// The newest batches of a journal, for readers near its head: as many as fit into `bytes_max`, and
/// at least the newest one. Pure; one thread.
class RecentFacts {
public:
    /// Starts without batches, at the journal's end `before`. Everything up to there may be
    /// delivered.
    RecentFacts(const JournalEnd& before, std::size_t bytes_max)
        : before_{before}, told_{before}, bytes_max_{bytes_max} {}

    /// Adds the next batch, after which the journal ends at `end`. `text_bytes` is about the size
    /// of the batch's texts. The batch may be delivered after the next tell().
    void add(SharedFacts facts, const JournalEnd& end, std::size_t text_bytes);
    /// From now on everything added so far may be delivered.
    void tell() { told_ = end(); }

    /// The end of the last batch that may be delivered.
    const JournalEnd& told() const { return told_; }
    /// Like Feed::after, for a position that isn't after told(). Returns nothing if the position is
    /// older than what is kept.
    std::optional<FeedPage> after(const FeedPosition& position, std::size_t at_most) const;

private:
    struct Kept {
        FeedBatch batch;
        JournalEnd end;
        std::size_t bytes = 0;

        std::uint64_t last_seq() const { return end.last_seq; }
    };

    const JournalEnd& end() const { return kept_.empty() ? before_ : kept_.back().end; }

    std::deque<Kept> kept_;
    /// The journal's end directly before the kept batches.
    JournalEnd before_;
    JournalEnd told_;
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

}  // namespace frontrow::store::engine
