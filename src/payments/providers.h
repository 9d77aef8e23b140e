#pragma once

#include "payments/provider.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::payments {

/// The providers that the settings name. Payments that began with one of them go on with it, even
/// if another one takes the new payments now.
class Providers {
public:
    /// `chosen`: the name of the one that takes new payments; empty if none does.
    Providers(std::vector<std::unique_ptr<Provider>> all, std::string chosen)
        : all_{std::move(all)}, chosen_{std::move(chosen)} {}

    const std::string& chosen() const { return chosen_; }
    /// Null if the settings don't name this provider.
    Provider* find(std::string_view name) const {
        const auto found =
            std::ranges::find_if(all_, [name](const auto& one) { return one->name() == name; });
        return found == all_.end() ? nullptr : found->get();
    }
    const std::vector<std::unique_ptr<Provider>>& all() const { return all_; }
    io::Awaitable<void> close() {
        for (const auto& one : all_)
            co_await one->close();
    }

private:
    std::vector<std::unique_ptr<Provider>> all_;
    std::string chosen_;
};

}  // namespace frontrow::payments
