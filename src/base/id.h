#pragma once

#include "base/bits128.h"
#include "base/instant.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// A UUID of version 7 (RFC 9562): its first 48 bits are `at`, the rest is taken from `random`. The
/// lowest block of 62 random bits starts below 2^61, so that a run of up to 2^61 consecutive ids
/// can follow it without touching the variant bits.
Bits128 uuid_v7(Instant at, Bits128 random);

inline constexpr std::size_t kUuidLength = 36;

/// Reads the form of that length, in either case. Anything else is nothing.
std::optional<Bits128> parse_uuid(std::string_view text);
/// Writes as many characters and returns their end.
char* write_uuid(char* to, Bits128 bits);
void append_uuid(std::string& out, Bits128 bits);

/// 32 lower-case hexadecimal digits: how digests and traces are written.
std::optional<Bits128> parse_hex128(std::string_view text);
/// Writes 32 characters and returns their end.
char* write_hex128(char* to, Bits128 bits);
void append_hex128(std::string& out, Bits128 bits);

/// An id that can't be taken for another kind's. Made by uuid_v7, written as a UUID.
template <class Kind>
class Id {
public:
    Id() = default;
    explicit constexpr Id(Bits128 bits) : bits_{bits} {}

    static std::optional<Id> parse(std::string_view text) {
        const auto bits = parse_uuid(text);
        return bits ? std::optional<Id>{Id{*bits}} : std::nullopt;
    }

    Bits128 bits() const { return bits_; }

    /// The id `offset` places after this one: a run of seats has consecutive ids.
    Id plus(std::uint64_t offset) const { return Id{Bits128{bits_.hi, bits_.lo + offset}}; }

    std::string to_string() const {
        std::string out;
        append_uuid(out, bits_);
        return out;
    }

    friend auto operator<=>(const Id&, const Id&) = default;

private:
    Bits128 bits_;
};

using EventId = Id<struct EventKind>;
using SeatId = Id<struct SeatKind>;
using ReservationId = Id<struct ReservationKind>;
using ApiKeyId = Id<struct ApiKeyKind>;

/// What ties together everything that one request caused (W3C trace context).
struct TraceId {
    Bits128 bits;

    friend auto operator<=>(const TraceId&, const TraceId&) = default;
};

}  // namespace frontrow

template <class Kind>
struct std::hash<frontrow::Id<Kind>> {
    std::size_t operator()(const frontrow::Id<Kind>& id) const noexcept {
        return std::hash<frontrow::Bits128>{}(id.bits());
    }
};
