#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"

#include <cstdint>
#include <functional>

namespace frontrow::store::postgres {

/// What the tables say, to be held against what the facts come to.
struct TableTotals {
    std::int64_t events = 0;
    std::int64_t seats = 0;
    std::int64_t seats_sold = 0;
    std::int64_t pending = 0;
    std::int64_t confirmed = 0;
    /// In force.
    std::int64_t api_keys = 0;

    friend bool operator==(const TableTotals&, const TableTotals&) = default;
};

/// Reads every fact, in order, and the tables, as they were at one instant. Blocks nobody. Faults:
/// unavailable; corrupt for a line that isn't a fact.
io::Awaitable<Result<TableTotals, io::Fault>> read_history(
    io::postgres::PgConnection& connection,
    const std::function<void(const domain::Fact&)>& take
);

}  // namespace frontrow::store::postgres
