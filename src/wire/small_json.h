#pragma once

#include "base/instant.h"
#include "domain/category.h"
#include "domain/seat.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// {"count":N}
std::string count_json(std::uint32_t count);
/// {"seats":{…},"categories":[{…}]}. Seats that are held back count as confirmed.
std::string availability_json(
    const domain::SeatCounts& seats,
    const std::vector<domain::CategoryView>& categories
);
/// {"status":"ok","timestamp":"…"}
std::string health_json(Instant now);
/// {"status":"…"}
std::string status_json(std::string_view status);

}  // namespace frontrow::wire
