#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace frontrow {

/// Eight bytes of a text, looked at together: what most texts of ours aren't asked byte by byte.
/// Each test is exact about whether there is such a byte, and says nothing about where.
class EightBytes {
public:
    static constexpr std::size_t kCount = 8;

    /// The eight from `text` on.
    explicit EightBytes(const char* text) { std::memcpy(&bytes_, text, kCount); }

    bool has_other_than_ascii() const { return (bytes_ & kHighBits) != 0; }
    bool has(char c) const { return EightBytes{bytes_ ^ each(c)}.has_below(1); }
    /// `bound` is at most 0x80. The subtraction gives a byte below it a high bit that it didn't
    /// have; another gets one only above such a byte, which borrowed.
    bool has_below(char bound) const { return ((bytes_ - each(bound)) & ~bytes_ & kHighBits) != 0; }

private:
    static constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
    static constexpr std::uint64_t kHighBits = 0x80 * kOnes;

    explicit EightBytes(std::uint64_t bytes) : bytes_{bytes} {}
    static constexpr std::uint64_t each(char c) { return static_cast<unsigned char>(c) * kOnes; }

    std::uint64_t bytes_;
};

/// Whether any of the text is as `of_eight(EightBytes)` and `of_one(char)` tell.
template <class OfEight, class OfOne>
bool has_any(std::string_view text, OfEight of_eight, OfOne of_one) {
    if (text.size() < EightBytes::kCount) {
        for (const char c : text)
            if (of_one(c)) return true;
        return false;
    }
    const char* const last = text.data() + text.size() - EightBytes::kCount;
    for (const char* at = text.data(); at < last; at += EightBytes::kCount)
        if (of_eight(EightBytes{at})) return true;
    return of_eight(EightBytes{last});
}

}  // namespace frontrow
