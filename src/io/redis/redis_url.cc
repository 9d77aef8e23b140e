#include "io/redis/redis_url.h"

#include "base/parse_number.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <optional>

namespace frontrow::io {
namespace {

constexpr std::string_view kForm = "redis://[user:password@]host[:port][/database]";

std::unexpected<std::string> wrong(std::string_view what) {
    return std::unexpected(
        "not a Redis URL of the form " + std::string{kForm} + ": " + std::string{what}
    );
}

std::optional<int> number_of(std::string_view digits) {
    const auto number = parse_number<int>(digits);
    return number && *number >= 0 ? number : std::nullopt;
}

}  // namespace

Result<RedisAddress, std::string> parse_redis_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed) return wrong("special characters in user and password are written as %40 for @");
    const boost::urls::url_view& url = *parsed;
    if (url.scheme() == "rediss") return wrong("TLS (rediss://) is not supported");
    if (url.scheme() != "redis") return wrong("it must begin with redis://");

    RedisAddress address{.host = url.host_address()};
    if (address.host.empty()) return wrong("the host is missing");
    if (url.has_port()) {
        address.port = url.port_number();
        if (address.port == 0) return wrong("the port must be a number from 1 to 65535");
    }
    address.user = url.user();
    address.password = url.password();
    if (url.has_userinfo() && address.password.empty())
        return wrong("a user needs a password; a password alone is written :password@");

    const std::string path = url.path();
    if (path.size() > 1) {
        const auto database = number_of(std::string_view{path}.substr(1));
        if (!database) return wrong("the database must be a number");
        address.database = *database;
    }
    if (url.has_query() || url.has_fragment()) return wrong("nothing may follow the database");
    return address;
}

}  // namespace frontrow::io
