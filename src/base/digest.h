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

// The digest of a state is the sum, modulo 2^128, of a hash of each thing in it (the incremental
// set hash AdHash of Bellare and Micciancio). A sum needs no order, so it doesn't depend on layout;
// it can be changed by one addition and one subtraction; and it counts, where an exclusive or would
// let two equal rows cancel each other.
//
// It has to find copies of a state that have diverged by a bug, a flipped bit or a wrong history.
// Such differences are blind: two different states agree by chance once in 2^128, and once in 2^65
// where all that differs are the highest bits of numbers. It does not withstand an attacker who
// chooses rows so that their hashes cancel: no constant in it is a secret. It need not: such a row
// reaches each copy by the same journal, and the journal itself is chained by SHA-256.

constexpr Bits128 sum_of(Bits128 a, Bits128 b) {
    const auto lo = a.lo + b.lo;
    return {a.hi + b.hi + (lo < a.lo ? 1 : 0), lo};
}

constexpr Bits128 difference_of(Bits128 a, Bits128 b) {
    return {a.hi - b.hi - (a.lo < b.lo ? 1 : 0), a.lo - b.lo};
}

/// What is added up and multiplied, modulo 2^128. The factors are odd and have 128 bits, the values
/// 64 at a time: a product of 128 bits by 128 would lose what differs in the highest bits.
__extension__ using Word128 = unsigned __int128;

constexpr Word128 word_of(Bits128 bits) {
    return Word128{bits.hi} << 64 | bits.lo;
}

/// So that each bit of the result depends on all of the word's (MurmurHash3's finalizer).
constexpr std::uint64_t mixed(std::uint64_t word) {
    word = (word ^ word >> 33) * 0xFF51'AFD7'ED55'8CCD;
    word = (word ^ word >> 33) * 0xC4CE'B9FE'1A85'EC53;
    return word ^ word >> 33;
}

/// Which of a type's fields it is, and the factor that belongs to it, which the compiler works out.
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

/// A type that says which of its fields are hashed, each under a number of its own that it keeps
/// for ever, from 1 on: `void digest_fields(DigestWriter&, const T&)` beside the type.
template <class T>
concept HasDigestFields =
    requires(DigestWriter& writer, const T& value) { digest_fields(writer, value); };

/// The hash of one thing: the sum of its fields' values, each times its field's factor (multilinear
/// hashing), mixed together with the seed. No product waits for another, and a field that has its
/// default (zero, empty, absent) adds nothing, so that a version that knows one field more hashes
/// older rows as before.
class DigestWriter {
public:
    /// Things with different seeds have different hashes.
    explicit DigestWriter(Bits128 seed) : seed_{word_of(seed)} {}

    /// Numbers, enumerators, instants, ids, currencies, texts, optional and shared values, lists,
    /// and types with digest_fields(), which may be nested.
    template <class T>
    void field(FieldNumber number, const T& value) {
        sum_ += value_of(value) * number.factor();
    }

    /// All fields so far had their defaults.
    bool is_empty() const { return sum_ == 0; }

    /// Not linear any more, unlike the sum: hashes are added up.
    Bits128 finish() const {
        const auto sum = seed_ + sum_;
        const auto lo = static_cast<std::uint64_t>(sum);
        const auto hi = static_cast<std::uint64_t>(sum >> 64);
        const auto one = mixed(lo + hi);
        const auto other = mixed(lo + 2 * hi);
        return {one + 2 * other, one + other};
    }

private:
    /// What a list's sum is multiplied by before the next element is added.
    static constexpr Word128 kStep = FieldNumber{0}.factor();
    /// What the higher one of two words is multiplied by.
    static constexpr Word128 kHigher = FieldNumber{~0ULL}.factor();

    /// Zero for a default.
    template <class T>
    static Word128 value_of(const T& value) {
        if constexpr (HasDigestFields<T>) {
            DigestWriter inner{{}};
            digest_fields(inner, value);
            // Swapped, so that field 1 of a field 2 has another factor than field 2 of a field 1.
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
