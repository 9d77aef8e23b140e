#pragma once

#include "base/bits128.h"
#include "base/eight_bytes.h"

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string_view>

namespace frontrow {

// The digest of a state is the sum, modulo 2^128, of the hashes of its items: its rows, values and
// elements (the incremental set hash AdHash of Bellare and Micciancio). A sum doesn't depend on
// order, so the digest doesn't depend on the layout in memory. Changing an item costs one
// subtraction and one addition. A sum also counts equal items; with exclusive or, two equal rows
// would cancel each other.
//
// The digest serves to find copies of a state that have diverged through a bug, a flipped bit or a
// different history. Such differences are accidental: two different states have equal digests with
// a probability of 2^-128, or of 2^-65 if they differ only in the highest bits of numbers. The
// digest doesn't withstand an attacker who chooses rows so that their hashes cancel each other,
// because no constant in it is secret. It needn't: such rows reach every copy through the same
// journal, and a SHA-256 chain protects the journal.

constexpr Bits128 sum_of(Bits128 a, Bits128 b) {
    const auto lo = a.lo + b.lo;
    return {a.hi + b.hi + (lo < a.lo ? 1 : 0), lo};
}

constexpr Bits128 difference_of(Bits128 a, Bits128 b) {
    return {a.hi - b.hi - (a.lo < b.lo ? 1 : 0), a.lo - b.lo};
}

/// Sums and products are computed in this type, modulo 2^128. Factors are odd and have 128 bits. A
/// value is multiplied 64 bits at a time: a product of two 128-bit numbers would lose differences
/// in the highest bits.
__extension__ using Word128 = unsigned __int128;

constexpr Word128 word_of(Bits128 bits) {
    return Word128{bits.hi} << 64 | bits.lo;
}

/// Makes each bit of the result depend on all bits of `word` (MurmurHash3's finalizer).
constexpr std::uint64_t mixed(std::uint64_t word) {
    word = (word ^ word >> 33) * 0xFF51'AFD7'ED55'8CCD;
    word = (word ^ word >> 33) * 0xC4CE'B9FE'1A85'EC53;
    return word ^ word >> 33;
}

/// A field's number within its type, and the factor that is computed from it at compile time.
class FieldNumber {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal can be passed as a number.
    consteval FieldNumber(std::uint64_t number)
        : factor_{word_of(Bits128{mixed(2 * number), mixed(2 * number + 1) | 1})} {}

    constexpr Word128 factor() const { return factor_; }

private:
    Word128 factor_;
};

class DigestWriter;

/// A type that lists its hashed fields in `void digest_fields(DigestWriter&, const T&)`, declared
/// beside the type. Fields are numbered from 1 on; a field's number never changes.
template <class T>
concept HasDigestFields =
    requires(DigestWriter& writer, const T& value) { digest_fields(writer, value); };

/// Hashes one item: multiplies each field's value by the field's factor, adds up the products
/// (multilinear hashing) and mixes the sum with a seed. The products are independent of each other.
/// A field with its default value (zero, empty, absent) adds nothing. So rows from before a field
/// was added keep their hash.
class DigestWriter {
public:
    /// Equal items have different hashes if their seeds differ.
    explicit DigestWriter(Bits128 seed) : seed_{word_of(seed)} {}

    /// Accepts numbers, enumerators, instants, ids, currencies, texts, optional and shared values,
    /// lists, and types with digest_fields(), which may be nested.
    template <class T>
    void field(FieldNumber number, const T& value) {
        sum_ += value_of(value) * number.factor();
    }

    /// True if all fields so far had their default values.
    bool is_empty() const { return sum_ == 0; }

    /// Returns the hash: the sum, mixed so that it is no longer linear in the fields. This is
    /// needed because a digest adds up hashes.
    Bits128 finish() const {
        const auto sum = seed_ + sum_;
        const auto lo = static_cast<std::uint64_t>(sum);
        const auto hi = static_cast<std::uint64_t>(sum >> 64);
        const auto one = mixed(lo + hi);
        const auto other = mixed(lo + 2 * hi);
        return {one + 2 * other, one + other};
    }

private:
    /// A list's elements are added one by one; before each, the sum so far is multiplied by this.
    static constexpr Word128 kStep = FieldNumber{0}.factor();
    /// The factor for the higher word of a value of two 64-bit words.
    static constexpr Word128 kHigher = FieldNumber{~0ULL}.factor();

    /// Returns zero for a default value.
    template <class T>
    static Word128 value_of(const T& value) {
        if constexpr (HasDigestFields<T>) {
            DigestWriter inner{{}};
            digest_fields(inner, value);
            // Swaps the halves, so that field 1 inside field 2 has another factor than field 2
            // inside field 1.
            return inner.sum_ >> 64 | inner.sum_ << 64;
        } else if constexpr (std::convertible_to<T, std::string_view>) {
            return value_of_text(value);
        } else if constexpr (std::ranges::range<T>) {
            Word128 sum = std::ranges::size(value);
            for (const auto& element : value)
                sum = sum * kStep + value_of(element);
            return sum;
        } else if constexpr (requires { *value; }) {
            return value ? kStep + value_of(*value) : 0;
        } else if constexpr (std::same_as<T, Bits128>) {
            return value_of_words(value);
        } else if constexpr (requires { value.code(); }) {
            return value_of_text(value.code());
        } else if constexpr (requires { value.bits(); }) {
            return value_of_words(value.bits());
        } else if constexpr (std::same_as<T, double>) {
            return std::bit_cast<std::uint64_t>(value);
        } else if constexpr (requires { value.time_since_epoch(); }) {
            return static_cast<std::uint64_t>(value.time_since_epoch().count());
        } else if constexpr (requires { value.count(); }) {
            return static_cast<std::uint64_t>(value.count());
        } else {
            return static_cast<std::uint64_t>(value);
        }
    }

    static Word128 value_of_words(Bits128 words) { return words.hi * kHigher + words.lo; }
    static Word128 value_of_text(std::string_view text) {
        Word128 sum = text.size();
        for (; text.size() > sizeof(Eight); text.remove_prefix(sizeof(Eight)))
            sum = sum * kStep + eight_at(text.data());
        return sum * kStep + eight_of(text);
    }

    Word128 seed_;
    Word128 sum_ = 0;
};

}  // namespace frontrow
