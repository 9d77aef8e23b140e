#pragma once

#include "domain/facts.h"
#include "domain/inventory.h"

namespace frontrow::domain {

/// Makes a fact true: the only code that changes an inventory. CHECKs that the fact follows the one
/// before and that it is possible; a fact that `decide` made, or that the journal's hash chain
/// vouches for, always is.
void evolve(Inventory& inventory, const Fact& fact);

/// The same for who reads a journal that has one owner, and for its owner: nothing is taken back,
/// and with each fact a few of the things go that nobody may ask for any more. Where batches are
/// taken back they go at the end of a batch (store/cluster/replay.h).
void evolve_for_good(Inventory& inventory, const Fact& fact);

}  // namespace frontrow::domain
