#pragma once

#include "base/result.h"
#include "config/settings.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace frontrow::config {

/// All of a file that the person at the command line named, or of a pipe; one that never ends ends
/// at `bytes_max`. Refuses what can't be read (a folder, say) and what is longer, by its path and
/// the reason.
Result<std::string, UsageError>
read_text_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace frontrow::config
