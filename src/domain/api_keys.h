#pragma once

#include "base/state_index.h"
#include "base/state_log.h"
#include "base/state_map.h"
#include "base/state_table.h"
#include "base/state_value.h"
#include "domain/api_key.h"
#include "domain/page.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::domain {

/// All API keys, revoked ones included. Changed by `evolve` only. One thread.
class ApiKeys {
public:
    explicit ApiKeys(StateLog& log);
    ApiKeys(const ApiKeys&) = delete;
    ApiKeys& operator=(const ApiKeys&) = delete;
    ~ApiKeys();

    const ApiKey* find(ApiKeyId id) const;
    /// The key with this number. Keys are numbered in the order of creation.
    const ApiKey& operator[](std::uint32_t number) const { return keys_[number]; }
    /// The key in force that has this digest, or null.
    const ApiKey* find_live(const ApiKeyDigest& digest) const;
    /// Newest first.
    std::vector<ApiKey> list(const Page& page) const;

    std::size_t size() const { return keys_.size(); }
    std::size_t live_count() const { return live_.entries().size(); }
    /// The seq of the newest fact about any key.
    std::uint64_t last_seq() const { return last_seq_.get(); }

    /// CHECKs that the id is new and that no key in force has the digest.
    void add(ApiKey key, std::uint64_t seq);
    /// CHECKs that the key exists and is in force.
    void revoke(ApiKeyId id, Instant at, std::uint64_t seq);
    /// Changes the key's account. CHECKs that the key exists and is in force.
    void move(ApiKeyId id, std::string account, std::uint64_t seq);

    /// CHECKs that each key is found by its id, and each key in force by its digest.
    void verify() const;

    // For saving and loading rows (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& keys);
    /// Rebuilds what is derived from the rows: the look-up tables.
    void derive();

private:
    using KeyIndex = std::uint32_t;

    /// StateIndex::kNone if there is no such key.
    KeyIndex index_of(ApiKeyId id) const;
    /// Adds the key to the look-up tables. keys_ must contain its row already.
    void enter(KeyIndex index);

    StateLog& log_;
    StateTable<ApiKey> keys_;
    StateIndex by_id_;
    /// Ordered by digest, so the duration of a search may reveal something about the stored
    /// digests. That is harmless: no key can be computed from a digest.
    StateMap<ApiKeyDigest, KeyIndex> live_;
    StateValue<std::uint64_t> last_seq_;
};

}  // namespace frontrow::domain
