#include "config/settings.h"

#include "base/parse_number.h"
#include "config/service_settings.h"

#include <algorithm>
#include <arpa/inet.h>
#include <utility>

namespace frontrow::config {
namespace {

std::unexpected<UsageError> bad_listen(std::string_view text) {
    return std::unexpected(
        UsageError{std::string{text} + " isn't an address and a port, like 127.0.0.1:8080"}
    );
}

bool is_address(const std::string& host) {
    in6_addr bytes{};
    return inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
           inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

/// `https://tickets.example:8443`: a scheme, a host and an optional port, spelled as browsers send
/// it. Never `*`, because each allowed origin must be named.
bool is_origin(std::string_view text) {
    const auto host = text.find("://");
    if (host == std::string_view::npos) return false;
    const auto scheme = text.substr(0, host);
    if (scheme != "http" && scheme != "https") return false;
    const auto rest = text.substr(host + 3);
    return !rest.empty() && rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:[]") ==
                                std::string_view::npos;
}

/// Ignores letter case and surrounding blanks, so that `Production ` counts as well.
bool is_production(std::string_view app_env) {
    constexpr std::string_view kProduction = "production";
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const auto begin = std::min(app_env.find_first_not_of(kBlanks), app_env.size());
    const auto word = app_env.substr(begin, app_env.find_last_not_of(kBlanks) + 1 - begin);
    return std::ranges::equal(word, kProduction, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b;
    });
}

/// A segment without percent-encoding that isn't `.` or `..`.
bool is_clean_segment(std::string_view segment) {
    const auto is_unreserved = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"-._~"}.contains(c);
    };
    return !segment.empty() && segment != "." && segment != ".." &&
           std::ranges::all_of(segment, is_unreserved);
}

std::optional<UsageError> check_clock(const StoreSettings& settings) {
    if (!settings.accept_clock || !settings.is_cluster()) return std::nullopt;
    return UsageError{"--accept-clock is for a data folder: a cluster goes by its database's clock"
    };
}

std::optional<UsageError> check_metrics_listen(const ServeSettings& settings) {
    if (settings.metrics_listen.empty()) return std::nullopt;
    const auto listen = parse_listen(settings.metrics_listen);
    if (!listen) return listen.error();
    if (!settings.dev || is_loopback(listen->host)) return std::nullopt;
    return UsageError{
        "with --dev, --metrics-listen must be a loopback address, too, like 127.0.0.1:9090"
    };
}

}  // namespace

Result<HostPort, UsageError> parse_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad_listen(text);
    auto host = text.substr(0, colon);
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port) return bad_listen(text);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) host = "0.0.0.0";
    if (host == "localhost") host = "127.0.0.1";
    if (!is_address(std::string{host})) return bad_listen(text);
    return HostPort{std::string{host}, *port};
}

bool is_loopback(std::string_view host) {
    return host == "::1" || host.starts_with("127.");
}

std::optional<UsageError> check_base_path(std::string_view path) {
    const UsageError error{
        std::string{path} +
        " isn't a path like /shop or /tickets/2027: a slash before each part and none at the end, "
        "and parts of letters, digits and -._~, but not . or .."
    };
    for (auto rest = path; !rest.empty();) {
        if (!rest.starts_with('/')) return error;
        rest.remove_prefix(1);
        const auto segment = rest.substr(0, rest.find('/'));
        if (!is_clean_segment(segment)) return error;
        rest.remove_prefix(segment.size());
    }
    return std::nullopt;
}

std::optional<UsageError> check(const StoreSettings& settings) {
    const std::string_view store = settings.store;
    if (store.empty() || store.starts_with("postgres://") || store.starts_with("postgresql://"))
        return std::nullopt;
    return UsageError{"it must be a URL like postgres://user@host:5432/frontrow"};
}

std::vector<std::string> find_weak_secrets(const ServeSettings& settings) {
    std::vector<std::string> weak;
    const auto check_length = [&](const std::string& secret, std::size_t bytes_min, const char* name
                              ) {
        if (secret.empty() || secret.size() >= bytes_min) return;
        weak.push_back(
            std::string{name} + " is shorter than " + std::to_string(bytes_min) +
            " characters and may be guessed; `head -c 32 /dev/urandom | base64` makes a good one"
        );
    };
    check_length(settings.jwt_secret, kSecretBytesMin, "FRONTROW_JWT_SECRET");
    check_length(settings.admin_api_key, kKeyBytesMin, "ADMIN_API_KEY");
    check_length(settings.user_api_key, kKeyBytesMin, "USER_API_KEY");
    if (!settings.admin_api_key.empty() && settings.admin_api_key == settings.user_api_key)
        weak.emplace_back(
            "ADMIN_API_KEY and USER_API_KEY are the same: every user would be an admin"
        );
    return weak;
}

