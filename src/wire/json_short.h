#pragma once

#include "base/id.h"
#include "base/instant.h"

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace frontrow::wire {

// These functions write JSON values other than texts. Each value takes at most kShortMax bytes. The
// caller makes room for it; put() doesn't check. Each put() returns the end of what it wrote.

/// The most that one put() writes, with the quotes and the comma or colon.
inline constexpr std::size_t kShortMax = 40;

/// The name of a field: a literal without characters to escape, which the compiler checks. Wherever
/// a Key is inlined, its length is a constant, so copying it takes a few instructions.
class Key {
public:
    template <std::size_t size>
    // NOLINTNEXTLINE(google-explicit-constructor): a literal can be passed as a name.
    consteval Key(const char (&name)[size]) : name_{name, size - 1} {
        if (name_.size() + 3 > kShortMax) throw "is too long";
        for (const char c : name_)
            if (c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z'))
                throw "might have to be escaped";
    }

    std::string_view name() const { return name_; }

private:
    std::string_view name_;
};

inline char* put(char* to, char c) {
    *to = c;
    return to + 1;
}

inline char* put(char* to, Key key) {
    const auto name = key.name();
    to = put(to, '"');
    std::memcpy(to, name.data(), name.size());
    return put(put(to + name.size(), '"'), ':');
}

// Values, each with a comma after it.

inline char* put(char* to, std::same_as<bool> auto truth) {
    const std::string_view text = truth ? "true," : "false,";
    return to + text.copy(to, kShortMax);
}

template <class Number>
    requires std::is_arithmetic_v<Number> && (!std::same_as<Number, bool>)
char* put(char* to, Number number) {
    return put(std::to_chars(to, to + kShortMax - 1, number).ptr, ',');
}

inline char* put(char* to, Instant at) {
    return put(put(write_rfc3339(put(to, '"'), at), '"'), ',');
}

/// In hexadecimal.
inline char* put(char* to, Bits128 bits) {
    return put(put(write_hex128(put(to, '"'), bits), '"'), ',');
}

template <class Kind>
char* put(char* to, Id<Kind> id) {
    return put(put(write_uuid(put(to, '"'), id.bits()), '"'), ',');
}

template <class Value>
concept Short = requires(char* to, Value value) { put(to, value); } && !std::same_as<Value, char>;

}  // namespace frontrow::wire
