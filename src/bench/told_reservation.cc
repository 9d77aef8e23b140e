#include "bench/told_reservation.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

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

std::string_view in_brackets(std::string_view text) {
    if (!text.starts_with('[')) return {};
    return text.substr(1, std::min(text.find(']'), text.size()) - 1);
}

}  // namespace

std::optional<Told> read_told(std::string_view body) {
    const auto created = parse_rfc3339(quoted(behind(body, "\"created_at\"")));
    const auto expires = parse_rfc3339(quoted(behind(body, "\"expires_at\"")));
    if (!created || !expires || *expires <= *created) return std::nullopt;
    return Told{
        .created = *created,
        .expires = *expires,
        .seat_ids = in_brackets(behind(body, "\"seat_ids\"")),
        .items = in_brackets(behind(body, "\"items\"")),
    };
}

bool has_just(std::string_view seat_ids, std::span<const SeatId> seats) {
    if (seat_ids.size() < seats.size() * (sizeof(SeatId) + 3) - 1) return false;
    const auto length = seats.size() * (sizeof(SeatId) + 2);
    return seat_ids.size() <= length + 2 * seats.size() &&
           std::ranges::all_of(seats, [&](const SeatId& seat) {
               return seat_ids.contains(text_of(seat));
           });
}

std::optional<SeatId> take_id(std::string_view& seat_ids) {
    seat_ids.remove_prefix(std::min(seat_ids.find_first_not_of(", "), seat_ids.size()));
    const auto text = quoted(seat_ids);
    SeatId id;
    if (text.size() != id.size()) return std::nullopt;
    std::ranges::copy(text, id.begin());
    seat_ids.remove_prefix(id.size() + 2);
    return id;
}

bool is_item(std::string_view items, std::string_view category, std::uint32_t quantity) {
    const auto text = behind(items, "\"quantity\"");
    std::uint32_t number = 0;
    const auto is_number =
        std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
    return is_number && number == quantity && quoted(behind(items, "\"category\"")) == category &&
           std::ranges::count(items, '{') == 1;
}

std::string_view id_of(std::string_view body) {
    return quoted(behind(body, "\"id\""));
}

std::string_view code_of(std::string_view body) {
    return quoted(behind(body, "\"code\""));
}

}  // namespace frontrow::bench
