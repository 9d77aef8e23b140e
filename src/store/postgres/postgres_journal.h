#pragma once

#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_options.h"
#include "io/task_group.h"
#include "store/cluster/cluster_store.h"
#include "store/postgres/line.h"
#include "store/postgres/postgres_fact_reader.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace frontrow::store::postgres {

/// The journal of a cluster: a table in PostgreSQL, one row a batch (docs/cluster.md has its SQL).
/// It needs plain statements, each a transaction of its own, and no session: a pooler may lend its
/// sessions by the transaction.
///
/// A connection for appends and one for looks, so that a look doesn't wait behind an append, and
/// one for readers of facts who are far behind. Each is made when it is needed and isn't there;
/// after a failure the next call makes a new one.
class PostgresJournal final : public cluster::RemoteJournal {
public:
    /// `connection` as the operator has it; what the protocol needs of it is set here.
    /// The schema is brought up to date if `migrates`.
    PostgresJournal(io::Executor owner, io::postgres::PgOptions connection, bool migrates);
    /// After close().
    ~PostgresJournal() override;

    /// Faults: unavailable, also where the database wouldn't keep what it acknowledges.
    io::Awaitable<Result<void, io::Fault>> open() override;
    void append(const cluster::Batch& batch, const cluster::Head& on, Mode mode, AppendDone done)
        override;
    void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) override;
    void release() override;
    void look(std::uint64_t first_seq, LookDone done) override;
    engine::FactReader& facts() override { return facts_; }

    io::Awaitable<void> close() override;

private:
    io::Awaitable<void> run_append(
        std::vector<io::postgres::PgQuery> queries,
        Mode mode,
        std::uint32_t timeline,
        AppendDone done
    );
    io::Awaitable<void>
    run_hold(std::vector<io::postgres::PgQuery> queries, std::uint32_t timeline, AppendDone done);
    io::Awaitable<void> run_look(std::uint64_t first_seq, LookDone done);

    io::Executor owner_;
    io::postgres::PgOptions options_;
    bool migrates_;
    /// As the last look told of it: an append doesn't go to a database that failed over since.
    std::uint32_t timeline_ = 0;
    std::unique_ptr<Line> appends_;
    std::unique_ptr<Line> looks_;
    PostgresFactReader facts_;
    io::TaskGroup tasks_;
    bool is_closing_ = false;
};

/// The next few batches from `first_seq` on, in order; none at the end. Errors: as the
/// connection's.
io::Awaitable<Result<std::vector<cluster::Batch>, io::postgres::PgError>>
read_some_batches(io::postgres::PgConnection& connection, std::uint64_t first_seq);

/// The same over a line.
io::Awaitable<Result<std::vector<cluster::Batch>, io::postgres::PgError>>
read_some_batches(Line& line, std::uint64_t first_seq);

/// The batch that has this fact, or is the last, and the one before it, if there is one: without
/// their facts. Errors: as the line's.
io::Awaitable<Result<std::vector<cluster::Batch>, io::postgres::PgError>>
find_batch_of(Line& line, std::uint64_t seq);

/// The journal's head, without its facts, as a look shows it: no fail-over to a synchronous standby
/// takes it back. Faults: unavailable, corrupt (there is none).
io::Awaitable<Result<cluster::Head, io::Fault>> find_head(Line& line);

/// The columns of a batch's row, $1 to $8.
io::postgres::PgParams row_of(const cluster::Batch& batch);

/// Hands every batch from `first_seq` on to `take`, in short reads, up to the one that is the head
/// at the beginning. For verify, backups and snapshots. Faults: unavailable (the database), corrupt
/// (that one isn't there any more, or none is); what `take` refused with.
io::Awaitable<Result<void, io::Fault>> read_batches(
    io::postgres::PgConnection& connection,
    std::uint64_t first_seq,
    std::function<Result<void, io::Fault>(cluster::Batch&&)> take
);

}  // namespace frontrow::store::postgres
