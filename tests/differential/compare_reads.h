#pragma once

#include "scenario/store_world.h"
#include "support/random_sale.h"

#include <optional>
#include <string>
#include <vector>

namespace frontrow::test {

/// Reads all there is to read about these sales, and returns what is otherwise than in their
/// models, if anything is. All other events start earlier than theirs.
std::optional<std::string>
compare_reads(StoreWorld& world, const std::vector<const RandomSale*>& sales, Instant now);

}  // namespace frontrow::test
