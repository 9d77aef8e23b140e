#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/feed.h"
#include "store/side_records.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::store {

/// How far the reader of this name has come in the feed, kept where the journal lies: the side
/// record `cursor/NAME` with the position as text. A reader first does what a fact asks for and
/// then moves its cursor, so each fact is taken at least once. One reader at a time: of two that
/// move one cursor, the second is told.
class FeedCursor {
public:
    /// In characters; a name is UTF-8 in one line.
    static constexpr std::size_t kNameMax = SideRecords::kNameCharactersMax - kCursors.size();

    /// `records` outlive it.
    FeedCursor(SideRecords& records, std::string_view name);

    /// Where the reader goes on: before the first fact if the cursor was never moved. Faults: as
    /// the records'; corrupt, where the record isn't a position.
    io::Awaitable<Result<FeedPosition, io::Fault>> read();

    using Moved = Result<void, SideRefusal>;

    /// The cursor stands there, durably, once this returns. After read(). Refusal: version_differs,
    /// another reader has moved it since. Faults: as the records'; if it never returns the cursor
    /// was moved or not.
    io::Awaitable<Result<Moved, io::Fault>> move(FeedPosition to);

private:
    SideRecords& records_;
    std::string name_;
    /// As it was last seen; 0 where there is no record.
    std::uint64_t version_ = 0;
};

}  // namespace frontrow::store
