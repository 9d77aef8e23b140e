#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace frontrow::test {

/// The seed of a randomised test: FRONTROW_SEED if set, otherwise a new one. The seed is printed,
/// so that a failure can be repeated.
inline std::uint64_t seed_of_this_run() {
    const char* given = std::getenv("FRONTROW_SEED");
    const auto seed = given == nullptr ? std::random_device{}() : std::stoull(given);
    std::cout << "seed: run it again with FRONTROW_SEED=" << seed << std::endl;
    return seed;
}

/// True if the tests run in their long form.
inline bool is_soak() {
    return std::getenv("FRONTROW_SOAK") != nullptr;
}

}  // namespace frontrow::test
