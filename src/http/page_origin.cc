#include "http/page_origin.h"

#include "base/ascii.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace frontrow::http {
namespace {

std::string_view without_port(std::string_view host) {
    const auto colon = host.rfind(':');
    if (colon == std::string_view::npos) return host;
    const bool is_port = host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    return is_port ? host.substr(0, colon) : host;
}

/// All four numbers are required, so that the name 127.0.0.1.example isn't accepted.
bool is_ipv4(std::string_view text) {
    std::array<char, INET_ADDRSTRLEN> copy{};
    if (text.size() >= copy.size()) return false;
    std::ranges::copy(text, copy.begin());
    in_addr address{};
    return inet_pton(AF_INET, copy.data(), &address) == 1;
}

/// Accepts both schemes: behind a proxy that terminates TLS, the page's scheme differs from ours.
bool is_origin_of(std::string_view host, std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) return origin.substr(scheme.size()) == host;
    }
    return false;
}

/// Whether `Sec-Fetch-Site` says so. "none" means that the user made the request, for example by
/// typing the address.
bool is_from_another_site(std::string_view sec_fetch_site) {
    return !sec_fetch_site.empty() && sec_fetch_site != "same-origin" && sec_fetch_site != "none";
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    if (host.empty()) return true;
    const auto name = without_port(host);
    return (name.starts_with("127.") && is_ipv4(name)) || same_ignoring_case(name, "localhost") ||
           name == "[::1]";
}

bool is_for_another_page(const Request& request) {
    const auto origin = request.header(Header::origin);
    const bool is_ours = origin.empty() || is_origin_of(request.header(Header::host), origin);
    return !is_ours || is_from_another_site(request.header(Header::sec_fetch_site));
}

bool is_for_another_page_by_proxy(const Request& request) {
    const auto site = request.header(Header::sec_fetch_site);
    return site.empty() ? is_for_another_page(request) : is_from_another_site(site);
}

}  // namespace frontrow::http
