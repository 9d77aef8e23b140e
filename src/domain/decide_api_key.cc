#include "domain/decide_rules.h"

namespace frontrow::domain {

template <>
Decision decide_one(const Inventory& inventory, const CreateApiKey& command, Instant now) {
    const auto& keys = inventory.api_keys();
    const auto as_now = [&](const RequestRow& before) {
        return accept(keys[before.made], inventory.last_seq());
    };
    if (auto again = replay(inventory, given(command.request), RequestKind::api_key, now, as_now))
        return *std::move(again);
    if (keys.live_count() >= kApiKeysMax) {
        return refuse_limit(
            Reason::too_many_api_keys, static_cast<std::int64_t>(kApiKeysMax), keys.last_seq()
        );
    }
    ApiKey key{
        .id = command.key,
        .name = command.name,
        .role = command.role,
        .prefix = command.prefix,
        .digest = command.digest,
        .created_by = command.by,
        .created_at = now,
        .revoked_at = std::nullopt,
        .account = command.account,
    };
    return accept(
        std::move(key),
        EventId{},
        ApiKeyCreated{
            .key = command.key,
            .name = command.name,
            .role = command.role,
            .prefix = command.prefix,
            .digest = command.digest,
            .created_by = command.by,
            .account = command.account,
            .request = command.request,
        }
    );
}

template <>
Decision decide_one(const Inventory& inventory, const RevokeApiKey& command, Instant) {
    const auto& keys = inventory.api_keys();
    const auto* key = keys.find(command.key);
    if (key == nullptr) return refuse(Reason::api_key_not_found, keys.last_seq());
    if (key->revoked_at) return accept(std::monostate{}, keys.last_seq());
    return accept(std::monostate{}, EventId{}, ApiKeyRevoked{command.key, command.by});
}

/// A revoked key acts for no account, so it can't be moved.
template <>
Decision decide_one(const Inventory& inventory, const MoveApiKey& command, Instant) {
    const auto& keys = inventory.api_keys();
    const auto* key = keys.find(command.key);
    if (key == nullptr || key->revoked_at)
        return refuse(Reason::api_key_not_found, keys.last_seq());
    if (account_of(*key) == command.account) return accept(*key, keys.last_seq());
    auto moved = *key;
    moved.account = command.account;
    return accept(
        std::move(moved), EventId{}, ApiKeyMoved{command.key, command.account, command.by}
    );
}

}  // namespace frontrow::domain
