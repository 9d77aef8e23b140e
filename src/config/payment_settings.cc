#include "config/service_url.h"
#include "config/settings.h"

#include <algorithm>

namespace frontrow::config {
namespace {

/// Base64 of 24 bytes is as much as Standard Webhooks requires.
constexpr std::size_t kBase64DigitsMin = 32;

constexpr auto kUrlExample = "https://payments.example/frontrow";

bool is_base64(std::string_view text) {
    const auto padding = text.ends_with("==") ? 2UL : text.ends_with('=') ? 1UL : 0UL;
    const auto digits = text.substr(0, text.size() - padding);
    return text.size() % 4 == 0 && std::ranges::all_of(digits, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/';
           });
}

std::optional<UsageError> check_stripe(const PaymentSettings& settings) {
    if (settings.stripe_key.empty() != settings.stripe_webhook_secret.empty()) {
        return UsageError{
            std::string{
                settings.stripe_key.empty() ? "FRONTROW_STRIPE_KEY"
                                            : "FRONTROW_STRIPE_WEBHOOK_SECRET"
            } +
            " is missing: Stripe needs its secret key and its webhook's secret"
        };
    }
    if (!settings.has_stripe()) return std::nullopt;
    if (!settings.stripe_key.starts_with("sk_") && !settings.stripe_key.starts_with("rk_"))
        return UsageError{"FRONTROW_STRIPE_KEY isn't a secret key, which begins with sk_ or rk_"};
    if (!settings.stripe_webhook_secret.starts_with("whsec_")) {
        return UsageError{
            "FRONTROW_STRIPE_WEBHOOK_SECRET isn't the signing secret of a webhook endpoint, which "
            "begins with whsec_"
        };
    }
    if (settings.stripe_api.ends_with('/'))
        return UsageError{"FRONTROW_STRIPE_API must not end with a slash"};
    return check_service_url(settings.stripe_api, "FRONTROW_STRIPE_API", kUrlExample);
}

std::optional<UsageError> check_webhook(const PaymentSettings& settings) {
    if (settings.webhook_url.empty() != settings.webhook_secret.empty()) {
        return UsageError{
            std::string{
                settings.webhook_url.empty() ? "FRONTROW_PAYMENT_URL" : "FRONTROW_PAYMENT_SECRET"
            } +
            " is missing: the provider webhook needs its URL and the secret of both sides"
        };
    }
    if (!settings.has_webhook()) return std::nullopt;
    std::string_view secret = settings.webhook_secret;
    if (constexpr std::string_view kPrefix = "whsec_"; secret.starts_with(kPrefix))
        secret.remove_prefix(kPrefix.size());
    if (!is_base64(secret) || secret.size() < kBase64DigitsMin) {
        return UsageError{
            "FRONTROW_PAYMENT_SECRET must be 24 bytes or more in base64, with or without whsec_ "
            "before it; `head -c 32 /dev/urandom | base64` makes one"
        };
    }
    return check_service_url(settings.webhook_url, "FRONTROW_PAYMENT_URL", kUrlExample);
}

}  // namespace

std::optional<UsageError> check(const PaymentSettings& settings) {
    if (auto error = check_stripe(settings)) return error;
    if (auto error = check_webhook(settings)) return error;
    if (settings.provider == "stripe" && !settings.has_stripe()) {
        return UsageError{
            "--payments stripe needs FRONTROW_STRIPE_KEY and FRONTROW_STRIPE_WEBHOOK_SECRET"
        };
    }
    if (settings.provider == "webhook" && !settings.has_webhook()) {
        return UsageError{
            "--payments webhook needs FRONTROW_PAYMENT_URL and FRONTROW_PAYMENT_SECRET"
        };
    }
    return std::nullopt;
}

std::optional<UsageError> check(const ReconcileSettings& settings) {
    if (settings.payments.provider.empty())
        return UsageError{"name the provider to compare with: --payments stripe or webhook"};
    if (settings.payments.provider == "simulator")
        return UsageError{"the simulator keeps no books: there is nothing to compare with"};
    return check(settings.payments);
}

}  // namespace frontrow::config
