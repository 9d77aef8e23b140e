#include "config/platform_names.h"

#include <array>
#include <cctype>

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

std::string as_it_is(const std::string& theirs, const Lookup&) {
    return theirs;
}

std::string or_else(const std::string& value, std::string_view otherwise) {
    return value.empty() ? std::string{otherwise} : value;
}

std::string database_url(const std::string& host, const Lookup& others) {
    const auto password = others("DB_PASSWORD");
    const auto ssl_mode = others("DB_SSLMODE");
    return "postgres://" + in_url(or_else(others("DB_USER"), "frontrow")) +
           (password.empty() ? "" : ":" + in_url(password)) + "@" + host + ":" +
           or_else(others("DB_PORT"), "5432") + "/" +
           in_url(or_else(others("DB_NAME"), "frontrow")) +
           (ssl_mode.empty() ? "" : "?sslmode=" + in_url(ssl_mode));
}

std::string redis_url(const std::string& host, const Lookup& others) {
    const auto password = others("REDIS_PASSWORD");
    const auto database = others("REDIS_DB");
    return "redis://" + (password.empty() ? "" : ":" + in_url(password) + "@") + host + ":" +
           or_else(others("REDIS_PORT"), "6379") + (database.empty() ? "" : "/" + database);
}

constexpr PlatformName kPlatformNames[] = {
    {"FRONTROW_LISTEN",
     "PORT",
     [](const std::string& port, const Lookup&) { return "127.0.0.1:" + port; },
     ""},
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
