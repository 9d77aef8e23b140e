#pragma once

#include "base/result.h"
#include "config/dotenv.h"

#include <string_view>
#include <vector>

namespace frontrow::config {

/// Reads the lines of a TOML document: `name = "text"`, a number, true or false. What stands under
/// `[command]` has `command.` before its name. All else that TOML has is a bad line.
Result<std::vector<FileValue>, BadLine> parse_toml(std::string_view text);

}  // namespace frontrow::config
