#include "admission/rate_table.h"

#include "base/check.h"

#include <algorithm>
#include <bit>

namespace frontrow::admission {

RateTable::RateTable(std::size_t entries) : buckets_(entries / 4) {
    CHECK(entries >= 4 && std::has_single_bit(entries));
}

RateEntry& RateTable::at(std::uint64_t who) {
    auto& entries = buckets_[who & (buckets_.size() - 1)].entries;
    const auto known = std::ranges::find(entries, who, &RateEntry::who);
    if (known != entries.end()) return *known;
    auto& first = *std::ranges::min_element(entries, {}, &RateEntry::restored_at);
    first = {};
    first.who_ = who;
    return first;
}

}  // namespace frontrow::admission
