#include "domain/api_keys.h"

#include "base/check.h"
#include "domain/digest_fields.h"

#include <algorithm>
#include <utility>

namespace frontrow::domain {

ApiKeys::ApiKeys(StateLog& log)
    : log_{log}, keys_{log, "api_keys"}, by_id_{log}, live_{log}, last_seq_{log, "api_keys_seq"} {
}

ApiKeys::~ApiKeys() = default;

const ApiKey* ApiKeys::find(ApiKeyId id) const {
    const auto index = index_of(id);
    return index == StateIndex::kNone ? nullptr : &keys_[index];
}

ApiKeys::KeyIndex ApiKeys::index_of(ApiKeyId id) const {
    return by_id_.find(id, [&](auto index) { return keys_[index].id == id; });
}

const ApiKey* ApiKeys::find_live(const ApiKeyDigest& digest) const {
    const auto found = live_.entries().find(digest);
    return found == live_.entries().end() ? nullptr : &keys_[found->second];
}

std::vector<ApiKey> ApiKeys::list(const Page& page) const {
    std::size_t end = keys_.end();
    if (page.after) {
        const auto known = index_of(ApiKeyId{page.after->id});
        end = known == StateIndex::kNone ? 0 : known;
    }
    std::vector<ApiKey> newest;
    for (end -= std::min(page.offset, end); end > 0 && newest.size() < page.limit; --end)
        newest.push_back(keys_[static_cast<KeyIndex>(end - 1)]);
    return newest;
}

void ApiKeys::add(ApiKey key, std::uint64_t seq) {
    enter(keys_.add(std::move(key)));
    last_seq_.set(seq);
}

void ApiKeys::enter(KeyIndex index) {
    const auto& key = keys_[index];
    CHECK(index_of(key.id) == StateIndex::kNone);
    by_id_.insert(key.id, index);
    if (key.revoked_at) return;
    const bool is_new_digest = live_.insert(key.digest, index);
    CHECK(is_new_digest);
}

void ApiKeys::revoke(ApiKeyId id, Instant at, std::uint64_t seq) {
    const auto index = index_of(id);
    CHECK(index != StateIndex::kNone);
    const bool was_in_force = live_.erase(keys_[index].digest);
    CHECK(was_in_force);
    keys_.change(index, &ApiKey::revoked_at) = at;
    last_seq_.set(seq);
}

void ApiKeys::move(ApiKeyId id, std::string account, std::uint64_t seq) {
    const auto index = index_of(id);
    CHECK(index != StateIndex::kNone && !keys_[index].revoked_at);
    keys_.replace(index, &ApiKey::account, std::move(account));
    last_seq_.set(seq);
}

void ApiKeys::derive() {
    for (KeyIndex index = 0; index < keys_.end(); ++index)
        enter(index);
}

void ApiKeys::verify() const {
    std::size_t live = 0;
    keys_.visit([&](KeyIndex index, const ApiKey& key) {
        CHECK(index_of(key.id) == index);
        if (key.revoked_at) return;
        ++live;
        CHECK(find_live(key.digest) == &key);
    });
    CHECK(live == live_count());
}

}  // namespace frontrow::domain
