#pragma once

#include "bench/ledger.h"
#include "bench/load.h"
#include "bench/scenario.h"
#include "bench/schedule.h"

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::bench {

/// What one load of Frontrow came to, on both sides.
struct Books {
    const Plan& plan;
    const Schedule& schedule;
    const Ledger& ledger;
    const LoadResult& load;
    /// By the server's count, when nothing was under way.
    std::uint64_t free_before = 0;
    std::uint64_t free_after = 0;
};

/// What is wrong with a load, a sentence each; nothing where the load was made and both sides
/// agree.
std::vector<std::string> wrongs_of_load(const LoadResult& load, const Schedule& schedule);
std::vector<std::string> wrongs_of(const Books& books);

}  // namespace frontrow::bench
