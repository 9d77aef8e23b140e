#include "config/options.h"

#include <CLI/CLI.hpp>

namespace frontrow::config {
namespace {

void add_payment_text(
    CLI::App& command,
    const char* flag,
    const char* variable,
    const char* type,
    std::string& text,
    const char* help
) {
    command.add_option(flag, text, help)->envname(variable)->type_name(type);
}

void add_provider(CLI::App& command, PaymentSettings& settings, const char* help) {
    command.add_option("--payments", settings.provider, help)
        ->envname("FRONTROW_PAYMENTS")
        ->type_name("PROVIDER")
        ->check(CLI::IsMember({"simulator", "stripe", "webhook"}));
}

/// What is needed to ask the providers that have books.
void add_access_to_providers(CLI::App& command, PaymentSettings& settings) {
    add_payment_text(
        command,
        "--stripe-key",
        "FRONTROW_STRIPE_KEY",
        "KEY",
        settings.stripe_key,
        "Stripe's secret key; better not set as a flag, because process lists show flags"
    );
    add_payment_text(
        command,
        "--stripe-webhook-secret",
        "FRONTROW_STRIPE_WEBHOOK_SECRET",
        "SECRET",
        settings.stripe_webhook_secret,
        "The secret with which Stripe signs its events; better not set as a flag"
    );
    command.add_option("--stripe-api", settings.stripe_api, "Where Stripe's API is")
        ->envname("FRONTROW_STRIPE_API")
        ->type_name("URL")
        ->capture_default_str();
    add_payment_text(
        command,
        "--payment-url",
        "FRONTROW_PAYMENT_URL",
        "URL",
        settings.webhook_url,
        "The provider webhook: where payments are asked for"
    );
    add_payment_text(
        command,
        "--payment-secret",
        "FRONTROW_PAYMENT_SECRET",
        "SECRET",
        settings.webhook_secret,
        "The provider webhook: the secret with which both sides sign, in base64; better not set "
        "as a flag"
    );
}

void add_simulator(CLI::App& command, PaymentSettings& settings) {
    constexpr std::uint32_t kDelayMax = 60'000;
    command
        .add_option(
            "--simulator-delay-ms",
            settings.simulator_delay_ms,
            "How long the simulator takes for each answer"
        )
        ->envname("FRONTROW_SIMULATOR_DELAY_MS")
        ->type_name("NUMBER")
        ->check(CLI::Range(0U, kDelayMax).description(""))
        ->capture_default_str();
    const auto add_rate = [&](const char* flag, const char* name, double& rate, const char* help) {
        command.add_option(flag, rate, help)
            ->envname(name)
            ->type_name("NUMBER")
            ->check(CLI::Range(0.0, 1.0).description(""))
            ->capture_default_str();
    };
    add_rate(
        "--simulator-decline-rate",
        "FRONTROW_SIMULATOR_DECLINE_RATE",
        settings.simulator_decline_rate,
        "The part of payments that the simulator declines, 0 to 1"
    );
    add_rate(
        "--simulator-timeout-rate",
        "FRONTROW_SIMULATOR_TIMEOUT_RATE",
        settings.simulator_timeout_rate,
        "The part of payments whose first answer the simulator loses, 0 to 1"
    );
    command
        .add_option(
            "--simulator-seed",
            settings.simulator_seed,
            "Which payments the simulator declines and loses"
        )
        ->envname("FRONTROW_SIMULATOR_SEED")
        ->type_name("NUMBER")
        ->capture_default_str();
}

}  // namespace

void add_options(CLI::App& command, PaymentSettings& settings) {
    add_provider(
        command,
        settings,
        "Who takes the money for orders: stripe, webhook (a provider of your own), or simulator, "
        "which takes none; by default nobody, and the simulator with --dev"
    );
    add_access_to_providers(command, settings);
    add_simulator(command, settings);
}

void add_options(CLI::App& command, ReconcileSettings& settings) {
    add_options(command, settings.store);
    add_provider(
        command, settings.payments, "The provider with which to compare: stripe or webhook"
    );
    add_access_to_providers(command, settings.payments);
}

}  // namespace frontrow::config
