#include "domain/api_keys.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace frontrow::domain {

const ApiKey* ApiKeys::find(ApiKeyId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &keys_[found->second];
}

const ApiKey* ApiKeys::find_live(const ApiKeyDigest& digest) const {
    const auto found = live_.find(digest);
    return found == live_.end() ? nullptr : &keys_[found->second];
}

std::vector<ApiKey> ApiKeys::list(const Page& page) const {
    auto end = keys_.size();
    if (page.after) {
        const auto known = by_id_.find(ApiKeyId{page.after->id});
        end = known == by_id_.end() ? 0 : known->second;
    }
    std::vector<ApiKey> newest;
    for (end -= std::min(page.offset, end); end > 0 && newest.size() < page.limit; --end)
        newest.push_back(keys_[end - 1]);
    return newest;
}

void ApiKeys::add(ApiKey key, std::uint64_t seq) {
    keys_.push_back(std::move(key));
    enter(keys_.size() - 1);
    last_seq_ = seq;
}

void ApiKeys::enter(std::size_t index) {
    const auto& key = keys_[index];
    const bool is_new = by_id_.emplace(key.id, index).second;
    CHECK(is_new);
    if (key.revoked_at) return;
    const bool is_new_digest = live_.emplace(key.digest, index).second;
    CHECK(is_new_digest);
}

void ApiKeys::revoke(ApiKeyId id, Instant at, std::uint64_t seq) {
    const auto found = by_id_.find(id);
    CHECK(found != by_id_.end());
    auto& key = keys_[found->second];
    const bool was_in_force = live_.erase(key.digest) == 1;
    CHECK(was_in_force);
    key.revoked_at = at;
    last_seq_ = seq;
}

}  // namespace frontrow::domain
