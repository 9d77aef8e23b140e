#include "app/open_payments.h"

#include <memory>
#include <utility>
#include <vector>

namespace frontrow::app {

payments::Providers open_payments(const payments::ProviderWorld& world, PaymentChoice choice) {
    std::vector<std::unique_ptr<payments::Provider>> all;
    if (choice.simulator) {
        all.push_back(
            std::make_unique<payments::Simulator>(world.executor, *choice.simulator, world.now)
        );
    }
    if (choice.stripe)
        all.push_back(std::make_unique<payments::Stripe>(world, *std::move(choice.stripe)));
    if (choice.webhook)
        all.push_back(std::make_unique<payments::WebhookProvider>(world, *std::move(choice.webhook))
        );
    return {std::move(all), std::move(choice.chosen)};
}

}  // namespace frontrow::app
