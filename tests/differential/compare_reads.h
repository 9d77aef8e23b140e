#pragma once

#include "scenario/store_world.h"
#include "support/random_sale.h"

#include <optional>
#include <string>
#include <vector>

namespace frontrow::test {

/// Reads everything about these sales, and returns the first difference from their models, if there
/// is one. All other events must start earlier than those of the sales.
std::optional<std::string>
compare_reads(StoreWorld& world, const std::vector<const RandomSale*>& sales, Instant now);

}  // namespace frontrow::test
