#pragma once

#include "domain/facts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace frontrow::store::engine {

/// The batch that is forming while the one before it is being written, and who waits for either.
/// It knows no journal and no clock. One thread.
class GroupCommit {
public:
    /// Resumed with true when durable, with false when nobody can know.
    using Waiter = std::move_only_function<void(bool)>;

    /// Everything up to `durable_seq` is durable.
    explicit GroupCommit(std::uint64_t durable_seq) : durable_seq_{durable_seq} {}

    /// Adds the fact that is made of these to the batch that is forming; its number is the next.
    template <class... Members>
    const domain::Fact& add(Members&&... members) {
        return forming_.emplace_back(std::forward<Members>(members)...);
    }
    /// What is being added takes so many bytes as lines, at most.
    void add_bytes(std::size_t bytes) { forming_bytes_ += bytes; }
    std::size_t facts() const { return forming_.size(); }
    std::size_t bytes() const { return forming_bytes_; }

    bool is_writing() const { return writing_seq_ > durable_seq_; }
    bool is_durable(std::uint64_t seq) const { return seq <= durable_seq_; }
    /// In the batch that is forming, and not in one before it.
    bool is_forming(std::uint64_t seq) const { return seq > writing_seq_; }

    enum class Asker { command, reader };
    /// `seq` isn't durable.
    void wait(std::uint64_t seq, Asker asker, Waiter waiter);
    /// How many commands wait.
    std::size_t commands_waiting() const { return for_writing_.commands + for_forming_.commands; }

    /// Begins to write the batch that was forming, which isn't empty; none is being written.
    std::vector<domain::Fact> seal();
    /// Makes room for the next batch, which the first fact would otherwise wait for: a little more
    /// than the last one needed, and no more, because batches are kept for their readers.
    void make_room() {
        forming_.reserve(std::min<std::size_t>(last_facts_ + last_facts_ / 4, 1'024));
    }
    /// The batch that was being written is durable. Returns who waited for it.
    std::vector<Waiter> written();
    /// Nothing more will be durable. Returns all who waited.
    std::vector<Waiter> give_up();

private:
    std::vector<domain::Fact> forming_;
    /// Of what was told to add_bytes().
    std::size_t forming_bytes_ = 0;
    /// Of the batch before.
    std::size_t last_facts_ = 0;
    struct Waiting {
        std::vector<Waiter> waiters;
        std::size_t commands = 0;
    };
    /// For the batch that is forming, and for the one that is being written.
    Waiting for_forming_;
    Waiting for_writing_;
    std::uint64_t durable_seq_;
    /// Of the batch that is being written, or else of the last one.
    std::uint64_t writing_seq_ = durable_seq_;
};

}  // namespace frontrow::store::engine
