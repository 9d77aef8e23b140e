#include "config/service_settings.h"
#include "config/settings.h"

namespace frontrow::config {
namespace {

constexpr auto kUrlExample = "https://payments.example/frontrow";

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
    if (auto error = check_signing_secret(settings.webhook_secret, "FRONTROW_PAYMENT_SECRET"))
        return error;
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
