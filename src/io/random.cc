#include "io/random.h"

#include "base/check.h"

#include <openssl/rand.h>

namespace frontrow::io {

Bits128 SystemRandom::next() {
    if (used_ == pool_.size()) {
        CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(pool_.data()), sizeof pool_) == 1);
        used_ = 0;
    }
    return pool_[used_++];
}

}  // namespace frontrow::io
