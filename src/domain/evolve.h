#pragma once

#include "domain/facts.h"
#include "domain/inventory.h"

namespace frontrow::domain {

/// Makes a fact true: the only code that changes an inventory. CHECKs that the fact follows the one
/// before and that it is possible; a fact that `decide` made, or that the journal's hash chain
/// vouches for, always is.
void evolve(Inventory& inventory, const Fact& fact);

}  // namespace frontrow::domain
