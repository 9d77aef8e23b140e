#include "cli/key_file_path.h"

#include "tickets/key_file.h"

namespace frontrow::cli {

Result<std::filesystem::path, config::UsageError> key_file_path(const config::KeysSettings& settings
) {
    if (!settings.file.empty()) return settings.file;
    if (!settings.store.is_cluster()) return settings.store.data_dir / tickets::kKeyFileName;
    return std::unexpected(
        config::UsageError{"name the key file with --keys-file: a cluster has no data folder"}
    );
}

}  // namespace frontrow::cli
