#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store {

/// The first 32 bits of a batch's hash.
std::uint32_t hash8_of(std::span<const std::uint8_t> hash);

/// A position in the order of all facts: after the fact with this number.
struct FeedPosition {
    /// 0: before the first fact.
    std::uint64_t seq = 0;
    /// The hash of the batch that contains the fact. A journal with a different history has a
    /// different hash there, so a reader of the other history is detected. Absent if only the
    /// number is known.
    std::optional<std::uint32_t> hash8 = {};

    /// Parses what to_string() writes: `42`, or `42-5f0c2b7a`. Returns nothing for any other text.
    static std::optional<FeedPosition> parse(std::string_view text);
    std::string to_string() const;

    friend bool operator==(const FeedPosition&, const FeedPosition&) = default;
};

/// Facts of one batch: at least one, numbered without gaps. Shared by all readers.
using SharedFacts = std::shared_ptr<const std::vector<domain::Fact>>;

/// A batch of the journal. Any thread.
struct FeedBatch {
    /// Never null.
    SharedFacts facts;
    std::uint32_t hash8 = 0;

    std::uint64_t last_seq() const { return facts->back().seq; }
    /// The facts with numbers above `seq`.
    std::span<const domain::Fact> behind(std::uint64_t seq) const;
    /// The position of a reader that has processed this fact of the batch.
    FeedPosition at(const domain::Fact& fact) const { return {.seq = fact.seq, .hash8 = hash8}; }
};

enum class FeedRefusal : std::uint8_t {
    /// The journal has another batch at that position: a fail-over lost the batch that the reader
    /// knows, a backup was restored, or the journal was forked. The reader must start again from a
    /// position without a hash.
    another_past,
};

/// The next batches after a position, in order; empty if there are none yet.
using FeedPage = Result<std::vector<FeedBatch>, FeedRefusal>;

/// Delivers all facts in order, from any position on, for all work that isn't part of the sale
/// itself. It delivers only facts that are durable and that no fail-over to a synchronous standby
/// can lose.
///
/// Readers near the head share the batches in memory. A reader that is far behind reads them from
/// the journal's storage, without slowing down the sale. Each reader keeps its own position and
/// reads at its own pace.
///
/// Await everything on the executor's thread. Faults: unavailable, overloaded (too many readers of
/// the journal's storage), corrupt.
class Feed {
public:
    virtual ~Feed() = default;

    /// The last fact that may be delivered, as of one instant between call and return.
    virtual io::Awaitable<Result<FeedPosition, io::Fault>> head() = 0;
    /// The next batches after `position`. The page ends with the batch that brings it to `at_most`
    /// facts after the position, or earlier if it becomes large. The first batch may also contain
    /// facts before the position. Empty at the head.
    virtual io::Awaitable<Result<FeedPage, io::Fault>>
    after(FeedPosition position, std::size_t at_most) = 0;
    /// Returns when a fact after `seq` may be delivered or `time` has passed; sometimes earlier.
    virtual io::Awaitable<Result<void, io::Fault>>
    until_beyond(std::uint64_t seq, std::chrono::milliseconds time) = 0;
};

/// The result of after() for a position beyond the head. If the position has a hash, it comes from
/// a different history. If it is only a number, the fact may still come.
inline FeedPage page_beyond_head(const FeedPosition& position) {
    if (position.hash8) return std::unexpected(FeedRefusal::another_past);
    return {};
}

}  // namespace frontrow::store
