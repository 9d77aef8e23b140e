#include "identity/key_set.h"

#include "identity/strict_json.h"

#include <algorithm>
#include <utility>

namespace frontrow::identity {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyIdBytesMax = 255;

std::unexpected<BadKeySet> bad_set(std::string why) {
    return std::unexpected(BadKeySet{std::move(why)});
}

/// Adds the key to the set. Returns why it can't be used, if so.
std::optional<std::string> take_key(const json::object& jwk, KeySet& keys) {
    if (jwk.contains("kid") && !text_in(jwk, "kid")) return "its kid isn't a text";
    auto key = TokenKey::from_jwk(jwk);
    if (!key) return std::move(key.error());
    const std::string id{text_in(jwk, "kid").value_or("")};
    if (id.size() > kKeyIdBytesMax) return "its kid is longer than 255 bytes";
    if (!keys.add(id, *std::move(key))) return "an earlier key has its kid and its algorithm";
    return std::nullopt;
}

/// How a message names a key: by its place, and by its kid if that isn't too long.
std::string name_in_message(const json::value& key, std::size_t number) {
    const auto* jwk = key.if_object();
    const auto id = jwk == nullptr ? std::nullopt : text_in(*jwk, "kid");
    const auto place = "key " + std::to_string(number);
    const bool is_shown = id && id->size() <= kKeyIdBytesMax;
    return is_shown ? place + " (" + std::string{*id} + ")" : place;
}

}  // namespace

bool KeySet::add(std::string id, TokenKey key) {
    const bool is_taken = std::ranges::any_of(keys_, [&](const Entry& one) {
        return one.id == id && one.key.algorithm() == key.algorithm();
    });
    if (is_taken) return false;
    keys_.push_back({std::move(id), std::move(key)});
    return true;
}

const TokenKey* KeySet::find(std::string_view id, TokenAlgorithm algorithm) const {
    const TokenKey* found = nullptr;
    for (const auto& one : keys_) {
        if (one.key.algorithm() != algorithm || (!id.empty() && one.id != id)) continue;
        if (found != nullptr) return nullptr;
        found = &one.key;
    }
    return found;
}

bool KeySet::has(TokenAlgorithm algorithm) const {
    return std::ranges::any_of(keys_, [&](const Entry& one) {
        return one.key.algorithm() == algorithm;
    });
}

Result<ReadKeySet, BadKeySet> parse_key_set(std::string_view text) {
    if (text.size() > kKeySetBytesMax) return bad_set("it is larger than 256 KiB");
    const auto document = parse_strict_object(text);
    if (!document) return bad_set("it isn't a JSON object, or a name occurs twice in it");
    const auto* keys = document->if_contains("keys");
    if (keys == nullptr || !keys->is_array()) return bad_set("it has no list of keys");
    const auto& list = keys->get_array();
    if (list.size() > kKeySetKeysMax) return bad_set("it has more than 100 keys");
    ReadKeySet read;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto* jwk = list[i].if_object();
        const auto why = jwk == nullptr ? std::optional<std::string>{"it isn't an object"}
                                        : take_key(*jwk, read.keys);
        if (why) read.skipped.push_back(name_in_message(list[i], i + 1) + " isn't used: " + *why);
    }
    if (read.keys.size() > 0) return read;
    return bad_set(
        read.skipped.empty() ? "its list of keys is empty"
                             : "none of its keys can be used; " + read.skipped.front()
    );
}

}  // namespace frontrow::identity
