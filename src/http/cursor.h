#pragma once

#include "domain/page.h"
#include "io/sha256.h"

#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http {

// A cursor says where a list continues. The client gets it with one page and sends it for the next.
// It grants no rights and hides nothing, so it isn't protected by a secret key. It contains a
// digest of the position and the list's name, which reveals a cursor that was changed or made for
// another list.

std::string write_cursor(io::Sha256& sha, std::string_view list, const domain::Place& place);
/// Returns nothing if write_cursor() didn't make the cursor for this list.
std::optional<domain::Place>
read_cursor(io::Sha256& sha, std::string_view list, std::string_view cursor);

}  // namespace frontrow::http
