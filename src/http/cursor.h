#pragma once

#include "domain/page.h"
#include "io/sha256.h"

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http {

// Where a list goes on, as a client carries it to the next request. A cursor grants nothing and
// hides nothing worth hiding, so there is no secret in it: a digest of it and of the list's name
// tells one that was changed, or made for another list.

std::string write_cursor(io::Sha256& sha, std::string_view list, const domain::Place& place);
/// Nothing for whatever write_cursor() didn't make for this list.
std::optional<domain::Place>
read_cursor(io::Sha256& sha, std::string_view list, std::string_view cursor);

}  // namespace frontrow::http
