#pragma once

#include "base/id.h"
#include "io/clock.h"
#include "io/random.h"

namespace frontrow::io {

/// Makes new ids and trace ids. One thread. Keeps references to the clock and the random source,
/// which must outlive it.
class IdSource {
public:
    IdSource(const Clock& clock, Random& random) : clock_{clock}, random_{random} {}

    template <class SomeId>
    SomeId next() {
        return SomeId{next_uuid()};
    }

    TraceId next_trace() { return TraceId{random_.next()}; }

private:
    Bits128 next_uuid();

    const Clock& clock_;
    Random& random_;
};

}  // namespace frontrow::io
