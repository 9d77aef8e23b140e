#pragma once

#include "base/bits128.h"

#include <array>
#include <cstddef>

namespace frontrow::io {

/// A source of random bits.
class Random {
public:
    virtual ~Random() = default;
    virtual Bits128 next() = 0;
};

/// OpenSSL's random generator, which the kernel seeds. It is read 4 KiB at a time. One thread.
class SystemRandom final : public Random {
public:
    Bits128 next() override;

private:
    std::array<Bits128, 256> pool_{};
    std::size_t used_ = pool_.size();
};

}  // namespace frontrow::io
