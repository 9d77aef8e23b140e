#pragma once

#include "base/bits128.h"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <string_view>
#include <type_traits>

namespace frontrow {

// The digest of a state is the sum, modulo 2^128, of a hash of each thing in it (the incremental
// set hash AdHash of Bellare and Micciancio). A sum needs no order, so it doesn't depend on layout;
// it can be changed by one addition and one subtraction; and it counts, where an exclusive or would
// let two equal rows cancel each other.
//
// It has to find copies of a state that have diverged by a bug, a flipped bit or a wrong history.
// Such differences are blind: two different states agree by chance once in 2^128. It does not
// withstand an attacker who chooses rows so that their hashes cancel (Wagner's generalised birthday
// attack on sums, and the hash has no key). It need not: such a row reaches each copy by the same
// journal, and the journal itself is chained by SHA-256.

constexpr Bits128 sum_of(Bits128 a, Bits128 b) {
    const auto lo = a.lo + b.lo;
    return {a.hi + b.hi + (lo < a.lo ? 1 : 0), lo};
}

constexpr Bits128 difference_of(Bits128 a, Bits128 b) {
    return {a.hi - b.hi - (a.lo < b.lo ? 1 : 0), a.lo - b.lo};
}

class DigestWriter;

/// A type that says which of its fields are hashed, each under a number of its own that it keeps
/// for ever: `void digest_fields(DigestWriter&, const T&)` beside the type.
template <class T>
concept HasDigestFields =
    requires(DigestWriter& writer, const T& value) { digest_fields(writer, value); };

/// The hash of one thing, field by field: MurmurHash3's x64 128 over the words of its values, and
/// last one of the numbers of the fields that had any. A field that has its default (zero, empty,
/// absent) adds nothing, so that a version that knows one field more hashes older rows as before.
class DigestWriter {
public:
    /// Things with different seeds have different hashes.
    explicit DigestWriter(Bits128 seed) : state_{seed} {}

    /// Numbers, enumerators, instants, ids, texts, optional and shared values, lists, and types
    /// with digest_fields(), which may be nested.
    template <class T>
    void field(std::uint64_t number, const T& value) {
        if constexpr (HasDigestFields<T>) {
            DigestWriter inner{{}};
            digest_fields(inner, value);
            if (inner.is_empty()) return;
            name(number);
            put(inner.finish());
        } else if (!is_default(value)) {
            name(number);
            put_whole(value);
        }
    }

    /// All fields so far had their defaults.
    bool is_empty() const { return words_ == 0; }

    Bits128 finish() const {
        auto [b, a] = state_;
        if (words_ % 2 == 1) round(a, b, half_, 0);
        round(a, b, names_, words_);
        a += b;
        b += a;
        a = mix(a);
        b = mix(b);
        a += b;
        return {b + a, a};
    }

private:
    template <class T>
    static bool is_default(const T& value) {
        if constexpr (std::convertible_to<T, std::string_view>)
            return std::string_view{value}.empty();
        else if constexpr (std::ranges::range<T>)
            return std::ranges::empty(value);
        else if constexpr (requires { *value; })
            return !value;
        else if constexpr (std::same_as<T, Bits128>)
            return value == Bits128{};
        else if constexpr (requires { value.bits(); })
            return value.bits() == Bits128{};
        else
            return word_of(value) == 0;
    }

    /// So many words that what follows can't be taken for a part of it, also for a default.
    template <class T>
    void put_whole(const T& value) {
        if constexpr (HasDigestFields<T>) {
            DigestWriter inner{{}};
            digest_fields(inner, value);
            put(inner.finish());
        } else if constexpr (std::convertible_to<T, std::string_view>) {
            put_text(value);
        } else if constexpr (std::ranges::range<T>) {
            put(std::ranges::size(value));
            for (const auto& element : value)
                put_whole(element);
        } else if constexpr (requires { *value; }) {
            put(value ? 1 : 0);
            if (value) put_whole(*value);
        } else if constexpr (std::same_as<T, Bits128>) {
            put(value);
        } else if constexpr (requires { value.bits(); }) {
            put(value.bits());
        } else {
            put(word_of(value));
        }
    }

    template <class T>
    static std::uint64_t word_of(const T& value) {
        if constexpr (std::same_as<T, double>)
            return std::bit_cast<std::uint64_t>(value);
        else if constexpr (requires { value.time_since_epoch(); })
            return static_cast<std::uint64_t>(value.time_since_epoch().count());
        else if constexpr (requires { value.count(); })
            return static_cast<std::uint64_t>(value.count());
        else
            return static_cast<std::uint64_t>(value);
    }

    void put_text(std::string_view text) {
        put(text.size());
        while (!text.empty()) {
            const auto length = std::min(text.size(), sizeof(std::uint64_t));
            std::uint64_t word = 0;
            std::memcpy(&word, text.data(), length);
            put(word);
            text.remove_prefix(length);
        }
    }
    void put(Bits128 bits) {
        put(bits.lo);
        put(bits.hi);
    }
    void put(std::uint64_t word) {
        if (words_++ % 2 == 0)
            half_ = word;
        else
            round(state_.lo, state_.hi, half_, word);
    }

    void name(std::uint64_t number) { names_ = (names_ + number + 1) * 0x9E37'79B9'7F4A'7C15; }

    static void round(std::uint64_t& a, std::uint64_t& b, std::uint64_t first, std::uint64_t last) {
        constexpr std::uint64_t kFirst = 0x87C3'7B91'1142'53D5;
        constexpr std::uint64_t kLast = 0x4CF5'AD43'2745'937F;
        a ^= std::rotl(first * kFirst, 31) * kLast;
        a = (std::rotl(a, 27) + b) * 5 + 0x52DC'E729;
        b ^= std::rotl(last * kLast, 33) * kFirst;
        b = (std::rotl(b, 31) + a) * 5 + 0x3849'5AB5;
    }

    static std::uint64_t mix(std::uint64_t word) {
        word = (word ^ word >> 33) * 0xFF51'AFD7'ED55'8CCD;
        word = (word ^ word >> 33) * 0xC4CE'B9FE'1A85'EC53;
        return word ^ word >> 33;
    }

    Bits128 state_;
    /// A word that waits for a second one.
    std::uint64_t half_ = 0;
    std::uint64_t words_ = 0;
    /// Which fields had a value, in their order.
    std::uint64_t names_ = 0;
};

}  // namespace frontrow
