#pragma once

#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/refusal.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <variant>

namespace frontrow::test {

/// Counts the accepted commands by kind and the refusals by reason: a comparison that saw only
/// refusals would prove little.
struct Tally {
    std::array<std::size_t, std::variant_size_v<domain::Command>> accepted{};
    std::array<std::size_t, static_cast<std::size_t>(domain::Reason::not_writable) + 1> refused{};
    std::size_t replayed = 0;

    void count(const domain::Command& command, const domain::Outcome& outcome) {
        if (!outcome) {
            ++refused[static_cast<std::size_t>(outcome.error().reason)];
            return;
        }
        ++accepted[command.index()];
        if (outcome->replayed) ++replayed;
    }
    void add(const Tally& other) {
        for (std::size_t i = 0; i < accepted.size(); ++i)
            accepted[i] += other.accepted[i];
        for (std::size_t i = 0; i < refused.size(); ++i)
            refused[i] += other.refused[i];
        replayed += other.replayed;
    }

    /// Fails the test unless every kind of command was accepted, and some request was repeated.
    void expect_every_command() const {
        for (std::size_t kind = 0; kind < accepted.size(); ++kind)
            EXPECT_GT(accepted[kind], 0U) << "command " << kind;
        EXPECT_GT(replayed, 0U);
    }

    /// The same, and every reason for a refusal must have occurred: for long histories.
    void expect_everything() const {
        expect_every_command();
        auto reasons = refused;
        // A short history doesn't reach events of two million seats or a hundred members or
        // categories, nor a thousand keys or allocations. Other tests cover facts that can't be
        // written or whose format isn't allowed yet.
        reasons[static_cast<std::size_t>(domain::Reason::format_too_low)] = 1;
        reasons[static_cast<std::size_t>(domain::Reason::event_full)] = 1;
        reasons[static_cast<std::size_t>(domain::Reason::too_many_members)] = 1;
        reasons[static_cast<std::size_t>(domain::Reason::too_many_categories)] = 1;
        reasons[static_cast<std::size_t>(domain::Reason::too_many_api_keys)] = 1;
        reasons[static_cast<std::size_t>(domain::Reason::allocations_full)] = 1;
        reasons[static_cast<std::size_t>(domain::Reason::not_writable)] = 1;
        for (std::size_t reason = 0; reason < reasons.size(); ++reason)
            EXPECT_GT(reasons[reason], 0U) << "reason " << reason;
    }
};

}  // namespace frontrow::test
