#pragma once

#include "domain/audit.h"
#include "domain/inventory.h"

#include <string>
#include <vector>

namespace frontrow::domain {

/// Compares an inventory with what an audit has read from the same facts. Returns the first hundred
/// differences, as sentences that name the event, seat, reservation, order, ticket or key. Covers
/// all fields of every event, seat, reservation, order, remembered request and API key, and all
/// that has happened to tickets.
///
/// The audit must have found no violation. Rows that can no longer be requested may be missing from
/// the inventory: those of deleted events, of reservations that ended more than kEndedMemory ago,
/// and of orders that closed so long ago and took no money.
std::vector<std::string> compare(const Audit& audit, const Inventory& inventory);

}  // namespace frontrow::domain
