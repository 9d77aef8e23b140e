#pragma once

#include "base/instant.h"
#include "domain/event.h"
#include "domain/seat.h"

#include <vector>

namespace frontrow::cli {

struct DemonstrationEvent {
    domain::EventSpec spec;
    std::vector<domain::SeatSpec> seats;
};

/// Three example events with a few hundred seats in all. They are on sale at once, and start some
/// weeks after `now`.
std::vector<DemonstrationEvent> demonstration(Instant now);

}  // namespace frontrow::cli
