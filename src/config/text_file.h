#pragma once

#include "base/result.h"
#include "config/settings.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace frontrow::config {

/// Reads all of a file that the user named, or of a pipe. Refuses what can't be read (a folder, for
/// example), and anything longer than `bytes_max`, so an endless pipe is refused too. The error
/// names the path and the reason.
Result<std::string, UsageError>
read_text_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace frontrow::config
