#pragma once

#include "domain/facts.h"

#include <array>
#include <cstddef>
#include <variant>

namespace frontrow::test {

/// How many facts there are of each kind, by the place of the kind in domain::FactBody.
using FactCounts = std::array<std::size_t, std::variant_size_v<domain::FactBody>>;

inline void add(FactCounts& all, const FactCounts& more) {
    for (std::size_t kind = 0; kind < all.size(); ++kind)
        all[kind] += more[kind];
}

}  // namespace frontrow::test
