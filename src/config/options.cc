#include "config/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace frontrow::config {
namespace {

/// Accepts an empty text, which means no address.
std::string check_listen_if_any(const std::string& text) {
    if (text.empty()) return {};
    const auto parsed = parse_listen(text);
    return parsed ? std::string{} : parsed.error().message;
}

std::string check_listen(const std::string& text) {
    const auto parsed = parse_listen(text);
    return parsed ? std::string{} : parsed.error().message;
}

/// An empty path would mean the current folder.
std::string check_folder(const std::string& path) {
    return path.empty() ? "the folder needs a name; . is the one you are in" : std::string{};
}

/// The error never repeats the URL, which may hold a password.
std::string check_store(const std::string& url) {
    const auto error = check(StoreSettings{.store = url});
    return error ? error->message : std::string{};
}

std::string check_base(const std::string& path) {
    const auto error = check_base_path(path);
    return error ? error->message : std::string{};
}

constexpr auto kFolder = "The folder with the journal";

CLI::Option* add_data_dir(CLI::App& command, std::filesystem::path& folder, const char* what) {
    return command.add_option("--data-dir", folder, what)
        ->envname("FRONTROW_DATA_DIR")
        ->type_name("FOLDER")
        ->check(CLI::Validator{check_folder, ""})
        ->capture_default_str();
}

void add_database(CLI::App& command, StoreSettings& settings, const char* what) {
    command.add_option("--store", settings.store, what)
        ->envname("FRONTROW_STORE")
        ->type_name("URL")
        ->check(CLI::Validator{check_store, ""});
}

void add_store(
    CLI::App& command,
    StoreSettings& settings,
    const char* what_folder,
    const char* what_database
) {
    add_data_dir(command, settings.data_dir, what_folder)->each([&settings](const std::string&) {
        settings.is_folder_named = true;
    });
    add_database(command, settings, what_database);
}

/// For commands that write facts, because each fact has a time.
void add_clock_option(CLI::App& command, StoreSettings& settings) {
    command
        .add_flag(
            "--accept-clock",
            settings.accept_clock,
            "Start even if this machine's clock is behind the folder's newest fact, and continue "
            "from that fact's time"
        )
        ->envname("FRONTROW_ACCEPT_CLOCK");
}

void add_access_options(CLI::App& command, ServeSettings& settings) {
    command
        .add_flag(
            "--dev",
            settings.dev,
            "Trust X-User-ID, and treat requests without credentials as an admin's; loopback "
            "addresses only"
        )
        ->envname("FRONTROW_DEV");
    command
        .add_option(
            "--app-env",
            settings.app_env,
            "The name of this environment; `production` refuses --dev and --payments simulator"
        )
        ->envname("FRONTROW_APP_ENV")
        ->type_name("NAME");
    command
        .add_option(
            "--secret",
            settings.jwt_secret,
            "Accept HS256 tokens signed with this secret; better not set as a flag, because "
            "process lists show flags"
        )
        ->envname("FRONTROW_JWT_SECRET")
        ->type_name("SECRET");
    add_options(command, settings.tokens);
    command
        .add_option(
            "--admin-api-key",
            settings.admin_api_key,
            "Accept this X-API-Key as an admin's; better not set as a flag"
        )
        ->envname("ADMIN_API_KEY")
        ->type_name("KEY");
    command
        .add_option(
            "--user-api-key",
            settings.user_api_key,
            "Accept this X-API-Key as a user's; better not set as a flag"
        )
        ->envname("USER_API_KEY")
        ->type_name("KEY");
    command
        .add_option(
            "--cors-origin",
            settings.cors_origins,
            "Let the pages of this origin call the API, like https://tickets.example; separate "
            "several with commas; none by default"
        )
        ->envname("FRONTROW_CORS_ORIGINS")
        ->delimiter(',')
        ->type_name("ORIGIN");
    command
        .add_flag(
            "--dialects",
            settings.dialects,
            "Also serve clients that were written for two other ticket systems; in one of the two, "
            "a caller without credentials may buy as a guest"
        )
        ->envname("FRONTROW_DIALECTS");
}

void add_limit_options(CLI::App& command, ServeSettings& settings) {
    command
        .add_option(
            "--limits",
            settings.limits,
            "Whether callers may send only so many requests; on by default, off with --dev"
        )
        ->envname("FRONTROW_LIMITS")
        ->check(CLI::IsMember({"on", "off"}));
    command
        .add_option(
            "--limit",
            settings.limit,
            "Change a limit, like hold/user=5/s:20 (five a second, twenty at once) or "
            "read/address=off; separate several with commas"
        )
        ->envname("FRONTROW_LIMIT")
        ->delimiter(',')
        ->type_name("LIMIT");
    command
        .add_option(
            "--trusted-proxy",
            settings.trusted_proxies,
            "Believe this proxy, or all of this network, which client a request comes from, like "
            "10.0.0.0/8; separate several with commas"
        )
        ->envname("FRONTROW_TRUSTED_PROXIES")
        ->delimiter(',')
        ->type_name("ADDRESS")
        ->capture_default_str();
    command
        .add_option(
            "--proxy-header",
            settings.proxy_header,
            "The header in which trusted proxies tell it; they must not pass on a client's own"
        )
        ->envname("FRONTROW_PROXY_HEADER")
        ->check(CLI::IsMember({"X-Forwarded-For", "Forwarded"}, CLI::ignore_case))
        ->capture_default_str();
}

void add_cache_dir(CLI::App& command, std::filesystem::path& folder) {
    command
        .add_option(
            "--cache-dir",
            folder,
            "A folder for this node's snapshots of the database's journal, which make a start "
            "quick; the folder may be deleted"
        )
        ->envname("FRONTROW_CACHE_DIR")
        ->type_name("FOLDER");
}

void add_keys_file(CLI::App& command, std::filesystem::path& file) {
    command
        .add_option(
            "--keys-file",
            file,
            "The file with the keys that sign tickets; by default keys.json in the data folder"
        )
        ->envname("FRONTROW_KEYS_FILE")
        ->type_name("FILE");
}

void add_key_file_options(CLI::App& command, KeysSettings& settings) {
    add_keys_file(command, settings.file);
    add_options(command, settings.store);
}

void add_database_options(CLI::App& command, ServeSettings& settings) {
    command
        .add_option(
            "--redis",
            settings.redis,
            "A Redis as the gate in front of the database, redis://[user:password@]host[:port]"
        )
        ->envname("FRONTROW_REDIS")
        ->type_name("URL");
    add_cache_dir(command, settings.cache_dir);
}

}  // namespace

