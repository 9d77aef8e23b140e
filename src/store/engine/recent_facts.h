#pragma once

#include "store/engine/journal_end.h"
#include "store/feed.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace frontrow::store::engine {

/// The newest batches of a journal, for readers that follow it closely: as many as fit into some
/// bytes of memory, and the newest one however large. Pure; one thread.
class RecentFacts {
public:
    /// Begins without a batch, behind `before`, up to which everything may be told.
    RecentFacts(const JournalEnd& before, std::size_t bytes_max)
        : before_{before}, told_{before}, bytes_max_{bytes_max} {}

    /// The next batch, at whose end the journal stands at `end`. `text_bytes`: what its texts take,
    /// about. It isn't told yet.
    void add(SharedFacts facts, const JournalEnd& end, std::size_t text_bytes);
    /// From now on everything that was added is told.
    void tell() { told_ = end(); }

    /// Behind the last batch that is told.
    const JournalEnd& told() const { return told_; }
    /// As Feed::after, of a position that isn't behind told(); nothing where it is older than what
    /// is kept here.
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
    /// Of the batch before those that are kept.
    JournalEnd before_;
    JournalEnd told_;
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

}  // namespace frontrow::store::engine
