#pragma once

#include "base/result.h"
#include "config/settings.h"

#include <filesystem>

namespace frontrow::cli {

/// The file with the keys that sign tickets. A cluster has no folder, so there the setting must
/// name the file.
Result<std::filesystem::path, config::UsageError> key_file_path(const config::KeysSettings& settings
);

}  // namespace frontrow::cli
