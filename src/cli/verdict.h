#pragma once

#include "domain/audit.h"
#include "domain/inventory.h"

#include <string>
#include <vector>

namespace frontrow::cli {

/// Prints what the facts of a store come to and whether they are in order, and returns the exit
/// code. `audit` and `inventory` have read the same facts, share no code, and must agree.
/// `others`: what else isn't in order, a sentence each.
int print_verdict(
    const domain::Audit& audit,
    const domain::Inventory& inventory,
    const std::vector<std::string>& others
);

}  // namespace frontrow::cli
