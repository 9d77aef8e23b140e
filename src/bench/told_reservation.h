#pragma once

#include "base/instant.h"
#include "bench/seat_id.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace frontrow::bench {

// Reads the bodies of answers. Searches for the fields by name and builds no document, so that the
// load generator stays fast.

/// A reservation, as the server's answer tells it. The lists are the text between their brackets;
/// they point into the body.
struct Told {
    Instant created;
    Instant expires;
    std::string_view seat_ids;
    std::string_view items;
};

/// Reads the body of a 201. Returns nothing unless it is a reservation.
std::optional<Told> read_told(std::string_view body);
/// True if the list has exactly these seats, in any order.
bool has_just(std::string_view seat_ids, std::span<const SeatId> seats);
/// Takes the first id off the list. Returns nothing if it begins with none.
std::optional<SeatId> take_id(std::string_view& seat_ids);
/// True if the list is one item of this category with this quantity.
bool is_item(std::string_view items, std::string_view category, std::uint32_t quantity);

/// The `id` of the reservation. Empty if the body has none.
std::string_view id_of(std::string_view body);
/// The `code` of a refusal. Empty if the body has none.
std::string_view code_of(std::string_view body);

}  // namespace frontrow::bench
