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

/// A named reader's position in the feed. It is stored where the journal is stored, as the side
/// record `cursor/NAME` with the position as text. A reader first does what a fact requires and
/// then moves its cursor, so each fact is processed at least once. One reader at a time: if two
/// readers move one cursor, the second gets a refusal.
class FeedCursor {
public:
    /// In characters. A name is one line of UTF-8.
    static constexpr std::size_t kNameMax = SideRecords::kNameCharactersMax - kCursors.size();

    /// `records` must outlive the cursor.
    FeedCursor(SideRecords& records, std::string_view name);

    /// The position to continue from: before the first fact if the cursor was never moved. Faults:
    /// those of `records`; corrupt if the record isn't a position.
    io::Awaitable<Result<FeedPosition, io::Fault>> read();

    using Moved = Result<void, SideRefusal>;

    /// Moves the cursor, durably when this returns. Call read() before. Refusal: version_differs if
    /// another reader has moved it since. Faults: those of `records`. If it never returns, the
    /// cursor may or may not have been moved.
    io::Awaitable<Result<Moved, io::Fault>> move(FeedPosition to);

private:
    SideRecords& records_;
    std::string name_;
    /// The record's version when last seen; 0 if there is no record.
    std::uint64_t version_ = 0;
};

}  // namespace frontrow::store
