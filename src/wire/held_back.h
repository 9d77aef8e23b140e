#pragma once

#include "base/hash_map.h"
#include "domain/commands.h"
#include "wire/object_reader.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::wire {

/// Collects the new seats of a request that are held back, by the field `allocation` of each.
class HeldBackReader {
public:
    /// Reads the field, if it is present, of the seat with this index.
    void read(ObjectReader& seat, std::size_t index);
    /// The allocations, in the order in which they were first named.
    std::vector<domain::HeldBackSeats> take() { return std::move(all_); }

private:
    std::vector<domain::HeldBackSeats> all_;
    /// The index of each allocation by its name.
    HashMap<std::string, std::size_t> indices_;
};

/// The name of the allocation that holds each of so many seats back; null for the others. Empty if
/// none is held back. The names live as long as `held_back`.
std::vector<const std::string*>
allocations_by_seat(const std::vector<domain::HeldBackSeats>& held_back, std::size_t seats);

/// The content of a request as bytes, like the functions of this name in requests.h. Empty if no
/// seat is held back.
std::string canonical(const std::vector<domain::HeldBackSeats>& held_back);

}  // namespace frontrow::wire
