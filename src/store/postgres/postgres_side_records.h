#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/one_at_a_time.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_error.h"
#include "io/postgres/pg_options.h"
#include "io/postgres/pg_result.h"
#include "store/postgres/line.h"
#include "store/side_records.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::store::postgres {

/// Side records in a PostgreSQL table, beside a cluster's journal. They use plain statements on
/// their own connection, which opens on use; a pooler may be in between.
///
/// An erased or overwritten value can't be read any more. PostgreSQL keeps its bytes in the table's
/// file until VACUUM has run and the space is reused, in the WAL until that is recycled, and in WAL
/// archives and backups as long as those are kept.
///
/// After a fail-over that lost commits, versions that a reader has seen may be used again.
class PostgresSideRecords final : public SideRecords {
public:
    PostgresSideRecords(io::Executor owner, io::postgres::PgOptions connection);

    io::Awaitable<Result<std::optional<SideRecord>, io::Fault>> find(std::string name) override;
    io::Awaitable<Result<std::vector<SideRecord>, io::Fault>>
    list(std::string prefix, std::string after) override;
    io::Awaitable<Result<SideOutcome, io::Fault>> change(SideChange change) override;
    io::Awaitable<void> close() override;

private:
    using Rows = Result<std::vector<io::postgres::PgResult>, io::Fault>;

    /// Runs one transaction, after the earlier ones.
    io::Awaitable<Rows> run(std::vector<io::postgres::PgQuery> queries);

    Line line_;
    io::OneAtATime turns_;
    bool is_closing_ = false;
};

// For backups, on a connection that only the caller uses. Errors: the connection's.

/// Like SideRecords::list.
io::Awaitable<Result<std::vector<SideRecord>, io::postgres::PgError>>
read_side_page(io::postgres::PgConnection& connection, std::string prefix, std::string after);
/// Passes all records with the prefix to `take`, as of one moment. Faults: unavailable, and any
/// fault of `take`.
io::Awaitable<Result<void, io::Fault>> walk_side_records(
    io::postgres::PgConnection& connection,
    std::string prefix,
    std::function<Result<void, io::Fault>(SideRecord&&)> take
);
/// The version of the newest change; 0 if there was none.
io::Awaitable<Result<std::uint64_t, io::postgres::PgError>> read_last_version(
    io::postgres::PgConnection& connection
);
/// Call it in a transaction: until its end other sessions can only read the records.
io::Awaitable<Result<void, io::postgres::PgError>> lock_side_records(
    io::postgres::PgConnection& connection
);
/// Adds records that don't exist, with their versions.
io::Awaitable<Result<void, io::postgres::PgError>>
add_side_records(io::postgres::PgConnection& connection, std::vector<SideRecord> records);
/// Later changes get versions above this one, even if the transaction is rolled back.
io::Awaitable<Result<void, io::postgres::PgError>>
raise_last_version(io::postgres::PgConnection& connection, std::uint64_t version);

}  // namespace frontrow::store::postgres
