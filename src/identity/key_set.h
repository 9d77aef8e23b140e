#pragma once

#include "base/result.h"
#include "identity/token_key.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::identity {

/// The most bytes of a key set's document, and the most keys in it.
inline constexpr std::size_t kKeySetBytesMax = 256 << 10;
inline constexpr std::size_t kKeySetKeysMax = 100;

/// The public keys of whoever issues tokens.
class KeySet {
public:
    /// Returns false, and changes nothing, if the set has a key of this id and algorithm. The id
    /// may be empty.
    bool add(std::string id, TokenKey key);
    /// The key that a token names. A token that names none (`id` is empty) means the only key of
    /// its algorithm. Null if there is no such key, or more than one.
    const TokenKey* find(std::string_view id, TokenAlgorithm algorithm) const;
    bool has(TokenAlgorithm algorithm) const;
    std::size_t size() const { return keys_.size(); }

private:
    struct Entry {
        std::string id;
        TokenKey key;
    };
    std::vector<Entry> keys_;
};

struct ReadKeySet {
    KeySet keys;
    /// Why each of the other keys can't be used, in a sentence.
    std::vector<std::string> skipped;
};

/// Why a text isn't a key set, as a part of a sentence.
struct BadKeySet {
    std::string why;
};

/// Parses a JWK set (RFC 7517, 5). Keys that can't be used are skipped, as that document asks.
/// Refuses a set with no usable key, with more than kKeySetKeysMax keys or kKeySetBytesMax bytes,
/// and JSON in which a name occurs twice.
Result<ReadKeySet, BadKeySet> parse_key_set(std::string_view text);

}  // namespace frontrow::identity
