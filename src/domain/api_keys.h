#pragma once

#include "base/hash_map.h"
#include "domain/api_key.h"
#include "domain/page.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace frontrow::domain {

/// Every API key that there ever was. Changed by `evolve` alone. One thread.
class ApiKeys {
public:
    const ApiKey* find(ApiKeyId id) const;
    /// The one in force that has this digest.
    const ApiKey* find_live(const ApiKeyDigest& digest) const;
    /// Newest first.
    std::vector<ApiKey> list(const Page& page) const;

    std::size_t size() const { return keys_.size(); }
    std::size_t live_count() const { return live_.size(); }
    /// The newest fact about any of them.
    std::uint64_t last_seq() const { return last_seq_; }

    /// CHECKs that neither its id nor its digest is there already.
    void add(ApiKey key, std::uint64_t seq);
    /// CHECKs that it is there and in force.
    void revoke(ApiKeyId id, Instant at, std::uint64_t seq);

private:
    friend class InventoryImage;

    /// The tables' part of a key that stands in its place.
    void enter(std::size_t index);

    std::deque<ApiKey> keys_;
    HashMap<ApiKeyId, std::size_t> by_id_;
    /// Ordered by digest. How long a search takes may tell of the digests that are there, from
    /// which no key can be reckoned.
    std::map<ApiKeyDigest, std::size_t> live_;
    std::uint64_t last_seq_ = 0;
};

}  // namespace frontrow::domain
