#include "io/random.h"

#include "base/check.h"

#include <span>
#include <sys/random.h>

namespace frontrow::io {

Bits128 SystemRandom::next() {
    if (used_ == pool_.size()) {
        // 256 bytes a call at most are promised whole and uninterrupted.
        constexpr std::size_t kStep = 256 / sizeof(Bits128);
        for (std::size_t i = 0; i < pool_.size(); i += kStep)
            CHECK(getrandom(&pool_[i], 256, 0) == 256);
        used_ = 0;
    }
    return pool_[used_++];
}

}  // namespace frontrow::io
