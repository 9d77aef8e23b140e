#pragma once

#include "domain/facts.h"
#include "io/postgres/pg_exchange.h"
#include "store/postgres/slice_reader.h"

#include <span>
#include <vector>

namespace frontrow::store::postgres {

/// What makes `facts` true in the tables, in one round trip: the rows as they are in the slice,
/// which has evolved by these facts, each under the guard that it's still as it was read; the
/// facts' lines, and the COMMIT.
std::vector<io::postgres::PgQuery>
write_queries(const Slice& slice, std::span<const domain::Fact> facts);

}  // namespace frontrow::store::postgres
