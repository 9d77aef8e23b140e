#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/engine/journal_end.h"
#include "store/feed.h"

#include <cstddef>

namespace frontrow::store::engine {

/// Reads facts from the journal's storage while the journal is being written. Uses its own
/// connection, and its own thread for decompressing, parsing and checking the chain.
///
/// Await everything on the owner's thread. Faults: unavailable, overloaded (too many readers wait),
/// corrupt.
class FactReader {
public:
    virtual ~FactReader() = default;

    /// Like Feed::after, but reads only up to the durable batch `until`. `position` must not be
    /// after `until`.
    virtual io::Awaitable<Result<FeedPage, io::Fault>>
    read(FeedPosition position, JournalEnd until, std::size_t at_most) = 0;
    /// The journal's end: its last batch that may be delivered. For a process that doesn't write
    /// the journal.
    virtual io::Awaitable<Result<JournalEnd, io::Fault>> find_end() = 0;
    /// Aborts reads that are under way. Returns when nothing runs any more; destroy the object only
    /// then.
    virtual io::Awaitable<void> close() = 0;
};

}  // namespace frontrow::store::engine
