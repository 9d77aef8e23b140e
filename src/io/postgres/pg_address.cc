#include "io/postgres/pg_address.h"

#include "base/parse_number.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <libpq-fe.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

namespace frontrow::io::postgres {
namespace {

namespace asio = boost::asio;

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

struct FinishConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};

using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

/// libpq's message up to the part of the URL that it quotes, which may be a password.
std::string without_quote(const char* said) {
    const std::string sentence = said == nullptr ? "" : said;
    return in_one_line(sentence.substr(0, sentence.find(": \"")));
}

Result<Options, std::string> options_in(const std::string& url) {
    char* said = nullptr;
    Options options{PQconninfoParse(url.c_str(), &said)};
    auto why = without_quote(said);
    PQfreemem(said);
    if (options) return options;
    // If the text isn't a URL at all, libpq quotes it in the middle of its message.
    if (!url.contains("://")) why = "it has no ://";
    return std::unexpected("the PostgreSQL URL can't be read: " + why);
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

/// True if the text is a port or empty.
bool is_port(std::string_view text) {
    constexpr int kPortMax = 65'535;
    if (text.empty()) return true;
    const auto port = parse_number<int>(text);
    return port && *port > 0 && *port <= kPortMax;
}

bool is_readable(const PgHost& host) {
    return host.name.find('@', 1) == std::string::npos && is_port(host.port);
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
    if (!options) return std::unexpected(refused(options.error()));
    std::vector<std::string> names;
    std::vector<std::string> addresses;
    std::vector<std::string> ports;
    for (const auto* option = options->get(); option->keyword != nullptr; ++option) {
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

// libpq validates its options only as part of connecting. So this connects with all options of the
// URL, except that the password is a dummy and the host is a socket path under /dev/null, which
// isn't a folder: the connection can't succeed, but bad options are reported first.
std::optional<std::string> flaw_of(const std::string& url) {
    if (const auto hosts = hosts_of(url); !hosts) return hosts.error().what;
    const auto options = options_in(url);
    if (!options) return options.error();
    std::vector<const char*> keywords{"host", "password"};
    std::vector<const char*> values{"/dev/null", "unused"};
    for (const auto* option = options->get(); option->keyword != nullptr; ++option) {
        constexpr std::string_view kOurs[] = {"host", "hostaddr", "port", "password"};
        const bool is_ours = std::ranges::find(kOurs, option->keyword) != std::end(kOurs);
        if (option->val == nullptr || is_ours) continue;
        keywords.push_back(option->keyword);
        values.push_back(option->val);
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    const std::unique_ptr<PGconn, FinishConnection> connection{
        PQconnectStartParams(keywords.data(), values.data(), 0)
    };
    if (!connection || PQstatus(connection.get()) != CONNECTION_BAD) return std::nullopt;
    const std::string_view said = PQerrorMessage(connection.get());
    if (said.starts_with("connection to server")) return std::nullopt;
    return without_quote(PQerrorMessage(connection.get()));
}

std::string name_of(const std::string& url) {
    const auto hosts = hosts_of(url);
    if (!hosts) return "PostgreSQL";
    std::string name = "PostgreSQL";
    const auto options = options_in(url);
    for (const auto* option = options->get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || std::string_view{option->keyword} != "dbname") continue;
        const std::string_view database = option->val;
        const bool is_rest_of_password = database.find_first_of("@/") != std::string_view::npos;
        if (!is_rest_of_password) name += " database " + std::string{database};
    }
    for (std::size_t i = 0; i < hosts->size(); ++i) {
        const auto& host = (*hosts)[i];
        const auto& place = host.name.empty() ? host.address : host.name;
        const bool is_ipv6 = place.contains(':') && !host.port.empty();
        name += (i == 0 ? " at " : ", ") + (is_ipv6 ? "[" + place + "]" : place);
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
