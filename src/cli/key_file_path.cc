#include "cli/key_file_path.h"

#include "store/sqlite/data_folder.h"

namespace frontrow::cli {

Result<std::filesystem::path, config::UsageError> key_file_path(const config::KeysSettings& settings
) {
    if (!settings.file.empty()) return settings.file;
    if (!settings.store.is_cluster())
        return settings.store.data_dir / store::sqlite::DataFolder::kTicketKeys;
    return std::unexpected(
        config::UsageError{"name the key file with --keys-file: a cluster has no data folder"}
    );
}

}  // namespace frontrow::cli
