#pragma once

#include "base/instant.h"
#include "cli/seed_stock.h"
#include "domain/event.h"

#include <vector>

namespace frontrow::cli {

struct DemonstrationEvent {
    domain::EventSpec spec;
    Stock stock;
};

/// Three example events with a few hundred seats in all. They are on sale at once, and start some
/// weeks after `now`. The last one has standing places, too, and a presale of its first row.
std::vector<DemonstrationEvent> demonstration(Instant now);

}  // namespace frontrow::cli
