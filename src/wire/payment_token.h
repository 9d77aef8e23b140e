#pragma once

#include "wire/object_reader.h"

#include <string>

namespace frontrow::wire {

/// Reads `token`, a payment provider's name for the buyer's means of payment; empty if it is
/// absent. A card number is refused, because it must never get into the journal.
std::string read_payment_token(ObjectReader& in);

}  // namespace frontrow::wire
