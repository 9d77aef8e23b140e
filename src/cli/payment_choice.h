#pragma once

#include "app/open_payments.h"
#include "config/settings.h"

namespace frontrow::cli {

/// The providers that checked settings name. With `dev`, the simulator takes new payments unless
/// the settings name another.
app::PaymentChoice payment_choice(const config::PaymentSettings& settings, bool dev);

}  // namespace frontrow::cli
