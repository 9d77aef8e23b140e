#include "tickets/ticket_keys.h"

#include "base/check.h"
#include "io/base64.h"
#include "io/sha256.h"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace frontrow::tickets {
namespace {

namespace json = boost::json;

using io::read_base64url;
using io::to_base64url;

constexpr std::int64_t kFormat = 1;

std::unexpected<BadKeys> bad(std::string why) {
    return std::unexpected(BadKeys{std::move(why)});
}

std::string_view bytes_of_key(const std::array<std::uint8_t, 32>& key) {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
}

/// Returns nothing if the member is missing or isn't a text.
std::optional<std::string_view> text_in(const json::object& object, std::string_view name) {
    const auto* const member = object.if_contains(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return std::string_view{member->get_string()};
}

/// Reads a member with 32 bytes in base64url. Returns nothing for anything else.
std::optional<std::array<std::uint8_t, 32>>
key_in(const json::object& object, std::string_view name) {
    const auto text = text_in(object, name);
    const auto bytes = text ? read_base64url(*text) : std::nullopt;
    std::array<std::uint8_t, 32> key{};
    if (!bytes || bytes->size() != key.size()) return std::nullopt;
    std::ranges::copy(*bytes, key.begin());
    return key;
}

/// Reads the member `keys`, a list of objects, which `take` gets one by one.
template <class Take>
Result<void, BadKeys> each_key(const json::object& document, Take take) {
    const auto* const keys = document.if_contains("keys");
    if (keys == nullptr || !keys->is_array()) return bad("it has no list of keys");
    for (const auto& one : keys->get_array()) {
        if (!one.is_object()) return bad("a key in it isn't an object");
        if (auto taken = take(one.get_object()); !taken) return taken;
    }
    return {};
}

Result<json::object, BadKeys> parse_document(std::string_view text) {
    boost::system::error_code error;
    auto document = json::parse(text, error);
    if (error || !document.is_object()) return bad("it isn't a JSON object");
    return std::move(document.get_object());
}

Result<TicketKey, BadKeys> parse_key(const json::object& object) {
    TicketKey key;
    const auto public_key = key_in(object, "public");
    if (!public_key) return bad("a key in it has no public part of 32 bytes in base64url");
    key.public_key = *public_key;
    const auto id = key.id().to_string();
    if (text_in(object, "id") != id) return bad("the id of key " + id + " is another one");
    const auto made_at = parse_rfc3339(text_in(object, "made_at").value_or(""));
    if (!made_at) return bad("key " + id + " has no time at which it was made");
    key.made_at = *made_at;
    if (!object.contains("private")) return key;
    key.private_key = key_in(object, "private");
    if (!key.private_key) return bad("key " + id + " has no private part of 32 bytes in base64url");
    if (SigningKey{*key.private_key}.public_key() != key.public_key)
        return bad("the private part of key " + id + " is that of another key");
    return key;
}

Result<KeyRing, BadKeys> parse_ring(const json::object& document) {
    const auto* const format = document.if_contains("format");
    if (format == nullptr || !format->is_int64() || format->get_int64() != kFormat)
        return bad("its format isn't " + std::to_string(kFormat) + ", the one that is known here");
    KeyRing ring;
    auto read = each_key(document, [&](const json::object& one) -> Result<void, BadKeys> {
        auto key = parse_key(one);
        if (!key) return std::unexpected(std::move(key.error()));
        if (ring.find(key->id()) != nullptr)
            return bad("it has key " + key->id().to_string() + " twice");
        ring.keys.push_back(*std::move(key));
        return {};
    });
    if (!read) return std::unexpected(std::move(read.error()));
    if (ring.is_empty()) return bad("it has no key");
    if (ring.keys.size() > kKeysMax)
        return bad("it has more than " + std::to_string(kKeysMax) + " keys");
    return ring;
}

Result<std::vector<PublicKey>, BadKeys> parse_set(const json::object& document) {
    std::vector<PublicKey> keys;
    auto read = each_key(document, [&](const json::object& one) -> Result<void, BadKeys> {
        if (text_in(one, "kty") != "OKP" || text_in(one, "crv") != "Ed25519") return {};
        const auto key = key_in(one, "x");
        if (!key) return bad("a key in it has no x of 32 bytes in base64url");
        keys.push_back(*key);
        return {};
    });
    if (!read) return std::unexpected(std::move(read.error()));
    if (keys.empty()) return bad("it has no key of the kind OKP with the curve Ed25519");
    return keys;
}

}  // namespace

std::string KeyId::to_string() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 15U];
    }
    return text;
}

