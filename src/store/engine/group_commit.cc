#include "store/engine/group_commit.h"

#include "base/check.h"

#include <iterator>

namespace frontrow::store::engine {

void GroupCommit::wait(std::uint64_t seq, Asker asker, Waiter waiter) {
    auto& waiting = is_forming(seq) ? for_forming_ : for_writing_;
    waiting.waiters.push_back(std::move(waiter));
    if (asker == Asker::command) ++waiting.commands;
}

std::vector<domain::Fact> GroupCommit::seal() {
    CHECK(!is_writing() && !forming_.empty() && for_writing_.waiters.empty());
    CHECK(forming_.back().seq > durable_seq_);
    writing_seq_ = forming_.back().seq;
    for_writing_ = std::exchange(for_forming_, {});
    last_facts_ = forming_.size();
    forming_bytes_ = 0;
    return std::exchange(forming_, {});
}

std::vector<GroupCommit::Waiter> GroupCommit::written() {
    CHECK(is_writing());
    durable_seq_ = writing_seq_;
    return std::exchange(for_writing_, {}).waiters;
}

std::vector<GroupCommit::Waiter> GroupCommit::give_up() {
    auto all = std::exchange(for_writing_, {}).waiters;
    std::ranges::move(std::exchange(for_forming_, {}).waiters, std::back_inserter(all));
    return all;
}

}  // namespace frontrow::store::engine
