#include "store/engine/recent_facts.h"

#include "base/check.h"
#include "domain/command_traits.h"

#include <algorithm>
#include <utility>

namespace frontrow::store::engine {
namespace {

/// Bytes of memory that the facts take, without their texts.
std::size_t memory_of(const std::vector<domain::Fact>& facts) {
    auto bytes = facts.capacity() * sizeof(domain::Fact);
    for (const auto& fact : facts) {
        const auto* const seats = domain::seats_of(fact.body);
        if (seats != nullptr) bytes += seats->seats.capacity() * sizeof(domain::SeatSpec);
    }
    return bytes;
}

}  // namespace

void RecentFacts::add(SharedFacts facts, const JournalEnd& end, std::size_t text_bytes) {
    CHECK(!facts->empty() && facts->front().seq == this->end().last_seq + 1);
    CHECK(facts->back().seq == end.last_seq);
    const auto bytes = memory_of(*facts) + text_bytes;
    bytes_ += bytes;
    kept_.push_back({{std::move(facts), hash8_of(end.hash)}, end, bytes});
    for (; kept_.size() > 1 && bytes_ > bytes_max_; kept_.pop_front()) {
        before_ = kept_.front().end;
        bytes_ -= kept_.front().bytes;
    }
}

std::optional<FeedPage> RecentFacts::after(const FeedPosition& position, std::size_t at_most)
    const {
    CHECK(position.seq <= told_.last_seq);
    if (position.seq < before_.last_seq) return std::nullopt;
    auto next = std::ranges::lower_bound(kept_, position.seq, {}, &Kept::last_seq);
    // The batch that contains the fact at `position`: the last one dropped from memory, or the one
    // found.
    const bool is_before_all = position.seq == before_.last_seq;
    const auto& holder = is_before_all ? before_ : next->end;
    if (position.hash8 && *position.hash8 != hash8_of(holder.hash))
        return FeedPage{std::unexpected(FeedRefusal::another_past)};
    std::vector<FeedBatch> page;
    for (auto from = position.seq;
         next != kept_.end() && next->last_seq() <= told_.last_seq && from - position.seq < at_most;
         ++next) {
        if (next->last_seq() == position.seq) continue;
        page.push_back(next->batch);
        from = next->last_seq();
    }
    return FeedPage{std::move(page)};
}

}  // namespace frontrow::store::engine
