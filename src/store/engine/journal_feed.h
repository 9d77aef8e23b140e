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

/// The feed of a store: the newest batches from memory, older ones from where the journal lies. The
/// owner's thread hands batches over and does nothing else for a reader. One thread, the owner's.
class JournalFeed final : public Feed {
public:
    /// Of the facts that are kept in memory: some 10,000, which are nearly a second of a rush.
    static constexpr std::size_t kBytesMax = 8 << 20;

    struct Ports {
        io::Executor owner;
        /// Returns once everything may be told here that may be told anywhere.
        std::function<io::Awaitable<std::optional<io::Fault>>()> until_fresh;
        /// Told of a fault by which older facts couldn't be read. May be empty.
        std::function<void(const io::Fault&)> on_unread = {};
    };

    explicit JournalFeed(Ports ports) : ports_{std::move(ports)} {}
    JournalFeed(const JournalFeed&) = delete;
    JournalFeed& operator=(const JournalFeed&) = delete;

    /// The journal stands at `end`, and all of it may be told. Before until_fresh() has returned
    /// without a fault; once. `older` outlives the feed's last use.
    void begin(const JournalEnd& end, FactReader& older);
    /// As RecentFacts'.
    void add(SharedFacts facts, const JournalEnd& end, std::size_t text_bytes);
    /// From now on everything that was added is told.
    void tell();
    /// Wakes all who wait. From now on nobody waits, and only memory is read.
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
    /// Of those who wait for more.
    Wakes wakes_;
    bool is_closing_ = false;
};

}  // namespace frontrow::store::engine