void add_options(CLI::App& command, ServeSettings& settings) {
    command
        .add_option(
            "--listen",
            settings.listen,
            "Address and port to listen on; PORT gives the port alone, on 127.0.0.1"
        )
        ->envname("FRONTROW_LISTEN")
        ->type_name("ADDRESS:PORT")
        ->check(CLI::Validator{check_listen, ""})
        ->capture_default_str();
    command
        .add_option(
            "--metrics-listen",
            settings.metrics_listen,
            "Address and port that alone serve /metrics, and probes; without it, --listen serves "
            "them"
        )
        ->envname("FRONTROW_METRICS_LISTEN")
        ->type_name("ADDRESS:PORT")
        ->check(CLI::Validator{check_listen_if_any, ""});
    command
        .add_option(
            "--base-path",
            settings.base_path,
            "A prefix of all paths, like /shop, for a proxy that passes paths on unchanged; none "
            "by default"
        )
        ->envname("FRONTROW_BASE_PATH")
        ->type_name("PATH")
        ->check(CLI::Validator{check_base, ""});
    add_options(command, settings.store);
    add_clock_option(command, settings.store);
    add_database_options(command, settings);
    command
        .add_option(
            "--hold-minutes",
            settings.hold_minutes,
            "How long a reservation is held if its event doesn't set it, 1 to 60"
        )
        ->envname("FRONTROW_HOLD_MINUTES")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, kHoldMinutesMax).description(""))
        ->capture_default_str();
    command.add_option("--log-level", settings.log_level, "How much to log")
        ->envname("FRONTROW_LOG_LEVEL")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
    command
        .add_option(
            "--access-log",
            settings.access_log,
            "Which requests get a line in the log: off, errors (those answered 5xx, and those that "
            "took a second or more), or all"
        )
        ->envname("FRONTROW_ACCESS_LOG")
        ->type_name("WHICH")
        ->check(CLI::IsMember({"off", "errors", "all"}))
        ->capture_default_str();
    add_access_options(command, settings);
    add_limit_options(command, settings);
    add_keys_file(command, settings.keys_file);
    add_options(command, settings.payments);
    add_options(command, settings.verdicts);
}

