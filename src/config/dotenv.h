#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::config {

/// A setting in a file: its value, and its line, counted from 1.
struct FileValue {
    std::string name;
    std::string value;
    int line = 0;
};

/// A line that can't be parsed. It may hold a secret, so `reason` never repeats it.
struct BadLine {
    int line = 0;
    std::string reason;
};

/// Reads `NAME=value` lines as shells and other dotenv readers do. A byte order mark is skipped,
/// and so are empty lines and lines that begin with #. `export` may precede a name. A value may be
/// in single quotes, which take it literally, or in double quotes, with the escapes \n \t \" \\ and
/// \$. Outside quotes, a # after a space begins a comment. Nothing is expanded. Our own code
/// because Debian has no library for it.
Result<std::vector<FileValue>, BadLine> parse_dotenv(std::string_view text);

}  // namespace frontrow::config
