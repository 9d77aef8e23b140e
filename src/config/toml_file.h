#pragma once

#include "base/result.h"
#include "config/dotenv.h"

#include <string_view>
#include <vector>

namespace frontrow::config {

/// Reads the settings of a TOML document: `name = "text"`, a number, true or false. Names below
/// `[command]` get the prefix `command.`. Any other TOML is a bad line.
Result<std::vector<FileValue>, BadLine> parse_toml(std::string_view text);

}  // namespace frontrow::config
