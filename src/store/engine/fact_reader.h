#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/engine/journal_end.h"
#include "store/feed.h"

#include <cstddef>

namespace frontrow::store::engine {

/// Reads facts where a journal lies, beside whoever writes it: over a connection of its own, and on
/// a thread of its own, which decompresses and parses. The chain is checked on the way.
///
/// Everything is awaited on the owner's thread. Faults: unavailable, overloaded (too many wait for
/// their turn), corrupt.
class FactReader {
public:
    virtual ~FactReader() = default;

    /// As Feed::after, of the journal up to `until`, a batch that is durable; `position` isn't
    /// behind it.
    virtual io::Awaitable<Result<FeedPage, io::Fault>>
    read(FeedPosition position, JournalEnd until, std::size_t at_most) = 0;
    /// Where the journal ends: its last batch that may be told. For a process that doesn't write
    /// it.
    virtual io::Awaitable<Result<JournalEnd, io::Fault>> find_end() = 0;
    /// Ends what is under way. Returns when nothing runs any more; only then may it be destroyed.
    virtual io::Awaitable<void> close() = 0;
};

}  // namespace frontrow::store::engine
