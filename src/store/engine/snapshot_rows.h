#pragma once

#include "domain/inventory.h"

#include <string>
#include <vector>

namespace frontrow::store::engine {

/// The names of the first hundred rows in which two inventories differ. Compares only what a
/// snapshot contains, not what is derived from it, because `rows` may come unchecked from a file.
std::vector<std::string>
compare_rows(const domain::Inventory& rows, const domain::Inventory& inventory);

}  // namespace frontrow::store::engine
