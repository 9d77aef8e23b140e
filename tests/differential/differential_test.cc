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

std::size_t soaked(std::size_t commands) {
    return commands * (is_soak() ? 10 : 1);
}

/// Runs histories on fresh stores of these kinds until there were so many commands, or a
/// difference. Returns how many there were.
std::size_t run_histories(
    const std::vector<StoreKind>& kinds,
    const HistoryDice::Shape& shape,
    std::uint64_t& seed,
    std::size_t commands_wanted
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
            return 0;
        }
        ++seed;
    }
    return differential.commands();
}

TEST(Stores, embedded_answers_as_the_naive_model_does) {
    const HistoryDice::Shape shape{.looks_every = 128, .restarts_every = 8'000};
    auto seed = seed_of_this_run();
    const auto wanted = soaked(is_sanitized() ? 50'000 : 1'000'000);
    for (std::size_t commands = 0; commands < wanted && !HasFailure();)
        commands += run_histories({store_kind("embedded")}, shape, seed, 50'000);
}

TEST(Stores, embedded_and_postgres_answer_as_the_naive_model_does) {
    if (const auto reason = store_kind("postgres").why_not()) GTEST_SKIP() << *reason;
    const HistoryDice::Shape shape{
        .sales = 4,
        .together_max = 4,
        .looks_every = 50,
        .restarts_every = 1'000,
    };
    auto seed = seed_of_this_run();
    run_histories({store_kind("embedded"), store_kind("postgres")}, shape, seed, soaked(20'000));
}

}  // namespace
}  // namespace frontrow::test
