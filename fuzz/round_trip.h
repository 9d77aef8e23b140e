#pragma once

#include "domain/facts.h"

namespace frontrow::fuzz {

/// CHECKs that a written fact is read back unchanged: if a start couldn't read the journal, or read
/// something else, the sale would end.
void check_round_trip(const domain::Fact& fact);

}  // namespace frontrow::fuzz
