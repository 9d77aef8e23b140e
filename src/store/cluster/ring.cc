#include "store/cluster/ring.h"

#include <algorithm>
#include <iterator>

namespace frontrow::store::cluster {

void Ring::saw(Bits128 writer, Time now) {
    std::erase_if(seen_, [&](const auto& entry) { return !is_member(entry.second, now); });
    run_ = writer == last_writer_ ? run_ + 1 : 1;
    seen_[writer] = now;
    last_writer_ = writer;
    last_seen_ = now;
    // Knuth's MMIX generator.
    chance_ = chance_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
}

std::uint32_t Ring::place(Time now) const {
    std::uint32_t passed = 0;
    auto next = seen_.upper_bound(last_writer_);
    for (std::size_t i = 0; i < seen_.size(); ++i, ++next) {
        if (next == seen_.end()) next = seen_.begin();
        if (!is_member(next->second, now)) continue;
        ++passed;
        if (next->first == me_) return passed;
    }
    return 0;
}

std::size_t Ring::writers(Time now) const {
    return static_cast<std::size_t>(std::ranges::count_if(seen_, [&](const auto& entry) {
        return is_member(entry.second, now);
    }));
}

Ring::Turn Ring::turn(Time slot, Time now, bool has_lost) const {
    const auto members = writers(now);
    const auto mine = place(now);
    if (members == 0) return {.at = last_seen_};
    if (members == 1 && mine == 1)
        return {.at = last_seen_ + (run_ % kAloneMax == 0 ? slot : Time{})};
    if (mine == 0) {
        if (has_lost) return {.at = last_seen_};
        const auto wait = Time{static_cast<Time::rep>(chance_ >> 16) % kNewcomerMax.count()};
        return {.at = last_seen_ + wait};
    }
    return {.at = last_seen_ + (mine - 1) * slot, .looks_first = mine > 1};
}

}  // namespace frontrow::store::cluster
