#pragma once

#include "domain/facts.h"

namespace frontrow::fuzz {

/// CHECKs that a fact, written, is read as what it is: a journal that a start can't read back, or
/// reads as something else, would end the sale.
void check_round_trip(const domain::Fact& fact);

}  // namespace frontrow::fuzz
