#include "config/platform_names.h"

#include "base/parse_number.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace frontrow::config {
namespace {

/// Percent-encodes everything except RFC 3986's unreserved characters and `kept`.
std::string in_url(const std::string& text, std::string_view kept = {}) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (std::isalnum(code) != 0 || std::string_view{"-._~"}.contains(c) || kept.contains(c)) {
            out += c;
        } else {
            out += {'%', hex[code >> 4], hex[code & 0xF]};
        }
    }
    return out;
}

/// `host` is a name, an address or the path of a Unix socket. A host in brackets is already in URL
/// form.
std::string host_in_url(const std::string& host) {
    if (host.starts_with('/') || host.starts_with('@')) return in_url(host);
    const bool is_ipv6 = std::ranges::count(host, ':') > 1 && !host.contains('[');
    return is_ipv6 ? "[" + in_url(host, ":") + "]" : host;
}

/// Returns what the value should be, in words, if it isn't valid.
using Rule = std::optional<std::string_view> (*)(const std::string& value);

std::optional<std::string_view> any_text(const std::string&) {
    return std::nullopt;
}

bool is_whole_number(const std::string& text, int min, int max) {
    const auto number = parse_number<int>(text);
    return number && *number >= min && *number <= max;
}

std::optional<std::string_view> port_number(const std::string& value) {
    if (is_whole_number(value, 1, 65'535)) return std::nullopt;
    if (value.contains("://")) {
        return "a port is a number from 1 to 65535; Kubernetes sets this name to a URL beside a "
               "service of that name, unless the pod has enableServiceLinks: false";
    }
    return "a port is a number from 1 to 65535";
}

std::optional<std::string_view> ssl_mode(const std::string& value) {
    constexpr std::string_view kModes[] = {
        "disable", "allow", "prefer", "require", "verify-ca", "verify-full"
    };
    if (std::ranges::find(kModes, value) != std::end(kModes)) return std::nullopt;
    return "it is one of disable, allow, prefer, require, verify-ca and verify-full";
}

std::optional<std::string_view> database_number(const std::string& value) {
    if (is_whole_number(value, 0, std::numeric_limits<int>::max())) return std::nullopt;
    return "a database of Redis is a number";
}

/// Reads the variables that form a URL, one by one, and keeps the first error.
class Pieces {
public:
    explicit Pieces(const Lookup& others) : others_{others} {}

    std::string take(const char* name, std::string_view otherwise, Rule rule = any_text) {
        auto said = others_(name);
        if (said && !said->value.empty()) {
            if (const auto wanted = rule(said->value))
                said = std::unexpected(UsageError{said->origin + ": " + std::string{*wanted}});
        }
        if (said) return said->value.empty() ? std::string{otherwise} : std::move(said->value);
        if (!error_) error_ = std::move(said.error());
        return {};
    }

    Result<std::string, UsageError> into(std::string url) {
        if (error_) return std::unexpected(std::move(*error_));
        return url;
    }

private:
    const Lookup& others_;
    std::optional<UsageError> error_;
};

Result<std::string, UsageError> as_it_is(const Said& theirs, const Lookup&) {
    return theirs.value;
}

Result<std::string, UsageError> listen_address(const Said& port, const Lookup&) {
    return "127.0.0.1:" + port.value;
}

Result<std::string, UsageError> database_url(const Said& host, const Lookup& others) {
    Pieces pieces{others};
    const auto user = pieces.take("DB_USER", "frontrow");
    const auto password = pieces.take("DB_PASSWORD", "");
    const auto port = pieces.take("DB_PORT", "5432", port_number);
    const auto name = pieces.take("DB_NAME", "frontrow");
    const auto mode = pieces.take("DB_SSLMODE", "", ssl_mode);
    return pieces.into(
        "postgres://" + in_url(user) + (password.empty() ? "" : ":" + in_url(password)) + "@" +
        host_in_url(host.value) + ":" + port + "/" + in_url(name) +
        (mode.empty() ? "" : "?sslmode=" + mode)
    );
}

Result<std::string, UsageError> redis_url(const Said& host, const Lookup& others) {
    Pieces pieces{others};
    const auto password = pieces.take("REDIS_PASSWORD", "");
    const auto port = pieces.take("REDIS_PORT", "6379", port_number);
    const auto database = pieces.take("REDIS_DB", "", database_number);
    return pieces.into(
        "redis://" + (password.empty() ? "" : ":" + in_url(password) + "@") +
        host_in_url(host.value) + ":" + port + (database.empty() ? "" : "/" + database)
    );
}

constexpr PlatformName kPlatformNames[] = {
    {"FRONTROW_LISTEN", "PORT", listen_address, ""},
    {"FRONTROW_STORE", "DATABASE_URL", as_it_is, ""},
    {"FRONTROW_STORE", "DB_HOST", database_url, "DB_PORT, DB_USER, DB_PASSWORD, DB_NAME, DB_SSLMODE"
    },
    {"FRONTROW_REDIS", "REDIS_URL", as_it_is, ""},
    {"FRONTROW_REDIS", "REDIS_HOST", redis_url, "REDIS_PORT, REDIS_PASSWORD, REDIS_DB"},
    {"FRONTROW_HOLD_MINUTES", "RESERVATION_EXPIRY_MINUTES", as_it_is, ""},
    {"FRONTROW_LOG_LEVEL", "LOG_LEVEL", as_it_is, ""},
    {"FRONTROW_APP_ENV", "APP_ENV", as_it_is, ""},
};

constexpr AcceptedName kAcceptedNames[] = {
    {"DB_MAX_OPEN_CONNS", "a node needs two connections, which carry all requests at once"},
    {"DB_MAX_IDLE_CONNS", "a node keeps its two connections"},
    {"REDIS_POOL_SIZE", "a node needs one connection, which carries all requests at once"},
};

}  // namespace

std::span<const PlatformName> platform_names() {
    return kPlatformNames;
}

std::span<const AcceptedName> accepted_names() {
    return kAcceptedNames;
}

}  // namespace frontrow::config
