#pragma once

#include "base/bits128.h"
#include "base/instant.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// Makes a UUID of version 7 (RFC 9562): the first 48 bits are `at`, the others come from `random`.
/// The number in the lowest 62 bits is less than 2^61, so that up to 2^61 consecutive ids can
/// follow without changing the variant bits above it.
Bits128 uuid_v7(Instant at, Bits128 random);

/// The time that a UUID of version 7 contains.
inline Instant made_at(Bits128 uuid) {
    return Instant{Millis{static_cast<std::int64_t>(uuid.hi >> 16)}};
}

inline constexpr std::size_t kUuidLength = 36;

/// Parses the 36-character form in upper or lower case. Returns nothing for any other text.
std::optional<Bits128> parse_uuid(std::string_view text);
/// Writes 36 characters and returns a pointer past the last.
char* write_uuid(char* to, Bits128 bits);
void append_uuid(std::string& out, Bits128 bits);

/// Digests and trace ids are written as 32 lower-case hexadecimal digits.
std::optional<Bits128> parse_hex128(std::string_view text);
/// Writes 32 characters and returns a pointer past the last.
char* write_hex128(char* to, Bits128 bits);
void append_hex128(std::string& out, Bits128 bits);

/// The id of an entity, made by uuid_v7() and written as a UUID. Each kind of entity has an id type
/// of its own, so that ids of different kinds can't be confused.
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

    /// The id that comes `offset` ids after this one. A run of seats has consecutive ids.
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
using OrderId = Id<struct OrderKind>;
using PaymentId = Id<struct PaymentKind>;
using RefundId = Id<struct RefundKind>;
using ScanId = Id<struct ScanKind>;
using DeviceId = Id<struct DeviceKind>;

/// Identifies everything that one request caused (W3C trace context).
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
