#include "tickets/key_registry.h"

#include "base/check.h"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace frontrow::tickets {
namespace {

constexpr std::string_view kSigning = "signing";

bool knows(const KeyRing& ring, const TicketKey& key) {
    return ring.find(key.id()) != nullptr;
}

/// Adds the keys of `from` that `to` lacks, without their private parts.
void add_public_keys(KeyRing& to, const KeyRing& from) {
    for (const auto& key : from.keys) {
        if (knows(to, key)) continue;
        to.keys.push_back(
            {.public_key = key.public_key, .private_key = std::nullopt, .made_at = key.made_at}
        );
    }
}

/// How many keys of the ring the other one lacks.
std::size_t count_unknown(const KeyRing& ring, const KeyRing& other) {
    return static_cast<std::size_t>(std::ranges::count_if(ring.keys, [&](const TicketKey& key) {
        return !knows(other, key);
    }));
}

}  // namespace

std::string write_registry(const KeyRegistry& registry) {
    auto document = boost::json::parse(write_keys(registry.ring, PrivateKeys::leave_out));
    document.get_object()[kSigning] = registry.signing.to_string();
    return boost::json::serialize(document);
}

Result<KeyRegistry, BadKeys> parse_registry(std::string_view text) {
    auto ring = parse_keys(text);
    if (!ring) return std::unexpected(std::move(ring.error()));
    const auto document = boost::json::parse(text);
    const auto* const signing = document.get_object().if_contains(kSigning);
    const auto found = std::ranges::find_if(ring->keys, [&](const TicketKey& key) {
        return signing != nullptr && signing->is_string() &&
               key.id().to_string() == std::string_view{signing->get_string()};
    });
    if (found == ring->keys.end())
        return std::unexpected(BadKeys{"the key that signs isn't among its keys"});
    const auto id = found->id();
    return KeyRegistry{.signing = id, .ring = *std::move(ring)};
}

Result<std::optional<KeyRegistry>, io::Fault> read_registry(const std::optional<std::string>& record
) {
    if (!record) return std::nullopt;
    auto registry = parse_registry(*record);
    if (registry) return *std::move(registry);
    return std::unexpected(io::Fault{
        io::FaultKind::corrupt,
        "the store's record of the keys for tickets is damaged: " + registry.error().why
    });
}

KeyMatch match_keys(const KeyRing& ring, const std::optional<KeyRegistry>& registry) {
    if (!registry) return KeyMatch::first_use;
    if (ring.is_empty()) return KeyMatch::lost;
    const auto unknown = count_unknown(ring, registry->ring);
    if (unknown == ring.keys.size()) return KeyMatch::other;
    if (ring.find(registry->signing) == nullptr) return KeyMatch::behind;
    const bool is_same = ring.keys.back().id() == registry->signing;
    if (is_same && unknown == 0) return KeyMatch::same;
    const bool has_room = registry->ring.keys.size() + unknown <= kKeysMax;
    return has_room ? KeyMatch::rotated : KeyMatch::too_many;
}

KeyRegistry registry_with(const KeyRing& ring, const std::optional<KeyRegistry>& registry) {
    CHECK(!ring.is_empty());
    KeyRegistry next{.signing = ring.keys.back().id(), .ring = {}};
    if (registry) next.ring = registry->ring;
    add_public_keys(next.ring, ring);
    return next;
}

KeyRegistry registry_within(const KeyRing& ring, const KeyRegistry& registry) {
    CHECK(ring.find(registry.signing) != nullptr);
    auto next = registry;
    std::erase_if(next.ring.keys, [&](const TicketKey& key) { return !knows(ring, key); });
    return next;
}

std::string remedy_of(KeyMatch match, const std::filesystem::path& file, KeyId signing) {
    const auto key = signing.to_string();
    constexpr auto kReplace = "frontrow keys make --replace-lost";
    switch (match) {
        case KeyMatch::behind:
            return file.string() + " lacks key " + key +
                   ", with which this store's tickets are signed now: copy the key file from the "
                   "node on which the keys were rotated";
        case KeyMatch::other:
            return file.string() +
                   " has the keys of another store; this one's tickets are signed "
                   "with key " +
                   key + ": name the right file with --keys-file, or, if it is lost, run " +
                   kReplace;
        case KeyMatch::lost:
            return "there is no key file " + file.string() +
                   ", and this store's tickets are signed with key " + key +
                   ": put back a copy of the file, or, if there is none, run " + kReplace +
                   ", which keeps old tickets valid";
        case KeyMatch::too_many:
            return file.string() +
                   " has keys that this store doesn't know, and with its own they "
                   "would be more than " +
                   std::to_string(kKeysMax) +
                   ": run frontrow keys forget-old, by which the store forgets the keys that the "
                   "file lacks; the codes of tickets that those have signed are no longer valid";
        case KeyMatch::same:
        case KeyMatch::first_use:
        case KeyMatch::rotated:
            break;
    }
    return {};
}

std::optional<KeyRing>
replace_lost(KeyRing ring, const KeyRegistry& registry, Instant now, io::Random& random) {
    KeyRing whole;
    add_public_keys(whole, registry.ring);
    add_public_keys(whole, ring);
    if (!add_new_key(whole, now, random)) return std::nullopt;
    return whole;
}

}  // namespace frontrow::tickets
