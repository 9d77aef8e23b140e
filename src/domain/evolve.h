#pragma once

#include "domain/facts.h"
#include "domain/inventory.h"

namespace frontrow::domain {

/// Applies a fact. Nothing else changes what an inventory says. CHECKs that the fact comes after
/// the previous one and is possible. Facts from `decide`, and facts that the journal's hash chain
/// protects, always are.
void evolve(Inventory& inventory, const Fact& fact);

/// Applies a fact that won't be rolled back, and erases a few rows that can no longer be requested.
/// For the only owner of a journal, and for a reader of such a journal. Where batches may be rolled
/// back, rows are erased at the end of a batch instead (store/cluster/replay.h).
void evolve_for_good(Inventory& inventory, const Fact& fact);

}  // namespace frontrow::domain
