#include "cli/payment_choice.h"

#include <chrono>

namespace frontrow::cli {

app::PaymentChoice payment_choice(const config::PaymentSettings& settings, bool dev) {
    app::PaymentChoice choice{
        .chosen = settings.provider,
        .simulator = std::nullopt,
        .stripe = std::nullopt,
        .webhook = std::nullopt,
    };
    if (choice.chosen.empty() && dev) choice.chosen = payments::Simulator::kName;
    if (choice.chosen == payments::Simulator::kName) {
        choice.simulator = payments::Simulator::Settings{
            .delay = std::chrono::milliseconds{settings.simulator_delay_ms},
            .decline_rate = settings.simulator_decline_rate,
            .timeout_rate = settings.simulator_timeout_rate,
            .seed = settings.simulator_seed,
        };
    }
    if (settings.has_stripe()) {
        choice.stripe = payments::Stripe::Settings{
            .url = settings.stripe_api,
            .secret_key = settings.stripe_key,
            .webhook_secret = settings.stripe_webhook_secret,
        };
    }
    if (settings.has_webhook()) {
        choice.webhook = payments::WebhookProvider::Settings{
            .url = settings.webhook_url, .secret = settings.webhook_secret
        };
    }
    return choice;
}

}  // namespace frontrow::cli