void add_options(CLI::App& command, SeedSettings& settings) {
    add_options(command, settings.store);
    add_clock_option(command, settings.store);
    command
        .add_option(
            "--csv",
            settings.csv,
            "A table of seats to add, whose first line names the columns: seat_number, price; "
            "section, row, x, y, label, accessible, companion, restricted_view; allocation, the "
            "name under which the seat is held back"
        )
        ->envname("FRONTROW_SEED_CSV")
        ->check(CLI::ExistingFile.description(""))
        ->type_name("FILE");
    command
        .add_option(
            "--categories",
            settings.categories,
            "A table of categories to add, with the columns name, price, total_stock"
        )
        ->envname("FRONTROW_SEED_CATEGORIES")
        ->check(CLI::ExistingFile.description(""))
        ->type_name("FILE");
    command
        .add_option(
            "--allocations",
            settings.allocations,
            "A table of allocations, with the columns name; category, quantity (without them, the "
            "allocation is one of seats, which --csv names); access_code, limit, limit_per_user, "
            "until"
        )
        ->envname("FRONTROW_SEED_ALLOCATIONS")
        ->check(CLI::ExistingFile.description(""))
        ->type_name("FILE");
    command.add_option("--event", settings.event, "The event to add to; by default a new one")
        ->envname("FRONTROW_SEED_EVENT")
        ->type_name("ID");
    command
        .add_option("--name", settings.name, "The new event's name; by default the first file's")
        ->envname("FRONTROW_SEED_NAME")
        ->type_name("NAME");
    command.add_flag("--dry-run", settings.dry_run, "Check the tables, but add nothing")
        ->envname("FRONTROW_SEED_DRY_RUN");
}

void add_options(CLI::App& command, StoreSettings& settings) {
    add_store(
        command,
        settings,
        kFolder,
        "A PostgreSQL instead of the folder, postgres://user:password@host/database"
    );
}

void add_database_option(CLI::App& command, StoreSettings& settings) {
    add_database(command, settings, "The PostgreSQL, postgres://user:password@host/database");
}

void add_options(CLI::App& command, BackupSettings& settings) {
    command.add_option("--to", settings.to, "The file to create; it must not exist")
        ->envname("FRONTROW_BACKUP_TO")
        ->required()
        ->type_name("FILE");
    add_options(command, settings.store);
}

void add_options(CLI::App& command, RestoreSettings& settings) {
    command.add_option("--from", settings.from, "The backup")
        ->envname("FRONTROW_RESTORE_FROM")
        ->required()
        ->check(CLI::ExistingFile.description(""))
        ->type_name("FILE");
    add_store(
        command,
        settings.store,
        "The folder to create, or an empty one",
        "An empty PostgreSQL instead of the folder, postgres://user:password@host/database"
    );
    command
        .add_flag(
            "--accept-unsealed",
            settings.accept_unsealed,
            "Accept a backup without an end mark, which can't be proven complete"
        )
        ->envname("FRONTROW_RESTORE_ACCEPT_UNSEALED");
}

void add_options(CLI::App& command, SnapshotSettings& settings) {
    add_options(command, settings.store);
    add_cache_dir(command, settings.cache_dir);
}

void add_options(CLI::App& command, FactsSettings& settings) {
    add_options(command, settings.store);
    command
        .add_option(
            "--after",
            settings.after,
            "Begin after this fact, given by its seq or its id; by default at the cursor, or 0, "
            "before all facts"
        )
        ->envname("FRONTROW_FACTS_AFTER")
        ->type_name("PLACE");
    command
        .add_option(
            "--cursor",
            settings.cursor,
            "Begin at the cursor of this name, and move it past the lines once they are written"
        )
        ->envname("FRONTROW_FACTS_CURSOR")
        ->type_name("NAME");
    command.add_option("--limit", settings.limit, "End after this many facts")
        ->envname("FRONTROW_FACTS_LIMIT")
        ->type_name("NUMBER")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}).description(""));
    command
        .add_flag(
            "--follow", settings.follow, "Wait for more at the end, until SIGINT, SIGTERM or SIGHUP"
        )
        ->envname("FRONTROW_FACTS_FOLLOW");
}

void add_options(CLI::App& command, KeysSettings& settings) {
    add_key_file_options(command, settings);
    command.add_flag(
        "--replace-lost",
        settings.replaces_lost,
        "make: make a new key for a store whose key file is lost; tickets that were issued stay "
        "valid"
    );
}

void add_options(CLI::App& command, TicketSettings& settings) {
    command
        .add_option(
            "--keys",
            settings.public_keys,
            "The public keys, as /.well-known/frontrow-ticket-keys.json gives them; by default "
            "those of the key file"
        )
        ->envname("FRONTROW_TICKET_KEYS")
        ->type_name("FILE");
    add_key_file_options(command, settings.keys);
}

bool may_come_from_file(const CLI::Option& option) {
    constexpr std::string_view kTypes[] = {"URL", "SECRET", "KEY", "TOKEN"};
    return std::ranges::find(kTypes, option.get_type_name()) != std::end(kTypes);
}

}  // namespace frontrow::config
