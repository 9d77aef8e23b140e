#pragma once

#include "io/random.h"

#include <cstdint>
#include <random>

namespace frontrow::test {

/// Gives the same bits for the same seed.
class SeededRandom final : public io::Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_{seed} {}

    Bits128 next() override {
        const auto hi = engine_();
        return {hi, engine_()};
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace frontrow::test
