#pragma once

#include "bench/ledger.h"
#include "bench/load.h"
#include "bench/money_ledger.h"
#include "bench/scenario.h"
#include "bench/schedule.h"

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::bench {

/// What the buyers and the server each recorded during one run of load.
struct Books {
    const Plan& plan;
    const Schedule& schedule;
    const Ledger& ledger;
    const LoadResult& load;
    /// The server's count of free seats or units, while no request was running. Of held-back seats:
    /// of those that the codes still open.
    std::uint64_t free_before = 0;
    std::uint64_t free_after = 0;
    /// What buyers were told about their money, if they paid, and what the server says about it.
    const MoneyLedger* money = nullptr;
    ServerMoney server_money{};
};

/// Returns what is wrong with a load, a sentence each. Empty if the full load was sent and, for
/// wrongs_of(), both sides agree.
std::vector<std::string> wrongs_of_load(const LoadResult& load, const Schedule& schedule);
std::vector<std::string> wrongs_of(const Books& books);

}  // namespace frontrow::bench
