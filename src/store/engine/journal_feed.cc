#include "store/engine/journal_feed.h"

#include "base/check.h"
#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>

#include <utility>

namespace frontrow::store::engine {
namespace {

std::unexpected<io::Fault> feed_is_closed() {
    return std::unexpected(io::Fault{io::FaultKind::unavailable, "the feed is closed"});
}

/// Adds a value to a list, and removes it on destruction: a coroutine that waits leaves no entry
/// behind, however its wait ends.
template <class List>
class Entry {
public:
    Entry(List& list, typename List::value_type value)
        : list_{list}, place_{list.insert(list.end(), std::move(value))} {}
    ~Entry() { list_.erase(place_); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

private:
    List& list_;
    typename List::iterator place_;
};

}  // namespace

void JournalFeed::begin(const JournalEnd& end, FactReader& older) {
    CHECK(!recent_);
    recent_.emplace(end, kBytesMax);
    older_ = &older;
}

void JournalFeed::add(SharedFacts facts, const JournalEnd& end, std::size_t text_bytes) {
    recent_->add(std::move(facts), end, text_bytes);
}

void JournalFeed::tell() {
    const auto before = recent_->told().last_seq;
    recent_->tell();
    if (recent_->told().last_seq > before) wake_all();
}

void JournalFeed::close() {
    is_closing_ = true;
    wake_all();
}

/// Doesn't run the readers: each resumes later, in a new turn of the event loop.
void JournalFeed::wake_all() {
    for (const auto& wake : wakes_)
        wake();
}

io::Awaitable<Result<FeedPosition, io::Fault>> JournalFeed::head() {
    if (auto fault = co_await ports_.until_fresh()) co_return std::unexpected(std::move(*fault));
    const auto& told = recent_->told();
    if (told.last_seq == 0) co_return FeedPosition{};
    co_return FeedPosition{.seq = told.last_seq, .hash8 = hash8_of(told.hash)};
}

io::Awaitable<Result<FeedPage, io::Fault>>
JournalFeed::after(FeedPosition position, std::size_t at_most) {
    if (!recent_ || position.seq > recent_->told().last_seq) {
        // Another node may have delivered this position already.
        if (auto fault = co_await ports_.until_fresh())
            co_return std::unexpected(std::move(*fault));
        if (position.seq > recent_->told().last_seq) co_return page_beyond_head(position);
    }
    if (auto page = recent_->after(position, at_most)) co_return std::move(*page);
    if (is_closing_) co_return feed_is_closed();
    auto page = co_await older_->read(position, recent_->told(), at_most);
    const bool is_trouble = !page && page.error().kind != io::FaultKind::overloaded;
    if (is_trouble && ports_.on_unread) ports_.on_unread(page.error());
    co_return page;
}

io::Awaitable<Result<void, io::Fault>>
JournalFeed::until_beyond(std::uint64_t seq, std::chrono::milliseconds time) {
    if (!is_closing_ && (!recent_ || recent_->told().last_seq <= seq)) {
        io::Timer timer{ports_.owner, time};
        const Entry<Wakes> entry{wakes_, [&timer] { timer.cancel(); }};
        co_await timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
    }
    if (is_closing_) co_return feed_is_closed();
    co_return Result<void, io::Fault>{};
}

}  // namespace frontrow::store::engine
