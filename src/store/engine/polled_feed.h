#pragma once

#include "io/awaitable.h"
#include "io/fault.h"
#include "store/engine/fact_reader.h"
#include "store/engine/journal_end.h"
#include "store/feed.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace frontrow::store::engine {

/// The feed of a journal that only other processes write. A waiting reader checks for new facts
/// four times a second. One thread, the owner's.
class PolledFeed final : public Feed {
public:
    static constexpr std::chrono::milliseconds kPace{250};

    /// `reader` must outlive the feed.
    PolledFeed(io::Executor owner, FactReader& reader)
        : owner_{std::move(owner)}, reader_{reader} {}

    io::Awaitable<Result<FeedPosition, io::Fault>> head() override;
    io::Awaitable<Result<FeedPage, io::Fault>> after(FeedPosition position, std::size_t at_most)
        override;
    io::Awaitable<Result<void, io::Fault>>
    until_beyond(std::uint64_t seq, std::chrono::milliseconds time) override;

private:
    io::Executor owner_;
    FactReader& reader_;
    /// The journal's end when last checked.
    std::optional<JournalEnd> end_;
};

}  // namespace frontrow::store::engine
