#include "config/options.h"

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>

namespace frontrow::config {
namespace {

/// Percent-encoded, but for what RFC 3986 calls unreserved.
std::string in_url(const std::string& text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (std::isalnum(code) != 0 || std::string_view{"-._~"}.contains(c)) {
            out += c;
        } else {
            out += {'%', hex[code >> 4], hex[code & 0xF]};
        }
    }
    return out;
}

/// A value from one of the names that other programs' set-ups use.
void take_environment(const char* name, std::string& setting) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') setting = value;
}

/// Platforms give a database as one URL or in pieces.
void take_database(std::string& store) {
    take_environment("DATABASE_URL", store);
    std::string host;
    take_environment("DB_HOST", host);
    if (!store.empty() || host.empty()) return;
    std::string user = "frontrow";
    std::string password;
    std::string port = "5432";
    std::string name = "frontrow";
    std::string ssl_mode;
    take_environment("DB_USER", user);
    take_environment("DB_PASSWORD", password);
    take_environment("DB_PORT", port);
    take_environment("DB_NAME", name);
    take_environment("DB_SSLMODE", ssl_mode);
    store = "postgres://" + in_url(user) + (password.empty() ? "" : ":" + in_url(password)) + "@" +
            host + ":" + port + "/" + in_url(name) +
            (ssl_mode.empty() ? "" : "?sslmode=" + in_url(ssl_mode));
}

void take_redis(std::string& redis) {
    take_environment("REDIS_URL", redis);
    std::string host;
    take_environment("REDIS_HOST", host);
    if (!redis.empty() || host.empty()) return;
    std::string password;
    std::string port = "6379";
    take_environment("REDIS_PASSWORD", password);
    take_environment("REDIS_PORT", port);
    redis = "redis://" + (password.empty() ? "" : ":" + in_url(password) + "@") + host + ":" + port;
}

constexpr auto kFolder = "The folder with the journal";

void add_data_dir(CLI::App& command, std::filesystem::path& folder, const char* what) {
    command.add_option("--data-dir", folder, what)
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
    add_options(command, settings.store);
    take_redis(settings.redis);
    command
        .add_option(
            "--redis",
            settings.redis,
            "A Redis as the gate before the database, redis://[user:password@]host[:port]; "
            "REDIS_URL "
            "or REDIS_HOST, REDIS_PORT and REDIS_PASSWORD in the environment are read as well"
        )
        ->envname("FRONTROW_REDIS")
        ->type_name("URL");
    std::string connections;
    take_environment("DB_MAX_OPEN_CONNS", connections);
    if (!connections.empty()) CLI::detail::lexical_cast(connections, settings.database_connections);
    command
        .add_option(
            "--database-connections",
            settings.database_connections,
            "Connections to the database at once; DB_MAX_OPEN_CONNS in the environment is read as "
            "well"
        )
        ->envname("FRONTROW_DATABASE_CONNECTIONS")
        ->check(CLI::Range(kDatabaseConnectionsMin, 1'000U))
        ->capture_default_str();
    command
        .add_flag(
            "--pooler",
            settings.pooler,
            "The database is behind PgBouncer in transaction mode: leave nothing in its sessions"
        )
        ->envname("FRONTROW_POOLER");
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
    add_data_dir(command, settings.data_dir, kFolder);
    take_database(settings.store);
    command
        .add_option(
            "--store",
            settings.store,
            "A PostgreSQL in place of the folder, postgres://user:password@host/database; "
            "DATABASE_URL or DB_HOST, DB_PORT, DB_USER, DB_PASSWORD, DB_NAME and DB_SSLMODE in the "
            "environment are read as well"
        )
        ->envname("FRONTROW_STORE")
        ->type_name("URL");
}

void add_options(CLI::App& command, BackupSettings& settings) {
    command.add_option("--to", settings.to, "The file to make; never one that is there")
        ->envname("FRONTROW_BACKUP_TO")
        ->required()
        ->type_name("FILE");
    add_options(command, settings.store);
}

void add_options(CLI::App& command, RestoreSettings& settings) {
    command.add_option("--from", settings.from, "The backup")
        ->envname("FRONTROW_RESTORE_FROM")
        ->required()
        ->type_name("FILE");
    add_data_dir(command, settings.data_dir, "The folder to make, or an empty one");
}

void add_options(CLI::App& command, SnapshotSettings& settings) {
    add_data_dir(command, settings.data_dir, kFolder);
}

}  // namespace frontrow::config
