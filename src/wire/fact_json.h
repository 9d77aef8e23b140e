#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "wire/parse_error.h"

#include <string>
#include <string_view>

namespace frontrow::wire {

/// Appends a fact in the journal's form, a line of JSON without its line end:
/// {"seq":…,"type":"ReservationHeld","event_id":…,"at":…,"trace_id":…,"data":{…}}. The event_id is
/// absent if the fact isn't about an event. docs/journal.md lists the types and their data.
void append_fact(std::string& out, const domain::Fact& fact);

/// Appends a fact in the form for readers of the feed. It also has an `id`, its position in the
/// feed. Its `data` lacks the fields that are derived from keys (the digest of an API key, the
/// marks of a request), which only the journal has. docs/feed.md describes it.
void append_told_fact(std::string& out, const domain::Fact& fact, std::string_view id);

/// Appends an act (domain/acts.h) in the form of the audit trail. It is the form for readers of the
/// feed, with two differences: `by` says who did it, if that is known, and of seats that were added
/// there are only their number and the names of the first and the last.
void append_act(std::string& out, const domain::Fact& fact, std::string_view id);

/// Parses what append_fact() wrote.
Result<domain::Fact, ParseError> parse_fact(std::string_view line);

/// The name of the fact's type, like `ReservationHeld`.
std::string_view fact_type(const domain::FactBody& body);

}  // namespace frontrow::wire
