#pragma once

#include "store/cluster/batch.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>

namespace frontrow::store::cluster {

/// The newest batches that this node has seen in the journal, kept in case a fail-over loses some.
/// One thread.
class RecentBatches {
public:
    using Time = std::chrono::nanoseconds;

    static constexpr Time kMemory = std::chrono::seconds{60};
    static constexpr std::size_t kBytesMax = 64 << 20;

    explicit RecentBatches(const Head& before) : before_{before} {}

    /// Adds the batch that follows the last.
    void add(Batch batch, Time now) {
        bytes_ += batch.frame.size();
        batches_.push_back({std::move(batch), now});
        while (batches_.size() > 1 &&
               (bytes_ > kBytesMax || batches_.front().learned_at + kMemory < now)) {
            before_ = batches_.front().batch.head;
            bytes_ -= batches_.front().batch.frame.size();
            batches_.pop_front();
        }
    }

    /// Places 1 to last() have a batch; place 0 is the head before them.
    std::size_t last() const { return batches_.size(); }
    const Head& head(std::size_t place) const {
        return place == 0 ? before_ : batches_[place - 1].batch.head;
    }
    const Batch& batch(std::size_t place) const { return batches_[place - 1].batch; }

private:
    struct Learned {
        Batch batch;
        Time learned_at{};
    };

    Head before_;
    std::deque<Learned> batches_;
    std::size_t bytes_ = 0;
};

}  // namespace frontrow::store::cluster
