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

/// A place in the order of all facts: behind the fact with this number.
struct FeedPosition {
    /// 0: before the first fact.
    std::uint64_t seq = 0;
    /// Of the batch that has the fact. The chain of a journal with another past has another hash
    /// there, so a reader that comes from one is noticed. Nothing where only the number is known.
    std::optional<std::uint32_t> hash8 = {};

    /// Reads what to_string() writes: `42`, or `42-5f0c2b7a`. Nothing for anything else.
    static std::optional<FeedPosition> parse(std::string_view text);
    std::string to_string() const;

    friend bool operator==(const FeedPosition&, const FeedPosition&) = default;
};

/// Facts that one batch has: at least one, numbered without a gap. Whoever reads them shares them.
using SharedFacts = std::shared_ptr<const std::vector<domain::Fact>>;

/// A batch as the journal has it. Any thread.
struct FeedBatch {
    /// Never null.
    SharedFacts facts;
    std::uint32_t hash8 = 0;

    std::uint64_t last_seq() const { return facts->back().seq; }
    /// Those with a higher number.
    std::span<const domain::Fact> behind(std::uint64_t seq) const;
    /// Where a reader stands that has taken this fact of it.
    FeedPosition at(const domain::Fact& fact) const { return {.seq = fact.seq, .hash8 = hash8}; }
};

enum class FeedRefusal : std::uint8_t {
    /// The journal has another batch at that place: a fail-over lost what the reader knows, a
    /// backup was restored, or the journal was forked. The reader must begin anew, by a number.
    another_past,
};

/// The next batches behind a place, in order; none where nothing is behind it yet.
using FeedPage = Result<std::vector<FeedBatch>, FeedRefusal>;

/// All facts in order, from any place on: what everything but the sale itself lives on. Told is
/// only what is durable and what no fail-over to a synchronous standby takes back.
///
/// A reader that follows closely shares the batches with all others. One that is far behind reads
/// them from where the journal lies, and the sale doesn't notice. Readers keep their own place, and
/// come at their own pace.
///
/// Everything is awaited on the executor's thread. Faults: unavailable, overloaded (too many read
/// the journal), corrupt.
class Feed {
public:
    virtual ~Feed() = default;

    /// The last fact that may be told, as it was at one instant between call and return.
    virtual io::Awaitable<Result<FeedPosition, io::Fault>> head() = 0;
    /// The batches behind `position`, until they have `at_most` facts behind it or are large. The
    /// first of them may have facts before it, too. At the head there is none.
    virtual io::Awaitable<Result<FeedPage, io::Fault>>
    after(FeedPosition position, std::size_t at_most) = 0;
    /// Returns when a fact behind `seq` may be told, once `time` is over, or now and then earlier.
    virtual io::Awaitable<Result<void, io::Fault>>
    until_beyond(std::uint64_t seq, std::chrono::milliseconds time) = 0;
};

/// What after() tells of a place behind the head. One that names a batch was told by another past;
/// of a mere number the fact may come yet.
inline FeedPage page_beyond_head(const FeedPosition& position) {
    if (position.hash8) return std::unexpected(FeedRefusal::another_past);
    return {};
}

}  // namespace frontrow::store
