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

// The digest of a state is the sum, modulo 2^128, of one hash per thing in the state (the
// incremental set hash AdHash of Bellare and Micciancio). A sum needs no order, so the digest
// doesn't depend on layout. One changed thing costs one addition and one subtraction. A sum also
// counts: with exclusive or, two equal rows would cancel each other.
//
// Its purpose is to find copies of a state that diverged through a bug, a flipped bit or a
// different history. Such differences are not chosen by anyone: two different states have equal
// digests by chance once in 2^128, and once in 2^65 if all that differs is the highest bits of
// numbers. The digest does not withstand an attacker who chooses rows so that their hashes cancel,
// because no constant in it is secret. It need not: such rows reach every copy through the same
// journal, and a SHA-256 chain protects the journal.

constexpr Bits128 sum_of(Bits128 a, Bits128 b) {
    const auto lo = a.lo + b.lo;
    return {a.hi + b.hi + (lo < a.lo ? 1 : 0), lo};
}

constexpr Bits128 difference_of(Bits128 a, Bits128 b) {
    return {a.hi - b.hi - (a.lo < b.lo ? 1 : 0), a.lo - b.lo};
}

/// Sums and products are computed in this type, modulo 2^128. Factors are odd and have 128 bits.
/// Values are multiplied 64 bits at a time: a product of 128 by 128 bits would lose differences in
/// the highest bits.
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

/// A field's number within its type, with the field's factor, which is computed at compile time.
class FieldNumber {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is the number.
    consteval FieldNumber(std::uint64_t number)
        : factor_{word_of(Bits128{mixed(2 * number), mixed(2 * number + 1) | 1})} {}

    constexpr Word128 factor() const { return factor_; }

private:
    Word128 factor_;
};

class DigestWriter;

/// A type that lists its hashed fields in `void digest_fields(DigestWriter&, const T&)`, declared
/// beside the type. Each field has its own number, from 1 on, which never changes.
template <class T>
concept HasDigestFields =
    requires(DigestWriter& writer, const T& value) { digest_fields(writer, value); };

/// Hashes one thing: each field's value times the field's factor, summed up (multilinear hashing)
/// and then mixed with the seed. The products don't depend on each other. A field with its default
/// value (zero, empty, absent) adds nothing, so a version that adds a field still hashes older rows
/// as before.
class DigestWriter {
public:
    /// Different seeds give different hashes for equal things.
    explicit DigestWriter(Bits128 seed) : seed_{word_of(seed)} {}

    /// Accepts numbers, enumerators, instants, ids, currencies, texts, optional and shared values,
    /// lists, and types with digest_fields(), which may be nested.
    template <class T>
    void field(FieldNumber number, const T& value) {
        sum_ += value_of(value) * number.factor();
    }

    /// True if all fields so far had their defaults.
    bool is_empty() const { return sum_ == 0; }

    /// Mixes the sum so that the hash is no longer linear in the fields: hashes are themselves
    /// added up.
    Bits128 finish() const {
        const auto sum = seed_ + sum_;
        const auto lo = static_cast<std::uint64_t>(sum);
        const auto hi = static_cast<std::uint64_t>(sum >> 64);
        const auto one = mixed(lo + hi);
        const auto other = mixed(lo + 2 * hi);
        return {one + 2 * other, one + other};
    }

private:
    /// A list's sum is multiplied by this before each element is added.
    static constexpr Word128 kStep = FieldNumber{0}.factor();
    /// The higher of two 64-bit words is multiplied by this.
    static constexpr Word128 kHigher = FieldNumber{~0ULL}.factor();

    /// A default value gives zero.
    template <class T>
    static Word128 value_of(const T& value) {
        if constexpr (HasDigestFields<T>) {
            DigestWriter inner{{}};
            digest_fields(inner, value);
            // The halves are swapped so that field 1 inside field 2 has another factor than field 2
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
