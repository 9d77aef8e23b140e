#include "store/engine/polled_feed.h"

#include "io/timer.h"

#include <algorithm>
#include <utility>

namespace frontrow::store::engine {

io::Awaitable<Result<FeedPosition, io::Fault>> PolledFeed::head() {
    auto end = co_await reader_.find_end();
    if (!end) co_return std::unexpected(std::move(end.error()));
    end_ = *end;
    if (end_->last_seq == 0) co_return FeedPosition{};
    co_return FeedPosition{.seq = end_->last_seq, .hash8 = hash8_of(end_->hash)};
}

io::Awaitable<Result<FeedPage, io::Fault>>
PolledFeed::after(FeedPosition position, std::size_t at_most) {
    if (!end_ || position.seq >= end_->last_seq) {
        const auto looked = co_await head();
        if (!looked) co_return std::unexpected(looked.error());
        if (position.seq > end_->last_seq) co_return page_beyond_head(position);
    }
    co_return co_await reader_.read(position, *end_, at_most);
}

io::Awaitable<Result<void, io::Fault>>
PolledFeed::until_beyond(std::uint64_t seq, std::chrono::milliseconds time) {
    for (auto left = time; left > std::chrono::milliseconds{0}; left -= kPace) {
        if (end_ && end_->last_seq > seq) break;
        io::Timer pause{owner_, std::min(left, kPace)};
        co_await pause.async_wait(io::use_awaitable);
        const auto looked = co_await head();
        if (!looked) co_return std::unexpected(looked.error());
    }
    co_return Result<void, io::Fault>{};
}

}  // namespace frontrow::store::engine
