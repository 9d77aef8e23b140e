#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace frontrow::admission {

/// What one caller has used of one limit.
class RateEntry {
public:
    std::uint64_t who() const { return who_; }
    /// When nothing of the limit is used any more, in microseconds.
    std::int64_t restored_at() const { return state_ >> 1; }
    /// Whether other nodes have been told of the caller.
    bool is_shared() const { return (state_ & 1) != 0; }

    void set(std::int64_t restored_at, bool is_shared) {
        state_ = (restored_at << 1) | (is_shared ? 1 : 0);
    }

private:
    friend class RateTable;

    std::uint64_t who_ = 0;
    /// The time, then a bit. An entry takes 16 bytes, so that four are in one cache line.
    std::int64_t state_ = 0;
};

/// An entry for each of many callers, in memory of a fixed size. An entry has four places where it
/// can be, and a new one takes the place of the one that is restored first. So a crowd of callers
/// that come once drive out each other, and not those that have used up much.
///
/// One thread.
class RateTable {
public:
    /// `entries`: a power of two, at least 4.
    explicit RateTable(std::size_t entries);

    /// The caller's entry. If there is none, it is made, as one that was restored long ago. The
    /// reference is valid until the next call.
    RateEntry& at(std::uint64_t who);

    std::size_t bytes() const { return buckets_.size() * sizeof(Bucket); }

private:
    struct alignas(64) Bucket {
        std::array<RateEntry, 4> entries;
    };

    std::vector<Bucket> buckets_;
};

}  // namespace frontrow::admission
