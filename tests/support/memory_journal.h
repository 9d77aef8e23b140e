#pragma once

#include "store/engine/journal.h"

#include <functional>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A journal without a disk: a batch is durable as soon as it is there, and gone with its engine.
/// So the same commands lead to the same state again, and nothing takes time or a thread.
class MemoryJournal final : public store::engine::Journal {
public:
    using Take = std::function<void(const domain::Fact&)>;

    /// `take` is given every fact, in order.
    MemoryJournal(Done done, Take take) : done_{std::move(done)}, take_{std::move(take)} {}

    void append(std::vector<domain::Fact> batch) override {
        for (const auto& fact : batch)
            take_(fact);
        done_({});
    }
    Result<Health, io::Fault> look() override { return Health{}; }
    void abandon(const io::Fault&) override {}
    Result<void, io::Fault> finish(const domain::Inventory&) override { return {}; }

private:
    Done done_;
    Take take_;
};

}  // namespace frontrow::test
