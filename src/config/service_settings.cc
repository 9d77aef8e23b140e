#include "config/service_settings.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace frontrow::config {
namespace {

/// Base64 of 24 bytes is as much as Standard Webhooks requires.
constexpr std::size_t kBase64DigitsMin = 32;

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    return text;
}

bool is_base64(std::string_view text) {
    const auto padding = text.ends_with("==") ? 2UL : text.ends_with('=') ? 1UL : 0UL;
    const auto digits = text.substr(0, text.size() - padding);
    return text.size() % 4 == 0 && std::ranges::all_of(digits, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/';
           });
}

}  // namespace

std::optional<UsageError>
check_service_url(const std::string& url, const char* name, const char* example) {
    const bool is_secure = url.starts_with("https://");
    const auto rest = without_prefix(without_prefix(url, "https://"), "http://");
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
    const bool is_url =
        rest.size() != url.size() && !authority.empty() && std::ranges::all_of(url, is_visible);
    if (!is_url || authority.contains('@')) {
        return UsageError{
            std::string{name} + " isn't a URL like " + example + ", without a user or password"
        };
    }
    const auto host = authority.starts_with("[::1]") ? std::string_view{"::1"}
                                                     : authority.substr(0, authority.find(':'));
    const bool is_here = host == "localhost" || host == "127.0.0.1" || host == "::1";
    if (is_secure || is_here) return std::nullopt;
    return UsageError{
        std::string{name} + " must begin with https://; plain http is for this machine alone"
    };
}

std::optional<UsageError> check_signing_secret(const std::string& secret, const char* name) {
    const auto text = without_prefix(secret, "whsec_");
    if (is_base64(text) && text.size() >= kBase64DigitsMin) return std::nullopt;
    return UsageError{
        std::string{name} +
        " must be 24 bytes or more in base64, with or without whsec_ before it; `head -c 32 "
        "/dev/urandom | base64` makes one"
    };
}

std::optional<UsageError> check(const VerdictSettings& settings) {
    if (settings.url.empty() != settings.secret.empty()) {
        return UsageError{
            std::string{settings.url.empty() ? "FRONTROW_VERDICT_URL" : "FRONTROW_VERDICT_SECRET"} +
            " is missing: the service that is asked before a hold needs its URL and the secret of "
            "both sides"
        };
    }
    if (!settings.is_on()) return std::nullopt;
    if (auto error = check_signing_secret(settings.secret, "FRONTROW_VERDICT_SECRET")) return error;
    return check_service_url(
        settings.url, "FRONTROW_VERDICT_URL", "https://service.example/frontrow"
    );
}

}  // namespace frontrow::config
