#pragma once

#include "domain/facts.h"
#include "domain/inventory.h"

namespace frontrow::domain {

/// Applies a fact: the only code that changes an inventory. CHECKs that the fact follows the
/// previous one and is possible. Facts that `decide` made, or that the journal's hash chain
/// protects, always are.
void evolve(Inventory& inventory, const Fact& fact);

/// The same for the only owner of a journal and for a reader of such a journal, where nothing is
/// rolled back: with each fact, a few rows that can't be asked for any more are erased. Where
/// batches are rolled back, rows are erased at the end of a batch (store/cluster/replay.h).
void evolve_for_good(Inventory& inventory, const Fact& fact);

}  // namespace frontrow::domain
