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

/// What is wrong with a setting and how to mend it. For the person at the command line.
struct UsageError {
    std::string message;
};

/// The location of a store: a folder on this machine, or a PostgreSQL database.
struct StoreSettings {
    std::filesystem::path data_dir = "data";
    /// Empty, or a postgres:// URL, which holds a password and is never logged. Takes precedence
    /// over the folder.
    std::string store;
    /// The source of the URL, for the log: "DATABASE_URL in the environment". Empty for a flag.
    std::string origin;
    /// The folder was set explicitly, so it isn't the default.
    bool is_folder_named = false;

    /// Start even if the machine's clock is behind the newest fact. For commands that write.
    bool accept_clock = false;

    bool is_cluster() const { return !store.empty(); }
};

inline constexpr std::uint32_t kHoldMinutesMax = 60;
/// RFC 7518, 3.2: an HS256 key has at least as many bits as the hash.
inline constexpr std::size_t kSecretBytesMin = 32;
inline constexpr std::size_t kKeyBytesMin = 16;

/// Who takes the money for orders.
struct PaymentSettings {
    /// The provider that takes new payments; empty if none does.
    std::string provider;
    std::uint32_t simulator_delay_ms = 0;
    /// From 0 to 1.
    double simulator_decline_rate = 0;
    double simulator_timeout_rate = 0;
    std::uint64_t simulator_seed = 0;
    /// Both or none. With them, payments that began with Stripe go on, whoever takes the new ones.
    std::string stripe_key;
    std::string stripe_webhook_secret;
    std::string stripe_api = "https://api.stripe.com";
    /// Of a provider that keeps to the contract in docs/payments.md. As with Stripe's.
    std::string webhook_url;
    std::string webhook_secret;

    bool has_stripe() const { return !stripe_key.empty(); }
    bool has_webhook() const { return !webhook_url.empty(); }
};

/// Which bearer tokens are accepted, besides those that the secret signs.
struct TokenCheckSettings {
    /// Empty, or a file or an https URL with the public keys of whoever issues tokens.
    std::string jwks;
    /// Empty: any.
    std::string issuer;
    std::string audience;
    std::uint32_t skew_seconds = 10;

    bool is_jwks_url() const { return jwks.contains("://"); }
};

/// A service that is asked before a buyer gets a hold.
struct VerdictSettings {
    /// Both or none. Without them, nobody is asked.
    std::string url;
    std::string secret;
    std::uint32_t deadline_ms = 150;
    /// `allow` or `refuse`: what happens to a buyer when there is no verdict.
    std::string on_failure = "allow";

    bool is_on() const { return !url.empty(); }
};

struct ServeSettings {
    std::string listen = "127.0.0.1:8080";
    /// Empty, or the address that alone serves metrics.
    std::string metrics_listen = {};
    StoreSettings store;
    /// Empty, or a redis:// URL, which may hold a password and is never logged.
    std::string redis;
    /// Empty, or the folder for a cluster node's snapshots.
    std::filesystem::path cache_dir;
    /// How long a reservation is held if its event doesn't set it.
    std::uint32_t hold_minutes = 15;
    std::string log_level = "info";
    std::string access_log = "errors";
    /// `production`, in any letter case, refuses --dev and the simulator; other values only name
    /// the environment.
    std::string app_env;
    std::string jwt_secret;
    TokenCheckSettings tokens = {};
    std::string admin_api_key;
    std::string user_api_key;
    /// The origins whose pages may call the API, spelled as a browser sends them.
    std::vector<std::string> cors_origins;
    /// Empty, or the path prefix of every route. check_base_path() checks it.
    std::string base_path;
    PaymentSettings payments = {};
    /// Whether callers have limits: `on`, `off`, or empty for the default, on unless `dev`.
    std::string limits = {};
    /// Changes to the limits (admission/rate_limits.h).
    std::vector<std::string> limit = {};
    /// The proxies whose word about their clients is believed, and the header in which they tell
    /// it.
    std::vector<std::string> trusted_proxies = {"127.0.0.1", "::1"};
    std::string proxy_header = "X-Forwarded-For";
    VerdictSettings verdicts = {};
    /// Also serve the clients of other systems.
    bool dialects = false;
    /// Empty, or the file with the keys for tickets.
    std::filesystem::path keys_file = {};
    bool dev = false;
};

