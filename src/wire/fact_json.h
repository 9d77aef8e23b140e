#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "wire/parse_error.h"

#include <string>
#include <string_view>

namespace frontrow::wire {

/// Appends a fact's one written form, a line of JSON without its line end:
/// {"seq":…,"type":"ReservationHeld","event_id":…,"at":…,"trace_id":…,"data":{…}}. A fact that is
/// about no event has no event_id. docs/journal.md lists the types and their data.
void append_fact(std::string& out, const domain::Fact& fact);

/// Appends a fact as those who read facts are told of it: with its `id`, a place in the feed, and
/// without what `data` has of keys (the digest of an API key, the marks of a request), which is for
/// the journal alone. docs/feed.md describes it.
void append_told_fact(std::string& out, const domain::Fact& fact, std::string_view id);

/// Reads what append_fact wrote.
Result<domain::Fact, ParseError> parse_fact(std::string_view line);

/// The fact's type as it is written: `ReservationHeld`.
std::string_view fact_type(const domain::FactBody& body);

}  // namespace frontrow::wire
