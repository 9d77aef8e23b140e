#include "http/guest.h"

#include "identity/guest.h"

#include <algorithm>

namespace frontrow::http {
namespace {

constexpr std::string_view kCookie = "frontrow_guest";

/// The value of the first cookie with this name; nothing if there is none (RFC 6265, 4.2).
std::optional<std::string_view> find_cookie(std::string_view cookies, std::string_view name) {
    while (!cookies.empty()) {
        auto pair = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(pair.size() + 1, cookies.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return pair.substr(name.size() + 1);
    }
    return std::nullopt;
}

/// The request comes from a page that was loaded over HTTPS. A browser names the page's origin in
/// every request that may change something. Behind a proxy nothing else tells.
bool is_from_secure_page(const Request& request) {
    return request.header(Header::origin).starts_with("https://");
}

void set_cookie(Context& context, Bits128 secret) {
    std::string cookie{kCookie};
    cookie += '=';
    append_hex128(cookie, secret);
    cookie += "; Path=" + context.services.base_path.put_before("/");
    cookie += "; HttpOnly; SameSite=Lax";
    if (is_from_secure_page(context.request)) cookie += "; Secure";
    context.response.add_header("Set-Cookie", cookie);
}

}  // namespace

identity::Principal identify_guest(Context& context) {
    const auto cookie = find_cookie(context.request.header(Header::cookie), kCookie);
    auto secret = cookie ? parse_hex128(*cookie) : std::nullopt;
    if (!secret) {
        secret = context.services.random.next();
        set_cookie(context, *secret);
    }
    return {.sub = identity::account_of_guest(context.services.sha, *secret)};
}

}  // namespace frontrow::http