struct BackupSettings {
    StoreSettings store;
    std::filesystem::path to;
};

struct RestoreSettings {
    std::filesystem::path from;
    /// The store to restore into.
    StoreSettings store;
    /// Accept a backup that has no end mark.
    bool accept_unsealed = false;
};

struct SnapshotSettings {
    StoreSettings store;
    /// For the journal of a database; a data folder keeps its snapshots itself.
    std::filesystem::path cache_dir;
};

struct FactsSettings {
    StoreSettings store;
    /// Begin after this fact, given by seq or id. Empty: begin at the cursor, or before the first
    /// fact.
    std::string after;
    /// Empty, or the name of the cursor to read from and to move.
    std::string cursor;
    /// The most facts to print. Absent: all.
    std::optional<std::uint64_t> limit;
    /// Wait at the end, and print new facts as they come.
    bool follow = false;
};

struct ReconcileSettings {
    StoreSettings store;
    /// Its `provider` is the one to compare with.
    PaymentSettings payments;
};

struct TokenSettings {
    std::string secret;
    std::string sub;
    std::string role = "user";
    std::int64_t ttl_seconds = 3'600;
    /// Empty: the token doesn't say. The same for the audience.
    std::string issuer = {};
    std::string audience = {};
};

struct KeysSettings {
    /// The store whose tickets the keys sign. Without `file`, the keys are in its folder.
    StoreSettings store;
    /// Empty, or the file with the keys.
    std::filesystem::path file;
    /// make: make a key although the store knows keys, because the one that signs is lost.
    bool replaces_lost = false;
};

struct TicketSettings {
    /// Where the keys are, unless `public_keys` names a file.
    KeysSettings keys;
    /// Empty, or a JWK set or a key file.
    std::filesystem::path public_keys;
};

struct SeedSettings {
    StoreSettings store;
    /// The tables of seats, categories and allocations. If all are empty: add the demonstration
    /// events.
    std::filesystem::path csv;
    std::filesystem::path categories;
    std::filesystem::path allocations;
    /// Empty: create a new event.
    std::string event;
    /// The new event's name. Empty: the name of the file of seats, or otherwise of the categories,
    /// without its extension.
    std::string name;
    /// Check the files, but add nothing.
    bool dry_run = false;

    bool has_tables() const { return !csv.empty() || !categories.empty() || !allocations.empty(); }
};

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `:8080` (all addresses).
Result<HostPort, UsageError> parse_listen(std::string_view text);

bool is_loopback(std::string_view host);

/// Returns what is wrong with the base path, if anything. `/shop` is accepted, and so is an empty
/// path, which means no base path. An accepted path needs no percent-encoding and has only one
/// reading.
std::optional<UsageError> check_base_path(std::string_view path);

/// Finds secrets that can be guessed, and one secret used for two purposes. Each warning is one
/// sentence and never contains a secret.
std::vector<std::string> find_weak_secrets(const ServeSettings& settings);

/// Checks the settings and their combinations. For example, without --dev callers must have a way
/// to authenticate and no secret may be weak, and --dev listens on loopback only.
std::optional<UsageError> check(const ServeSettings& settings);
/// Says what is wrong with the form of `store`; never repeats its value.
std::optional<UsageError> check(const StoreSettings& settings);
/// Requires that each provider has all its settings or none, that the one that takes new payments
/// has them, and that a URL is an https one, or leads to this machine.
std::optional<UsageError> check(const PaymentSettings& settings);
/// Requires both the URL and the secret, or none of them.
std::optional<UsageError> check(const VerdictSettings& settings);
/// Requires a provider that keeps books of what it has taken.
std::optional<UsageError> check(const ReconcileSettings& settings);
/// Requires a table if an event's id, an event's name or a dry run is given, and an event's id if
/// there are allocations without seats and categories.
std::optional<UsageError> check(const SeedSettings& settings);
/// Requires a folder for snapshots if a database is named, and refuses such a folder otherwise.
std::optional<UsageError> check(const SnapshotSettings& settings);
/// Requires the server's secret, at the length that the server requires.
std::optional<UsageError> check(const TokenSettings& settings);

}  // namespace frontrow::config
