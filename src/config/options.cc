#include "config/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace frontrow::config {
namespace {

/// A value from one of the names that other programs' set-ups use.
void take_environment(const char* name, std::string& setting) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') setting = value;
}

void add_data_dir(CLI::App& command, std::filesystem::path& data_dir) {
    command.add_option("--data-dir", data_dir, "The folder with the journal")
        ->envname("FRONTROW_DATA_DIR")
        ->type_name("FOLDER")
        ->capture_default_str();
}

}  // namespace

void add_options(CLI::App& command, ServeSettings& settings) {
    // What platforms set for any server; the FRONTROW_ names and the flags win over them.
    std::string port;
    take_environment("PORT", port);
    if (!port.empty()) settings.listen = "127.0.0.1:" + port;
    take_environment("LOG_LEVEL", settings.log_level);

    command
        .add_option(
            "--listen",
            settings.listen,
            "Address and port to listen on; PORT in the environment gives the port alone"
        )
        ->envname("FRONTROW_LISTEN")
        ->type_name("ADDRESS:PORT")
        ->capture_default_str();
    add_data_dir(command, settings.data_dir);
    command
        .add_option(
            "--log-level",
            settings.log_level,
            "How much to log; LOG_LEVEL in the environment is read as well"
        )
        ->envname("FRONTROW_LOG_LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
    command
        .add_flag(
            "--dev",
            settings.dev,
            "Believe X-User-ID, and make whoever says nothing an admin; loopback addresses only"
        )
        ->envname("FRONTROW_DEV");
    command
        .add_option(
            "--secret",
            settings.jwt_secret,
            "Take HS256 tokens signed with this; better set in the environment, where no process "
            "list shows it"
        )
        ->envname("FRONTROW_JWT_SECRET")
        ->type_name("SECRET");
    command
        .add_option(
            "--admin-api-key",
            settings.admin_api_key,
            "Take this X-API-Key as an admin; better set in the environment"
        )
        ->envname("ADMIN_API_KEY")
        ->type_name("KEY");
    command
        .add_option(
            "--user-api-key",
            settings.user_api_key,
            "Take this X-API-Key as a user; better set in the environment"
        )
        ->envname("USER_API_KEY")
        ->type_name("KEY");
}

void add_options(CLI::App& command, TokenSettings& settings) {
    command.add_option("--sub", settings.sub, "Who the token is for")
        ->envname("FRONTROW_TOKEN_SUB")
        ->required()
        ->type_name("NAME");
    command.add_option("--role", settings.role, "What they may do")
        ->envname("FRONTROW_TOKEN_ROLE")
        ->check(CLI::IsMember({"user", "scanner", "organizer", "admin"}))
        ->capture_default_str();
    command.add_option("--secret", settings.secret, "The server's secret")
        ->envname("FRONTROW_JWT_SECRET")
        ->type_name("SECRET")
        ->required();
    command.add_option("--ttl", settings.ttl_seconds, "How long it's good for, in seconds")
        ->envname("FRONTROW_TOKEN_TTL")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{365 * 86'400}))
        ->capture_default_str();
}

void add_options(CLI::App& command, StoreSettings& settings) {
    add_data_dir(command, settings.data_dir);
}

}  // namespace frontrow::config
