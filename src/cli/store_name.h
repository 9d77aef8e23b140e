#pragma once

#include "config/settings.h"

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace frontrow::cli {

/// Makes every command that `app` has so far refuse a malformed --store. Otherwise the command
/// would retry the connection for ever.
void refuse_flawed_stores(CLI::App& app);

/// The name of the chosen store for people: the folder, or the database without its password.
std::string store_name(const config::StoreSettings& settings);

/// Prints one line on standard error: which store the command will use, and whether a folder that
/// was also named is ignored.
void say_store(const char* command, const config::StoreSettings& settings);
void say_store(const char* command, const std::filesystem::path& folder);

/// A database was chosen, and a folder was named as well. Flags alone can't cause this.
inline constexpr auto kFolderLeftAlone =
    "a data folder is named as well as a database: the database is used";
bool leaves_folder_alone(const config::StoreSettings& settings);

}  // namespace frontrow::cli
