#pragma once

#include "domain/audit.h"
#include "domain/inventory.h"

#include <string>
#include <vector>

namespace frontrow::domain {

/// Lists where an inventory differs from what an audit has read from the same facts: the first
/// hundred differences, a sentence each, which names the event, seat, reservation or key. Compares
/// every event, seat, reservation, remembered request and API key with all their fields. Changes
/// nothing.
///
/// The audit must have found no violation. Rows that can't be asked for any more may be missing:
/// those of a deleted event, and ended reservations whose key is forgotten.
std::vector<std::string> compare(const Audit& audit, const Inventory& inventory);

}  // namespace frontrow::domain
