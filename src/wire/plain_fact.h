#pragma once

#include "domain/facts.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Fast path for facts about reservations, which are nearly all facts of a sale. Every other node
/// reads each of them, and so does every start. The line must be as append_fact() writes it: the
/// same fields in the same order, no white space, and a user name of printable ASCII without
/// escapes.
///
/// Returns nothing for any other line, valid or not. The caller then reads it as a Boost.JSON
/// document (fact_json_reader.cc), which gives the same result for what is read here, and also says
/// what is wrong. But the document costs ten times as much.
std::optional<domain::Fact> read_plain_fact(std::string_view line);

}  // namespace frontrow::wire
