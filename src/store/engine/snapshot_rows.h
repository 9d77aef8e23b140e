#pragma once

#include "domain/inventory.h"

#include <string>
#include <vector>

namespace frontrow::store::engine {

/// The rows in which two inventories differ, by name; the first hundred of them. Looks at what a
/// snapshot has, and not at what is derived from it: `rows` may be fresh from a file, and wrong.
std::vector<std::string>
compare_rows(const domain::Inventory& rows, const domain::Inventory& inventory);

}  // namespace frontrow::store::engine
