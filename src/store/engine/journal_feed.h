#pragma once

#include "io/awaitable.h"
#include "io/fault.h"
#include "store/engine/fact_reader.h"
#include "store/engine/journal_end.h"
#include "store/engine/recent_facts.h"
#include "store/feed.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>

namespace frontrow::store::engine {

/// The feed of a store: the newest batches from memory, older ones from the journal's storage. All
/// that the owner's thread does for readers is hand over batches. One thread, the owner's.
class JournalFeed final : public Feed {
public:
    /// Bytes of facts kept in memory: some 10,000 facts, nearly a second of a rush.
    static constexpr std::size_t kBytesMax = 8 << 20;

    struct Ports {
        io::Executor owner;
        /// Returns once this feed may deliver everything that any node's feed may have delivered
        /// before the call.
        std::function<io::Awaitable<std::optional<io::Fault>>()> until_fresh;
        /// Called with a fault that kept older facts from being read. May be empty.
        std::function<void(const io::Fault&)> on_unread = {};
    };

    explicit JournalFeed(Ports ports) : ports_{std::move(ports)} {}
    JournalFeed(const JournalFeed&) = delete;
    JournalFeed& operator=(const JournalFeed&) = delete;

    /// Call it once, before until_fresh() first returns without a fault. The journal ends at `end`,
    /// and everything up to there may be delivered. `older` must outlive the feed's last use.
    void begin(const JournalEnd& end, FactReader& older);
    /// Like RecentFacts::add.
    void add(SharedFacts facts, const JournalEnd& end, std::size_t text_bytes);
    /// From now on everything added so far may be delivered.
    void tell();
    /// Wakes all waiting readers. From now on until_beyond() fails at once, and after() returns
    /// only what is in memory.
    void close();

    io::Awaitable<Result<FeedPosition, io::Fault>> head() override;
    io::Awaitable<Result<FeedPage, io::Fault>> after(FeedPosition position, std::size_t at_most)
        override;
    io::Awaitable<Result<void, io::Fault>>
    until_beyond(std::uint64_t seq, std::chrono::milliseconds time) override;

private:
    using Wakes = std::list<std::function<void()>>;

    void wake_all();

    Ports ports_;
    std::optional<RecentFacts> recent_;
    FactReader* older_ = nullptr;
    /// The wake-up functions of the readers that wait for more.
    Wakes wakes_;
    bool is_closing_ = false;
};

}  // namespace frontrow::store::engine
