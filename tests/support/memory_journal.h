#pragma once

#include "store/engine/journal.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace frontrow::test {

/// A journal without a disk: a batch is durable at once, and is lost with the engine. The same
/// commands always lead to the same state, and no step needs time or a thread.
class MemoryJournal final : public store::engine::Journal {
public:
    using Take = std::function<void(const domain::Fact&)>;

    /// `take` receives every fact, in order.
    MemoryJournal(Done done, Take take) : done_{std::move(done)}, take_{std::move(take)} {}

    void append(store::SharedFacts batch) override {
        for (const auto& fact : *batch)
            take_(fact);
        end_ = {.batch = end_.batch + 1, .last_seq = batch->back().seq, .hash = {}};
        done_(Written{.end = end_});
    }
    Result<Health, io::Fault> look() override { return Health{}; }
    void abandon(const io::Fault&) override {}
    Result<void, io::Fault> finish(const domain::Inventory&) override { return {}; }
    store::engine::FactReader& facts() override { return facts_; }

private:
    /// No facts can be read except those in the engine's memory.
    class NoFacts final : public store::engine::FactReader {
    public:
        io::Awaitable<Result<store::FeedPage, io::Fault>>
        read(store::FeedPosition, store::engine::JournalEnd, std::size_t) override {
            co_return std::unexpected(io::Fault{io::FaultKind::unavailable, "it is gone"});
        }
        io::Awaitable<Result<store::engine::JournalEnd, io::Fault>> find_end() override {
            co_return std::unexpected(io::Fault{io::FaultKind::unavailable, "it is gone"});
        }
        io::Awaitable<void> close() override { co_return; }
    };

    Done done_;
    Take take_;
    store::engine::JournalEnd end_;
    NoFacts facts_;
};

}  // namespace frontrow::test
