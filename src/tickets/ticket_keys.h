#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/ed25519.h"
#include "io/random.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::tickets {

using io::ed25519::PrivateKey;
using io::ed25519::PublicKey;
using io::ed25519::SigningKey;

/// Names a public key: the first bytes of its SHA-256, written as eight hexadecimal digits.
struct KeyId {
    std::array<std::uint8_t, 4> bytes{};

    std::string to_string() const;
    friend auto operator<=>(const KeyId&, const KeyId&) = default;
};
KeyId id_of(const PublicKey& key);

struct TicketKey {
    PublicKey public_key{};
    /// Absent for a key that no longer signs.
    std::optional<PrivateKey> private_key;
    Instant made_at;

    KeyId id() const { return id_of(public_key); }

    friend bool operator==(const TicketKey&, const TicketKey&) = default;
};

/// The keys for tickets' codes, from the oldest to the newest. The last one signs; all of them
/// verify, so codes that an older key signed stay good.
struct KeyRing {
    std::vector<TicketKey> keys;

    bool is_empty() const { return keys.empty(); }
    /// Null if the ring doesn't have the key.
    const TicketKey* find(KeyId id) const;
    std::vector<PublicKey> public_keys() const;

    friend bool operator==(const KeyRing&, const KeyRing&) = default;
};

/// All keys of a ring fit into a side record. Enough for a new key every month of twenty years.
inline constexpr std::size_t kKeysMax = 250;

/// Adds a new key, which signs from now on. The private parts of the others are forgotten: a thief
/// of the ring should get one key that signs, not all. Does nothing, and returns false, if the ring
/// has kKeysMax keys.
bool add_new_key(KeyRing& ring, Instant now, io::Random& random);

/// Why a text isn't a list of keys, as a part of a sentence. It never repeats a private key.
struct BadKeys {
    std::string why;
};

enum class PrivateKeys : std::uint8_t { write, leave_out };

// The content of a key file (docs/operations.md): a JSON object with `format`, which is 1, and
// `keys`, each with `id`, `public`, `private` if it is there, and `made_at`.

std::string write_keys(const KeyRing& ring, PrivateKeys private_keys = PrivateKeys::write);
/// Refuses a ring that has no key, has more than kKeysMax, has one key twice, or has a private key
/// that doesn't belong to its public one.
Result<KeyRing, BadKeys> parse_keys(std::string_view text);

// A JWK set (RFC 7517, RFC 8037), the form in which others get the public keys. A key's `kid` is
// its id.

std::string write_jwk_set(std::span<const PublicKey> keys);
/// Ignores keys of other kinds, and members that it doesn't need. Refuses a set without a key.
Result<std::vector<PublicKey>, BadKeys> parse_jwk_set(std::string_view text);

/// Reads the public keys of either form.
Result<std::vector<PublicKey>, BadKeys> parse_public_keys(std::string_view text);

}  // namespace frontrow::tickets
