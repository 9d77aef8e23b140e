#include "wire/held_back.h"

#include "wire/allocation_fields.h"

namespace frontrow::wire {

void HeldBackReader::read(ObjectReader& seat, std::size_t index) {
    auto name = seat.optional_text("allocation", kAllocationName);
    if (!name) return;
    const auto [known, is_new] = indices_.try_emplace(*name, all_.size());
    if (is_new) all_.push_back({.allocation = *std::move(name), .seats = {}});
    auto& seats = all_[known->second].seats;
    seats.push_back(static_cast<std::uint32_t>(index));
    if (seats.size() == kSeatsOfAllocationMax + 1)
        seat.complain(
            "allocation", "must hold at most " + std::to_string(kSeatsOfAllocationMax) + " seats"
        );
}

std::vector<const std::string*>
allocations_by_seat(const std::vector<domain::HeldBackSeats>& held_back, std::size_t seats) {
    std::vector<const std::string*> names;
    if (held_back.empty()) return names;
    names.resize(seats);
    for (const auto& one : held_back) {
        for (const auto seat : one.seats)
            names[seat] = &one.allocation;
    }
    return names;
}

std::string canonical(const std::vector<domain::HeldBackSeats>& held_back) {
    std::string out;
    for (const auto& [allocation, seats] : held_back) {
        JsonWriter json{out};
        json.begin_object();
        json.field("allocation", allocation);
        json.end_object();
        for (const auto seat : seats)
            out += std::to_string(seat) + ",";
    }
    return out;
}

}  // namespace frontrow::wire
