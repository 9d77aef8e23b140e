#pragma once

#include "base/hash_map.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace frontrow {

/// A HashMap in 256 parts, for tables that grow to millions while buyers wait: a table that is full
/// moves all of its entries at once, which for a million of them takes a tenth of a second; here
/// each part moves its own, and not all at the same time. Pointers don't survive an insert.
template <class Key, class Value>
class ShardedMap {
public:
    Value* find(const Key& key) { return in(shard_of(key), key); }
    const Value* find(const Key& key) const { return in(shard_of(key), key); }

    /// The value of the key, which is `value` if there was none, and whether there was none.
    std::pair<Value*, bool> try_emplace(const Key& key, Value value) {
        const auto [place, is_new] = shard_of(key).try_emplace(key, std::move(value));
        return {&place->second, is_new};
    }

    Value& operator[](const Key& key) { return shard_of(key)[key]; }

    /// Room for about so many, so that filling it moves little.
    void reserve(std::size_t count) {
        for (auto& shard : shards_)
            shard.reserve(count / shards_.size() + 1);
    }

    void erase(const Key& key) { shard_of(key).erase(key); }

    std::size_t size() const {
        std::size_t sum = 0;
        for (const auto& shard : shards_)
            sum += shard.size();
        return sum;
    }

private:
    using Shard = HashMap<Key, Value>;

    template <class SomeShard>
    static auto in(SomeShard& shard, const Key& key) -> decltype(&shard.begin()->second) {
        const auto found = shard.find(key);
        return found == shard.end() ? nullptr : &found->second;
    }

    /// By the upper bits of a product (Knuth's multiplicative hashing): a hash may be the number
    /// itself, and the parts use its other bits.
    static std::size_t index_of(const Key& key) {
        return std::uint64_t{std::hash<Key>{}(key)} * 0xD6E8'FEB8'6659'FD93ULL >> 56;
    }
    Shard& shard_of(const Key& key) { return shards_[index_of(key)]; }
    const Shard& shard_of(const Key& key) const { return shards_[index_of(key)]; }

    std::array<Shard, 256> shards_;
};

}  // namespace frontrow
