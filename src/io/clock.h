#pragma once

#include "base/instant.h"

namespace frontrow::io {

/// Tells the time. May step backwards, as machines' clocks do; who needs order keeps the highest it
/// saw.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
public:
    Instant now() const override;
};

}  // namespace frontrow::io
