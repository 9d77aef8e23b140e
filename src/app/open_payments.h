#pragma once

#include "base/instant.h"
#include "io/awaitable.h"
#include "payments/providers.h"
#include "payments/simulator.h"

#include <functional>
#include <optional>
#include <string>

namespace frontrow::app {

/// The payment providers to use.
struct PaymentChoice {
    /// The one that takes new payments; empty if none does.
    std::string chosen;
    std::optional<payments::Simulator::Settings> simulator;
};

/// `now`: the store's time.
payments::Providers open_payments(
    const io::Executor& executor,
    const PaymentChoice& choice,
    const std::function<Instant()>& now
);

}  // namespace frontrow::app
