#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace frontrow::config {

/// A line of a file: its value, and where it stands, counted from 1.
struct FileValue {
    std::string name;
    std::string value;
    int line = 0;
};

/// A line that can't be understood. It may hold a secret, so `reason` never repeats it.
struct BadLine {
    int line = 0;
    std::string reason;
};

/// Reads `NAME=value` lines as shells and other dotenv readers do, behind a byte order mark or not:
/// empty lines and those that begin
/// with # say nothing; `export` may stand before a name; a value may be in single quotes, taken as
/// it is, or in double ones, with \n \t \" \\ and \$ in it; outside of quotes a # after a space
/// begins a comment. Nothing is expanded. Written here because Debian has no library for it.
Result<std::vector<FileValue>, BadLine> parse_dotenv(std::string_view text);

}  // namespace frontrow::config
