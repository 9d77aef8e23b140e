#include "http/cursor.h"

#include "base/id.h"

namespace frontrow::http {
namespace {

constexpr std::size_t kHexDigits = 32;

}  // namespace

/// 64 hexadecimal digits: the id, the start in milliseconds, and 64 bits of a digest of the place
/// and the list's name. If there is a number, 32 digits of it follow.
std::string write_cursor(io::Sha256& sha, std::string_view list, const domain::Place& place) {
    const auto start = static_cast<std::uint64_t>(place.start_at.time_since_epoch().count());
    std::string cursor;
    append_hex128(cursor, place.id);
    append_hex128(cursor, {start, place.number});
    sha.update(cursor);
    sha.update(list);
    cursor.resize(kHexDigits);
    append_hex128(cursor, {start, sha.finish128().lo});
    if (place.number != 0) append_hex128(cursor, {0, place.number});
    return cursor;
}

std::optional<domain::Place>
read_cursor(io::Sha256& sha, std::string_view list, std::string_view cursor) {
    const bool has_number = cursor.size() == 3 * kHexDigits;
    if (cursor.size() != 2 * kHexDigits && !has_number) return std::nullopt;
    const auto id = parse_hex128(cursor.substr(0, kHexDigits));
    const auto rest = parse_hex128(cursor.substr(kHexDigits, kHexDigits));
    const auto number = has_number ? parse_hex128(cursor.substr(2 * kHexDigits))
                                   : std::optional<Bits128>{Bits128{}};
    if (!id || !rest || !number) return std::nullopt;
    const domain::Place place{
        .id = *id,
        .start_at = Instant{Millis{static_cast<std::int64_t>(rest->hi)}},
        .number = static_cast<std::uint32_t>(number->lo),
    };
    return write_cursor(sha, list, place) == cursor ? std::optional{place} : std::nullopt;
}

}  // namespace frontrow::http
