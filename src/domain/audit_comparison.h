#pragma once

#include "domain/audit.h"
#include "domain/inventory.h"

#include <string>
#include <vector>

namespace frontrow::domain {

/// Where an inventory isn't what an audit has read from the same facts: a sentence each, which
/// names the event, seat, reservation or key; the first hundred of them. It looks at every event,
/// seat, reservation, remembered request and API key, at all that is kept of each, and reads only.
///
/// The audit has found nothing wrong. Rows that nobody can ask for any more (those of a deleted
/// event, reservations that have ended and whose key is forgotten) may be missing.
std::vector<std::string> compare(const Audit& audit, const Inventory& inventory);

}  // namespace frontrow::domain
