#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/fault.h"
#include "io/random.h"
#include "tickets/ticket_keys.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::tickets {

/// The keys of a store's tickets, as its side record `ticket_keys` has them. The record has no
/// private key. It serves two purposes: codes stay good when the key file is lost, and a node with
/// the keys of another installation is found before it signs anything.
struct KeyRegistry {
    KeyId signing;
    /// All keys that ever signed.
    KeyRing ring;

    friend bool operator==(const KeyRegistry&, const KeyRegistry&) = default;
};

inline constexpr std::string_view kKeyRegistryRecord = "ticket_keys";

std::string write_registry(const KeyRegistry& registry);
Result<KeyRegistry, BadKeys> parse_registry(std::string_view text);
/// The same for a record that may be absent. Faults: corrupt.
Result<std::optional<KeyRegistry>, io::Fault> read_registry(const std::optional<std::string>& record
);

/// How the keys of a process that starts relate to the store's.
enum class KeyMatch : std::uint8_t {
    same,
    /// The store has no record yet: write registry_with().
    first_use,
    /// Another key than before signs here, or keys were added: write registry_with().
    rotated,
    /// The store's tickets are signed with a key that this file lacks: don't start.
    behind,
    /// No key of the file is the store's: don't start.
    other,
    /// There is no file, though the store has tickets: don't start.
    lost,
    /// As `rotated`, but the record would have more than kKeysMax: don't start.
    too_many,
};

/// Compares the keys of the key file with the store's record. An empty ring says that there is no
/// file; on first use, keys must be made then.
KeyMatch match_keys(const KeyRing& ring, const std::optional<KeyRegistry>& registry);

/// The record to write: the last key of `ring` signs, and no key of the record is forgotten.
KeyRegistry registry_with(const KeyRing& ring, const std::optional<KeyRegistry>& registry);

/// The record without the keys that `ring` lacks, whose codes are no longer accepted. `ring` must
/// have the key that signs.
KeyRegistry registry_within(const KeyRing& ring, const KeyRegistry& registry);

/// For what says "don't start": what is wrong with the key file, and what to do.
std::string remedy_of(KeyMatch match, const std::filesystem::path& file, KeyId signing);

/// For a store whose signing key is lost: all keys that the store and the ring know, and a new one,
/// which signs. match_keys() says `rotated` of them. Returns nothing if these are more than
/// kKeysMax.
std::optional<KeyRing>
replace_lost(KeyRing ring, const KeyRegistry& registry, Instant now, io::Random& random);

}  // namespace frontrow::tickets
