#pragma once

#include "domain/facts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace frontrow::store::engine {

/// The batch that forms while the previous one is being written, with the callers that wait for
/// either. Knows no journal and no clock. One thread.
class GroupCommit {
public:
    /// Called with true when the facts are durable, with false if their outcome is unknown.
    using Waiter = std::move_only_function<void(bool)>;

    /// Everything up to `durable_seq` is durable.
    explicit GroupCommit(std::uint64_t durable_seq) : durable_seq_{durable_seq} {}

    /// Adds a fact, constructed from `members`, to the forming batch. It must have the next number.
    template <class... Members>
    const domain::Fact& add(Members&&... members) {
        return forming_.emplace_back(std::forward<Members>(members)...);
    }
    /// Adds the estimated size of new facts, as lines of JSON.
    void add_bytes(std::size_t bytes) { forming_bytes_ += bytes; }
    std::size_t facts() const { return forming_.size(); }
    std::size_t bytes() const { return forming_bytes_; }

    bool is_writing() const { return writing_seq_ > durable_seq_; }
    bool is_durable(std::uint64_t seq) const { return seq <= durable_seq_; }
    /// True if the fact is in the forming batch, not in an earlier one.
    bool is_forming(std::uint64_t seq) const { return seq > writing_seq_; }

    enum class Asker { command, reader };
    /// `seq` must not be durable yet.
    void wait(std::uint64_t seq, Asker asker, Waiter waiter);
    /// The number of waiting commands.
    std::size_t commands_waiting() const { return for_writing_.commands + for_forming_.commands; }

    /// Makes the forming batch the one being written, and returns its facts. The forming batch must
    /// not be empty, and no other batch may be under way.
    std::vector<domain::Fact> seal();
    /// Reserves memory for the next batch, so that its first fact doesn't wait for the allocation.
    /// Reserves little more than the last batch needed, because batches are kept in memory for
    /// readers.
    void make_room() {
        forming_.reserve(std::min<std::size_t>(last_facts_ + last_facts_ / 4, 1'024));
    }
    /// Call when the batch being written is durable. Returns its waiters.
    std::vector<Waiter> written();
    /// Call when nothing more will become durable. Returns all waiters.
    std::vector<Waiter> give_up();

private:
    std::vector<domain::Fact> forming_;
    /// The sum given to add_bytes().
    std::size_t forming_bytes_ = 0;
    /// The number of facts of the previous batch.
    std::size_t last_facts_ = 0;
    struct Waiting {
        std::vector<Waiter> waiters;
        std::size_t commands = 0;
    };
    /// Waiters of the forming batch, and of the one being written.
    Waiting for_forming_;
    Waiting for_writing_;
    std::uint64_t durable_seq_;
    /// The last fact of the batch being written, or of the last one written.
    std::uint64_t writing_seq_ = durable_seq_;
};

}  // namespace frontrow::store::engine
