#include "io/postgres/pg_address.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace frontrow::io::postgres {
namespace {

namespace asio = boost::asio;

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

/// Null if the URL can't be parsed.
Options options_in(const std::string& url) {
    // libpq's message about an unreadable URL quotes it, password included.
    char* said = nullptr;
    Options options{PQconninfoParse(url.c_str(), &said)};
    PQfreemem(said);
    return options;
}

PgError refused(std::string what) {
    return {.kind = PgErrorKind::refused, .what = std::move(what)};
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    if (list.empty()) return parts;
    for (;;) {
        const auto comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

bool is_readable(const PgHost& host) {
    return host.name.find('@', 1) == std::string::npos &&
           std::ranges::all_of(host.port, [](char c) { return c >= '0' && c <= '9'; });
}

bool needs_look_up(const PgHost& host) {
    if (host.name.empty() || host.name.front() == '/' || host.name.front() == '@') return false;
    boost::system::error_code error;
    asio::ip::make_address(host.name, error);
    return host.address.empty() && error;
}

}  // namespace

Result<std::vector<PgHost>, PgError> hosts_of(const std::string& url) {
    const auto options = options_in(url);
    if (!options) return std::unexpected(refused("the PostgreSQL URL can't be read"));
    std::vector<std::string> names;
    std::vector<std::string> addresses;
    std::vector<std::string> ports;
    for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string_view keyword = option->keyword;
        if (keyword == "host") names = split(option->val);
        if (keyword == "hostaddr") addresses = split(option->val);
        if (keyword == "port") ports = split(option->val);
    }
    std::vector<PgHost> hosts(std::max(names.size(), addresses.size()));
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (i < names.size()) hosts[i].name = names[i];
        if (i < addresses.size()) hosts[i].address = addresses[i];
        if (!ports.empty()) hosts[i].port = ports[ports.size() == 1 ? 0 : i % ports.size()];
        if (is_readable(hosts[i])) continue;
        return std::unexpected(
            refused("the PostgreSQL URL's host and port can't be read; in a "
                    "password, the signs : / @ are written %3A %2F %40")
        );
    }
    return hosts;
}

std::string name_of(const std::string& url) {
    const auto hosts = hosts_of(url);
    if (!hosts) return "PostgreSQL";
    std::string name = "PostgreSQL";
    const auto options = options_in(url);
    for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || std::string_view{option->keyword} != "dbname") continue;
        const std::string_view database = option->val;
        const bool is_rest_of_password = database.find_first_of("@/") != std::string_view::npos;
        if (!is_rest_of_password) name += " database " + std::string{database};
    }
    for (std::size_t i = 0; i < hosts->size(); ++i) {
        const auto& host = (*hosts)[i];
        name += (i == 0 ? " at " : ", ") + (host.name.empty() ? host.address : host.name);
        if (!host.port.empty()) name += ":" + host.port;
    }
    return name;
}

Awaitable<Result<std::vector<PgHost>, PgError>>
look_up(Executor executor, std::vector<PgHost> hosts) {
    using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
    std::vector<PgHost> found;
    for (auto& host : hosts) {
        if (!needs_look_up(host)) {
            found.push_back(std::move(host));
            continue;
        }
        Resolver resolver{executor};
        auto [error, answers] =
            co_await resolver.async_resolve(host.name, "", asio::as_tuple(use_awaitable));
        for (const auto& answer : answers)
            found.push_back({host.name, answer.endpoint().address().to_string(), host.port});
    }
    if (found.empty() && !hosts.empty()) {
        co_return std::unexpected(refused("the host " + hosts.front().name + " isn't known"));
    }
    co_return found;
}

}  // namespace frontrow::io::postgres
