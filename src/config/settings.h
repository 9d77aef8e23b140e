#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::config {

/// What was wrong with a setting and what would be right; for the person at the command line.
struct UsageError {
    std::string message;
};

/// Where a store is: in a folder of this machine, or in a PostgreSQL.
struct StoreSettings {
    std::filesystem::path data_dir = "data";
    /// Empty, or a postgres:// URL, which holds a password and is never logged. It wins over the
    /// folder.
    std::string store;
    /// Where the URL stands, for the log: "DATABASE_URL in the environment". Empty for a flag.
    std::string origin;
    /// The folder was named, and isn't the default.
    bool is_folder_named = false;

    /// Start although the clock is behind the newest fact. For commands that write.
    bool accept_clock = false;

    bool is_cluster() const { return !store.empty(); }
};

inline constexpr std::uint32_t kHoldMinutesMax = 60;
/// HS256 wants as many bits as its hash has (RFC 7518, 3.2).
inline constexpr std::size_t kSecretBytesMin = 32;
inline constexpr std::size_t kKeyBytesMin = 16;

struct ServeSettings {
    std::string listen = "127.0.0.1:8080";
    StoreSettings store;
    /// Empty, or a redis:// URL, which may hold a password and is never logged.
    std::string redis;
    /// Empty, or the folder for a cluster node's snapshots.
    std::filesystem::path cache_dir;
    /// How long a reservation is held where its event doesn't say.
    std::uint32_t hold_minutes = 15;
    std::string log_level = "info";
    std::string access_log = "errors";
    /// `production`, in any letters, refuses --dev; other words only name the place.
    std::string app_env;
    std::string jwt_secret;
    std::string admin_api_key;
    std::string user_api_key;
    /// The origins whose pages may ask, as a browser writes them.
    std::vector<std::string> cors_origins;
    /// Empty, or the path below which all of it lies: check_base_path().
    std::string base_path;
    bool dev = false;
};

struct BackupSettings {
    StoreSettings store;
    std::filesystem::path to;
};

struct RestoreSettings {
    std::filesystem::path from;
    /// Where to.
    StoreSettings store;
    /// Also a backup that has no end mark.
    bool accept_unsealed = false;
};

struct SnapshotSettings {
    StoreSettings store;
    /// Of a database's journal; a data folder keeps its own.
    std::filesystem::path cache_dir;
};

struct FactsSettings {
    StoreSettings store;
    /// The fact behind which to begin, by its seq or id. Empty: where the cursor stands, or before
    /// the first fact.
    std::string after;
    /// Empty, or the name of the cursor that is moved.
    std::string cursor;
    /// How many facts at most; all, if absent.
    std::optional<std::uint64_t> limit;
    /// Go on with facts that come later.
    bool follow = false;
};

struct TokenSettings {
    std::string secret;
    std::string sub;
    std::string role = "user";
    std::int64_t ttl_seconds = 3'600;
};

struct SeedSettings {
    StoreSettings store;
    /// Empty: events to try Frontrow on, in place of a file's seats.
    std::filesystem::path csv;
    /// Empty: a new one.
    std::string event;
    /// Empty: the file's, without its ending.
    std::string name;
    /// Check the file, and add nothing.
    bool dry_run = false;
};

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `:8080` (all addresses).
Result<HostPort, UsageError> parse_listen(std::string_view text);

bool is_loopback(std::string_view host);

/// What is wrong with it as a path like `/shop`; nothing for an empty one, which is none. What it
/// takes needs no encoding and can't be read as another path.
std::optional<UsageError> check_base_path(std::string_view path);

/// What would let others in: secrets that may be guessed, one that stands for two. A sentence each,
/// which repeats none of them.
std::vector<std::string> find_weak_secrets(const ServeSettings& settings);

/// What no single setting shows: somebody must be able to prove who they are, nobody else may, and
/// --dev stays at home.
std::optional<UsageError> check(const ServeSettings& settings);
/// What is wrong with the one setting that has a form; never repeats it.
std::optional<UsageError> check(const StoreSettings& settings);
/// An event's id and name, and a dry run, go with a file of seats.
std::optional<UsageError> check(const SeedSettings& settings);
/// A folder for snapshots goes with a database, and only with one.
std::optional<UsageError> check(const SnapshotSettings& settings);
/// A token wants the server's secret, which is as long as the server wants it.
std::optional<UsageError> check(const TokenSettings& settings);

}  // namespace frontrow::config
