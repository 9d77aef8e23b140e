#include "bench/told_reservation.h"

#include <algorithm>
#include <cstring>

namespace frontrow::bench {
namespace {

/// Returns the body from behind `"name":` to its end. Empty if there is no such field.
std::string_view behind(std::string_view body, std::string_view name) {
    const auto* found =
        static_cast<const char*>(memmem(body.data(), body.size(), name.data(), name.size()));
    if (found == nullptr) return {};
    auto rest = body.substr(static_cast<std::size_t>(found - body.data()) + name.size());
    const auto value = rest.find_first_not_of(": ");
    return value == std::string_view::npos ? std::string_view{} : rest.substr(value);
}

std::string_view quoted(std::string_view text) {
    if (!text.starts_with('"')) return {};
    return text.substr(1, text.find('"', 1) - 1);
}

bool is_list_of(std::string_view list, std::span<const SeatId> seats) {
    if (!list.starts_with('[')) return false;
    list = list.substr(1, std::min(list.find(']'), list.size()) - 1);
    if (list.size() < seats.size() * (sizeof(SeatId) + 3) - 1) return false;
    const auto length = seats.size() * (sizeof(SeatId) + 2);
    return list.size() <= length + 2 * seats.size() &&
           std::ranges::all_of(seats, [&](const SeatId& seat) {
               return list.contains(text_of(seat));
           });
}

}  // namespace

std::optional<Told> read_told(std::string_view body, std::span<const SeatId> seats) {
    if (!is_list_of(behind(body, "\"seat_ids\""), seats)) return std::nullopt;
    const auto created = parse_rfc3339(quoted(behind(body, "\"created_at\"")));
    const auto expires = parse_rfc3339(quoted(behind(body, "\"expires_at\"")));
    if (!created || !expires || *expires <= *created) return std::nullopt;
    return Told{*created, *expires};
}

}  // namespace frontrow::bench
