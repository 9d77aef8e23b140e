#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace frontrow::bench {
namespace {

constexpr unsigned kSubBits = 8;
constexpr unsigned kBitsMax = 40;
constexpr std::size_t kBuckets = (std::size_t{kBitsMax - kSubBits} + 1) << kSubBits;

/// The buckets of the first two groups of 256 are one nanosecond wide, and those of each later
/// group twice as wide as those before.
std::size_t bucket_of(std::uint64_t nanoseconds) {
    const auto width = static_cast<unsigned>(std::bit_width(nanoseconds));
    const unsigned shift = width > kSubBits + 1 ? width - kSubBits - 1 : 0;
    return (std::size_t{shift} << kSubBits) + (nanoseconds >> shift);
}

std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < (std::size_t{2} << kSubBits)) return bucket;
    const auto shift = (bucket >> kSubBits) - 1;
    return ((bucket - (shift << kSubBits) + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(Duration duration) {
    constexpr std::int64_t longest = (std::int64_t{1} << kBitsMax) - 1;
    const auto nanoseconds = std::clamp<std::int64_t>(duration.count(), 0, longest);
    if (buckets_.empty()) buckets_.resize(kBuckets);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(nanoseconds))];
    ++count_;
    sum_ += Duration{nanoseconds};
    max_ = std::max(max_, Duration{nanoseconds});
}

void Histogram::add(const Histogram& other) {
    if (other.count_ == 0) return;
    buckets_.resize(kBuckets);
    for (std::size_t i = 0; i < kBuckets; ++i)
        buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
}

Histogram::Duration Histogram::mean() const {
    return count_ == 0 ? Duration{0} : sum_ / static_cast<std::int64_t>(count_);
}

Histogram::Duration Histogram::percentile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    if (wanted >= count_) return max_;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted && seen > 0)
            return std::min(max_, Duration{static_cast<std::int64_t>(upper_end(i))});
    }
    return max_;
}

}  // namespace frontrow::bench
