#include "differential/history.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <iostream>

// The stores beside the naive model, over the same commands at the same instants: all must answer
// the same and show the same.

namespace frontrow::test {
namespace {

constexpr bool is_sanitized() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
}

/// So many, or for a soak many more.
std::size_t soaked(std::size_t stores) {
    return stores * (is_soak() ? 20 : 1);
}

/// Runs histories on fresh stores of these kinds until there were so many commands, or a
/// difference, and counts what was answered.
void run_histories(
    const std::vector<StoreKind>& kinds,
    const HistoryDice::Shape& shape,
    std::size_t commands_wanted,
    std::uint64_t& seed,
    Tally& tally
) {
    std::vector<std::unique_ptr<Contestant>> stores;
    std::vector<Contestant*> contestants;
    for (const auto& kind : kinds)
        contestants.push_back(stores.emplace_back(std::make_unique<Contestant>(kind)).get());
    Differential differential{contestants};
    while (differential.commands() < commands_wanted) {
        // Each history has its own seed, so that one that fails is the first to run again.
        const auto dice = HistoryDice::throw_dice(shape, seed);
        if (!differential.run(dice)) {
            ADD_FAILURE() << differential.failure() << "\nFRONTROW_SEED=" << seed
                          << " starts with it";
            differential.shorten(dice);
            std::cout << "The shortest part of it that fails on its own:\n"
                      << differential.failure() << std::endl;
            return;
        }
        ++seed;
    }
    tally.add(differential.tally());
}

TEST(Stores, embedded_answers_as_the_naive_model_does) {
    // The stores are new now and then: a restart takes as long as what it replays.
    constexpr std::size_t kCommandsOfStore = 50'000;
    const HistoryDice::Shape shape{.looks_every = 128, .restarts_every = 8'000};
    const auto stores = soaked(is_sanitized() ? 1 : 8);
    auto seed = seed_of_this_run();
    Tally tally;
    for (std::size_t i = 0; i < stores && !HasFailure(); ++i)
        run_histories({store_kind("embedded")}, shape, kCommandsOfStore, seed, tally);
    if (!HasFailure()) tally.expect_everything();
}

TEST(Stores, embedded_and_postgres_answer_as_the_naive_model_does) {
    if (const auto reason = store_kind("postgres").why_not()) GTEST_SKIP() << *reason;
    constexpr std::size_t kCommandsOfStore = 20'000;
    const HistoryDice::Shape shape{
        .sales = 4,
        .together_max = 4,
        .looks_every = 50,
        .restarts_every = 1'000,
    };
    auto seed = seed_of_this_run();
    Tally tally;
    for (std::size_t i = 0; i < soaked(1) && !HasFailure(); ++i) {
        const std::vector kinds{store_kind("embedded"), store_kind("postgres")};
        run_histories(kinds, shape, kCommandsOfStore, seed, tally);
    }
    if (!HasFailure()) tally.expect_everything();
}

}  // namespace
}  // namespace frontrow::test