KeyId id_of(const PublicKey& key) {
    io::Sha256 sha;
    sha.update(key);
    const auto digest = sha.finish();
    KeyId id;
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

const TicketKey* KeyRing::find(KeyId id) const {
    const auto found = std::ranges::find(keys, id, &TicketKey::id);
    return found == keys.end() ? nullptr : &*found;
}

std::vector<PublicKey> KeyRing::public_keys() const {
    std::vector<PublicKey> out;
    out.reserve(keys.size());
    for (const auto& key : keys)
        out.push_back(key.public_key);
    return out;
}

bool add_new_key(KeyRing& ring, Instant now, io::Random& random) {
    if (ring.keys.size() >= kKeysMax) return false;
    TicketKey key{.public_key = {}, .private_key = PrivateKey{}, .made_at = now};
    do {
        const auto first = bytes_of(random.next());
        const auto second = bytes_of(random.next());
        const auto rest = std::ranges::copy(first, key.private_key->begin()).out;
        std::ranges::copy(second, rest);
        key.public_key = SigningKey{*key.private_key}.public_key();
    } while (ring.find(key.id()) != nullptr);
    for (auto& older : ring.keys)
        older.private_key.reset();
    ring.keys.push_back(key);
    return true;
}

std::string write_keys(const KeyRing& ring, PrivateKeys private_keys) {
    json::array keys;
    for (const auto& key : ring.keys) {
        json::object one{
            {"id", key.id().to_string()}, {"public", to_base64url(bytes_of_key(key.public_key))}
        };
        if (key.private_key && private_keys == PrivateKeys::write)
            one["private"] = to_base64url(bytes_of_key(*key.private_key));
        one["made_at"] = to_rfc3339(key.made_at);
        keys.push_back(std::move(one));
    }
    return json::serialize(json::object{{"format", kFormat}, {"keys", std::move(keys)}}) + "\n";
}

Result<KeyRing, BadKeys> parse_keys(std::string_view text) {
    const auto document = parse_document(text);
    if (!document) return std::unexpected(document.error());
    return parse_ring(*document);
}

std::string write_jwk_set(std::span<const PublicKey> keys) {
    json::array set;
    for (const auto& key : keys) {
        set.push_back(json::object{
            {"kty", "OKP"},
            {"crv", "Ed25519"},
            {"use", "sig"},
            {"alg", "EdDSA"},
            {"kid", id_of(key).to_string()},
            {"x", to_base64url(bytes_of_key(key))},
        });
    }
    return json::serialize(json::object{{"keys", std::move(set)}});
}

Result<std::vector<PublicKey>, BadKeys> parse_jwk_set(std::string_view text) {
    const auto document = parse_document(text);
    if (!document) return std::unexpected(document.error());
    return parse_set(*document);
}

Result<std::vector<PublicKey>, BadKeys> parse_public_keys(std::string_view text) {
    const auto document = parse_document(text);
    if (!document) return std::unexpected(document.error());
    if (!document->contains("format")) return parse_set(*document);
    const auto ring = parse_ring(*document);
    if (!ring) return std::unexpected(ring.error());
    return ring->public_keys();
}

}  // namespace frontrow::tickets
