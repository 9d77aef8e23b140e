#include "bench/target.h"

#include "config/settings.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace frontrow::bench {

std::string Target::authority() const {
    const bool is_ipv6 = host.contains(':');
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Target, io::Fault> parse_target(std::string_view url) {
    const auto parsed = boost::urls::parse_absolute_uri({url.data(), url.size()});
    std::string_view path;
    if (parsed) path = {parsed->encoded_path().data(), parsed->encoded_path().size()};
    if (path.ends_with('/')) path.remove_suffix(1);
    const bool is_right = parsed && parsed->scheme() == "http" && !parsed->host().empty() &&
                          !parsed->has_userinfo() && !parsed->has_query() &&
                          !config::check_base_path(path);
    if (!is_right) {
        return std::unexpected(io::Fault{
            io::FaultKind::unavailable,
            "--url takes an address like http://127.0.0.1:8080, without TLS, and with a path only "
            "if the server has that --base-path, like http://127.0.0.1:8080/shop"
        });
    }
    Target target{
        .host = parsed->host_address(), .port = 80, .base_path = std::string{path}, .token = {}
    };
    if (parsed->has_port()) target.port = parsed->port_number();
    return target;
}

}  // namespace frontrow::bench
