#pragma once

#include "payments/provider_calls.h"
#include "payments/providers.h"
#include "payments/simulator.h"
#include "payments/stripe.h"
#include "payments/webhook_provider.h"

#include <optional>
#include <string>

namespace frontrow::app {

/// The payment providers to use.
struct PaymentChoice {
    /// The one that takes new payments; empty if none does.
    std::string chosen;
    std::optional<payments::Simulator::Settings> simulator = {};
    std::optional<payments::Stripe::Settings> stripe = {};
    std::optional<payments::WebhookProvider::Settings> webhook = {};
};

payments::Providers open_payments(const payments::ProviderWorld& world, PaymentChoice choice);

}  // namespace frontrow::app
