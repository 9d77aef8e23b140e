#pragma once

#include "config/settings.h"

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace frontrow::cli {

/// Has every command that `app` has by now refuse a --store that can't be connected to as it is
/// written. Who retries it would retry for ever.
void refuse_flawed_stores(CLI::App& app);

/// Which store these settings choose, for people to read: the folder, or the database without its
/// password.
std::string store_name(const config::StoreSettings& settings);

/// Tells on standard error, in one line, which store a command is about to use, and whether another
/// one was named as well.
void say_store(const char* command, const config::StoreSettings& settings);
void say_store(const char* command, const std::filesystem::path& folder);

/// A database was chosen, and a folder was named as well (never by flags alone).
inline constexpr auto kFolderLeftAlone =
    "a data folder is named as well as a database: the database is used";
bool leaves_folder_alone(const config::StoreSettings& settings);

}  // namespace frontrow::cli
