#include "app/open_payments.h"

#include <memory>
#include <utility>
#include <vector>

namespace frontrow::app {

payments::Providers open_payments(
    const io::Executor& executor,
    const PaymentChoice& choice,
    const std::function<Instant()>& now
) {
    std::vector<std::unique_ptr<payments::Provider>> all;
    if (choice.simulator)
        all.push_back(std::make_unique<payments::Simulator>(executor, *choice.simulator, now));
    return {std::move(all), choice.chosen};
}

}  // namespace frontrow::app
