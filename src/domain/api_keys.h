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

/// Every API key that there ever was. Changed by `evolve` alone. One thread.
class ApiKeys {
public:
    explicit ApiKeys(StateLog& log);
    ApiKeys(const ApiKeys&) = delete;
    ApiKeys& operator=(const ApiKeys&) = delete;
    ~ApiKeys();

    const ApiKey* find(ApiKeyId id) const;
    /// By its number, in the order in which they were made.
    const ApiKey& operator[](std::uint32_t number) const { return keys_[number]; }
    /// The one in force that has this digest.
    const ApiKey* find_live(const ApiKeyDigest& digest) const;
    /// Newest first.
    std::vector<ApiKey> list(const Page& page) const;

    std::size_t size() const { return keys_.size(); }
    std::size_t live_count() const { return live_.entries().size(); }
    /// The newest fact about any of them.
    std::uint64_t last_seq() const { return last_seq_.get(); }

    /// CHECKs that neither its id nor its digest is there already.
    void add(ApiKey key, std::uint64_t seq);
    /// CHECKs that it is there and in force.
    void revoke(ApiKeyId id, Instant at, std::uint64_t seq);
    /// Changes its account. CHECKs that it is there and in force.
    void move(ApiKeyId id, std::string account, std::uint64_t seq);

    /// CHECKs that each is found by its id, and those in force by their digest.
    void verify() const;

    // For a loader (domain/inventory_image.h).

    template <class Archive, class Self>
    static void transfer_rows(Archive& archive, Self& keys);
    /// What follows from the rows: the tables.
    void derive();

private:
    using KeyIndex = std::uint32_t;

    /// StateIndex::kNone where there is none.
    KeyIndex index_of(ApiKeyId id) const;
    /// The tables' part of a key that stands in its place.
    void enter(KeyIndex index);

    StateLog& log_;
    StateTable<ApiKey> keys_;
    StateIndex by_id_;
    /// Ordered by digest. How long a search takes may tell of the digests that are there, from
    /// which no key can be reckoned.
    StateMap<ApiKeyDigest, KeyIndex> live_;
    StateValue<std::uint64_t> last_seq_;
};

}  // namespace frontrow::domain
