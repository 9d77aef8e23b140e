#include "cli/store_name.h"

#include "io/postgres/pg_address.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

namespace frontrow::cli {
namespace {

/// Accepts an empty URL, which means no database.
std::string check_store_url(const std::string& url) {
    return url.empty() ? std::string{} : io::postgres::flaw_of(url).value_or("");
}

}  // namespace

void refuse_flawed_stores(CLI::App& app) {
    for (auto* command : app.get_subcommands(std::function<bool(CLI::App*)>{})) {
        if (auto* option = command->get_option_no_throw("--store"))
            option->check(CLI::Validator{check_store_url, ""});
    }
}

std::string store_name(const config::StoreSettings& settings) {
    return settings.is_cluster() ? io::postgres::name_of(settings.store)
                                 : settings.data_dir.string();
}

void say_store(const char* command, const config::StoreSettings& settings) {
    const auto name = store_name(settings);
    std::fprintf(
        stderr,
        "frontrow %s: the store is %s%s%s%s\n",
        command,
        settings.is_cluster() ? "" : "the folder ",
        name.c_str(),
        leaves_folder_alone(settings) ? "; " : "",
        leaves_folder_alone(settings) ? kFolderLeftAlone : ""
    );
}

void say_store(const char* command, const std::filesystem::path& folder) {
    say_store(command, config::StoreSettings{.data_dir = folder});
}

bool leaves_folder_alone(const config::StoreSettings& settings) {
    return settings.is_cluster() && settings.is_folder_named;
}

}  // namespace frontrow::cli
