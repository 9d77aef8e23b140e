#include "config/service_url.h"

#include <algorithm>
#include <string_view>

namespace frontrow::config {
namespace {

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    return text;
}

}  // namespace

std::optional<UsageError>
check_service_url(const std::string& url, const char* setting, const char* example) {
    const bool is_secure = url.starts_with("https://");
    const auto rest = without_prefix(without_prefix(url, "https://"), "http://");
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
    const bool is_url =
        rest.size() != url.size() && !authority.empty() && std::ranges::all_of(url, is_visible);
    if (!is_url || authority.contains('@')) {
        return UsageError{
            std::string{setting} + " isn't a URL like " + example + ", without a user or password"
        };
    }
    const auto host = authority.starts_with("[::1]") ? std::string_view{"::1"}
                                                     : authority.substr(0, authority.find(':'));
    const bool is_here = host == "localhost" || host == "127.0.0.1" || host == "::1";
    if (is_secure || is_here) return std::nullopt;
    return UsageError{
        std::string{setting} + " must begin with https://; plain http is for this machine alone"
    };
}

}  // namespace frontrow::config
