#include "differential/history.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <iostream>

// Runs the stores and the naive model on the same commands at the same instants. All must give the
// same answers and show the same state.

namespace frontrow::test {
namespace {

constexpr bool is_sanitized() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
}

/// Multiplies a number of stores by twenty in the long form.
std::size_t soaked(std::size_t stores) {
    return stores * (is_soak() ? 20 : 1);
}

/// Runs histories on fresh stores of these kinds until `commands_wanted` commands have been given
/// or a difference is found. Adds the answers to `tally`.
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
        // Each history has its own seed. A test that starts with the seed of a failed history runs
        // that history first.
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
    // Stores are replaced now and then, because a restart takes as long as the replay of the whole
    // journal.
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
    if (!HasFailure()) tally.expect_every_command();
}

}  // namespace
}  // namespace frontrow::test