std::optional<UsageError> check(const ServeSettings& settings) {
    const auto listen = parse_listen(settings.listen);
    if (!listen) return listen.error();
    if (auto error = check_clock(settings.store)) return error;
    if (!settings.redis.empty() && !settings.store.is_cluster()) {
        return UsageError{
            "--redis is the gate in front of a PostgreSQL: give --store as well, or leave it out"
        };
    }
    if (!settings.cache_dir.empty() && !settings.store.is_cluster()) {
        return UsageError{
            "--cache-dir is for the snapshots of a PostgreSQL's journal, and a data folder keeps "
            "its "
            "own: give --store as well, or leave it out"
        };
    }
    if (auto error = check(settings.payments)) return error;
    if (auto error = check(settings.verdicts)) return error;
    if (auto error = check_metrics_listen(settings)) return error;
    if (settings.dev && is_production(settings.app_env))
        return UsageError{"--dev believes whatever a client says it is; this is production"};
    if (settings.payments.provider == "simulator" && is_production(settings.app_env)) {
        return UsageError{
            "--payments simulator gives tickets for no money; this is production: name stripe or "
            "webhook, or leave it out"
        };
    }
    for (const auto& origin : settings.cors_origins) {
        if (!is_origin(origin)) {
            return UsageError{
                "--cors-origin " + origin +
                " isn't an origin as browsers send it, like https://tickets.example"
            };
        }
    }
    if (settings.dev && !is_loopback(listen->host)) {
        return UsageError{
            "--dev believes whatever a client says it is, so it listens on a loopback address "
            "alone; use --listen 127.0.0.1:8080, "
            "or leave --dev out and set FRONTROW_JWT_SECRET or FRONTROW_JWKS"
        };
    }
    if (settings.tokens.is_jwks_url()) {
        auto error = check_service_url(
            settings.tokens.jwks, "FRONTROW_JWKS", "https://login.example/.well-known/jwks.json"
        );
        if (error) return error;
    }
    if (!settings.dev && settings.jwt_secret.empty() && settings.tokens.jwks.empty() &&
        settings.admin_api_key.empty() && settings.user_api_key.empty()) {
        return UsageError{
            "no caller could authenticate: set FRONTROW_JWT_SECRET (32 characters or more), "
            "FRONTROW_JWKS or ADMIN_API_KEY, or use --dev to try Frontrow on this machine"
        };
    }
    const auto weak = find_weak_secrets(settings);
    if (!settings.dev && !weak.empty()) return UsageError{weak.front()};
    return std::nullopt;
}

std::optional<UsageError> check(const SeedSettings& settings) {
    const std::pair<bool, std::string> need_tables[] = {
        {!settings.event.empty(), "--event"},
        {!settings.name.empty(), "--name"},
        {settings.dry_run, "--dry-run"},
    };
    for (const auto& [is_given, name] : need_tables) {
        if (is_given && !settings.has_tables())
            return UsageError{
                name + " goes with --csv, --categories or --allocations: name a file as well"
            };
    }
    const bool is_new_event = settings.has_tables() && settings.event.empty();
    if (is_new_event && settings.csv.empty() && settings.categories.empty())
        return UsageError{
            "--allocations alone needs --event: a new event has nothing that they could hold back"
        };
    return check_clock(settings.store);
}

std::optional<UsageError> check(const TokenSettings& settings) {
    if (settings.secret.empty())
        return UsageError{"set FRONTROW_JWT_SECRET, or --secret, to the server's secret"};
    if (settings.secret.size() >= kSecretBytesMin) return std::nullopt;
    return UsageError{
        "FRONTROW_JWT_SECRET is shorter than " + std::to_string(kSecretBytesMin) +
        " characters; no server takes it, but one with --dev"
    };
}

std::optional<UsageError> check(const SnapshotSettings& settings) {
    if (settings.store.is_cluster() && settings.cache_dir.empty())
        return UsageError{"name the folder for the snapshot with --cache-dir"};
    if (!settings.store.is_cluster() && !settings.cache_dir.empty()) {
        return UsageError{
            "a data folder keeps its own snapshots: leave --cache-dir out, or give --store as well"
        };
    }
    return std::nullopt;
}

}  // namespace frontrow::config
