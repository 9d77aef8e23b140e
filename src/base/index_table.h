#pragma once

#include "base/check.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace frontrow {

/// A hash index: finds rows that are stored elsewhere by a key that is part of the row. An entry
/// takes eight bytes: the row's index and 32 bits of the key's hash. A look-up among millions of
/// rows reads one cache line of the table, and reads a row only if its hash bits match. A map that
/// stored the keys took three times the memory and touched twice the cache lines.
///
/// Open addressing with linear probing; removal shifts entries back (Knuth, The Art of Computer
/// Programming 3, 6.4, algorithms L and R). A large table has 256 parts that grow one at a time. If
/// it grew as a whole, all requests would wait while a million entries move.
///
/// Keys have a std::hash. If a key can be looked up by a value of another type (a string by a
/// view), equal values of both types must have equal hashes. One thread at a time.
class IndexTable {
public:
    static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

    /// Returns the index of the row with this key, or kNone. `has_key(index)` tells whether the row
    /// has the key; it is called for rows whose hash bits match.
    template <class Key, class HasKey>
    std::uint32_t find(const Key& key, HasKey has_key) const {
        const auto tag = tag_of(key);
        const auto& part = part_of(tag);
        if (part.slots.empty()) return kNone;
        for (auto at = part.home(tag);; at = part.next(at)) {
            const auto slot = part.slots[at];
            if (slot.index == kNone || (slot.tag == tag && has_key(slot.index))) return slot.index;
        }
    }

    /// `index` must not be kNone, and the key must not be in the table yet.
    template <class Key>
    void insert(const Key& key, std::uint32_t index) {
        insert_tagged(tag_of(key), index);
    }

    /// The row must be in the table.
    template <class Key>
    void erase(const Key& key, std::uint32_t index) {
        erase_tagged(tag_of(key), index);
    }

    // insert() and erase() for callers that don't have the key, only its tag. The tag is the part
    // of the key's hash that an entry stores.

    /// Multiplies the hash and takes the upper half of the product (Knuth's multiplicative hashing,
    /// 6.4), because the std::hash of a number may be the number itself.
    template <class Key>
    static std::uint32_t tag_of(const Key& key) {
        const std::uint64_t hash = std::hash<Key>{}(key);
        return static_cast<std::uint32_t>(hash * 0xD6E8'FEB8'6659'FD93ULL >> 32);
    }
    void insert_tagged(std::uint32_t tag, std::uint32_t index) {
        if (parts_.size() == 1 && parts_.front().size == kOnePartMax) split();
        part_of(tag).add({tag, index});
    }
    void erase_tagged(std::uint32_t tag, std::uint32_t index) { part_of(tag).remove({tag, index}); }

    /// Makes room for `count` rows, so that filling the table moves few entries.
    void reserve(std::size_t count) {
        if (count > kOnePartMax && parts_.size() == 1) split();
        for (auto& part : parts_)
            part.make_room(count / parts_.size() + 1);
    }

    /// Prefetches the memory that a look-up or insert of this key reads first.
    template <class Key>
    void prefetch(const Key& key) const {
        const auto tag = tag_of(key);
        const auto& part = part_of(tag);
        if (!part.slots.empty()) __builtin_prefetch(&part.slots[part.home(tag)]);
    }

private:
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t index = kNone;

        friend bool operator==(const Slot&, const Slot&) = default;
    };

    struct Part {
        /// The number of slots is a power of two, or zero. At least a quarter of them is empty.
        std::vector<Slot> slots;
        std::size_t size = 0;
        /// home() first shifts out the tag's upper bits, which select the part. Shifting the rest
        /// right by this many bits gives the home slot.
        int shift = 0;

        std::size_t home(std::uint32_t tag) const { return tag << kPartBits >> shift; }
        std::size_t next(std::size_t at) const { return (at + 1) & (slots.size() - 1); }
        /// How many slots `at` is behind the tag's home slot.
        std::size_t distance(std::uint32_t tag, std::size_t at) const {
            return (at - home(tag)) & (slots.size() - 1);
        }

        void add(Slot slot) {
            make_room(size + 1);
            ++size;
            place(slot);
        }

        void place(Slot slot) {
            auto at = home(slot.tag);
            while (slots[at].index != kNone)
                at = next(at);
            slots[at] = slot;
        }

        void remove(Slot slot) {
            CHECK(size > 0);
            --size;
            auto hole = home(slot.tag);
            while (slots[hole] != slot) {
                CHECK(slots[hole].index != kNone);
                hole = next(hole);
            }
            // An entry behind the hole moves into it, unless that would put the entry before its
            // home slot. The slot that it leaves is the next hole.
            for (auto at = next(hole); slots[at].index != kNone; at = next(at)) {
                if (distance(slots[at].tag, at) < ((at - hole) & (slots.size() - 1))) continue;
                slots[hole] = slots[at];
                hole = at;
            }
            slots[hole] = {};
        }

        void make_room(std::size_t count) {
            if (count * 4 <= slots.size() * 3) return;
            const auto capacity = std::max(kSlotsMin, std::bit_ceil((count * 4 + 2) / 3));
            CHECK(capacity <= kSlotsMax);
            shift = 32 - std::countr_zero(capacity);
            for (const auto& slot : std::exchange(slots, std::vector<Slot>(capacity))) {
                if (slot.index != kNone) place(slot);
            }
        }
    };

    static constexpr int kPartBits = 8;
    static constexpr std::size_t kSlotsMin = 8;
    static constexpr std::size_t kSlotsMax = std::size_t{1} << (32 - kPartBits);
    static constexpr std::size_t kOnePartMax = 4'096;

    std::size_t number_of(std::uint32_t tag) const {
        return (tag >> (32 - kPartBits)) & (parts_.size() - 1);
    }
    Part& part_of(std::uint32_t tag) { return parts_[number_of(tag)]; }
    const Part& part_of(std::uint32_t tag) const { return parts_[number_of(tag)]; }

    void split() {
        const auto before = std::exchange(parts_, std::vector<Part>(std::size_t{1} << kPartBits));
        for (const auto& slot : before.front().slots) {
            if (slot.index != kNone) part_of(slot.tag).add(slot);
        }
    }

    /// One part, or 256.
    std::vector<Part> parts_ = std::vector<Part>(1);
};

}  // namespace frontrow
