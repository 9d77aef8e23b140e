#pragma once

#include "domain/facts.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Reads a fact about a reservation, if its line is as append_fact() writes it: the same fields in
/// the same order, without white space, and the user's name without an escape and in printable
/// ASCII. Nearly all facts of a sale are like this, and each is read by every other node and at
/// every start.
///
/// Nothing for whatever else, be it right or wrong: Boost.JSON's tree says what it means and what
/// is wrong with it (fact_json_reader.cc). What is read here, that reads the same; but it makes a
/// document, of which each member is looked up, and that is ten times the work.
std::optional<domain::Fact> read_plain_fact(std::string_view line);

}  // namespace frontrow::wire
