#pragma once

#include "domain/facts.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Fast path for facts about reservations. Nearly all facts of a sale are of this kind; every other
/// node reads each of them, and a starting node reads them again. The line must be as append_fact()
/// writes it: the same fields in the same order, no white space, and a user name of printable ASCII
/// without escapes.
///
/// Returns nothing for any other line, valid or not. The caller then parses it as a Boost.JSON
/// document (fact_json_reader.cc), which takes ten times as long. For lines that are read here,
/// that parser gives the same result; for invalid lines, it says what is wrong.
std::optional<domain::Fact> read_plain_fact(std::string_view line);

}  // namespace frontrow::wire
