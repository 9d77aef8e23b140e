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

/// The journal of a cluster: a PostgreSQL table with one row per batch (docs/cluster.md has the
/// SQL). It works through a pooler in transaction mode, because it needs only plain statements and
/// transactions, and no session state between transactions.
///
/// There are three connections: one for appends, one for looks, so that a look doesn't wait behind
/// an append, and one for readers of facts that are far behind. Each connects on use; after a
/// failure the next call makes a new one.
class PostgresJournal final : public cluster::RemoteJournal {
public:
    /// `connection` as the operator configured it; the constructor sets the options that the
    /// protocol needs. If `migrates`, open() brings the schema up to date.
    PostgresJournal(io::Executor owner, io::postgres::PgOptions connection, bool migrates);
    /// Call close() before.
    ~PostgresJournal() override;

    /// Faults: unavailable, also if the database's settings don't keep acknowledged commits;
    /// unusable if its encoding isn't UTF-8.
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
    /// The timeline in the last look's answer. An append is refused if the database has failed over
    /// since.
    std::uint32_t timeline_ = 0;
    std::unique_ptr<Line> appends_;
    std::unique_ptr<Line> looks_;
    PostgresFactReader facts_;
    io::TaskGroup tasks_;
    bool is_closing_ = false;
};

/// The next few batches from `first_seq` on, in order; empty at the end. Errors: the connection's.
io::Awaitable<Result<std::vector<cluster::Batch>, io::postgres::PgError>>
read_some_batches(io::postgres::PgConnection& connection, std::uint64_t first_seq);

/// The same, over a Line.
io::Awaitable<Result<std::vector<cluster::Batch>, io::postgres::PgError>>
read_some_batches(Line& line, std::uint64_t first_seq);

/// The batch that contains this fact (the last batch if none does), followed by the batch before
/// it, if there is one; both without facts. Errors: the line's.
io::Awaitable<Result<std::vector<cluster::Batch>, io::postgres::PgError>>
find_batch_of(Line& line, std::uint64_t seq);

/// Reads the journal's head, without its facts, and returns it once no fail-over to a synchronous
/// standby can lose it. Faults: unavailable, corrupt (the journal has no head).
io::Awaitable<Result<cluster::Head, io::Fault>> find_head(Line& line);

/// The columns of a batch's row, $1 to $8.
io::postgres::PgParams row_of(const cluster::Batch& batch);

/// Passes every batch from `first_seq` on to `take`, in short reads, up to the batch that is the
/// head at the start. For verify, backups and snapshots. Faults: unavailable (the database),
/// corrupt (that head is gone, or there is none), and any fault of `take`.
io::Awaitable<Result<void, io::Fault>> read_batches(
    io::postgres::PgConnection& connection,
    std::uint64_t first_seq,
    std::function<Result<void, io::Fault>(cluster::Batch&&)> take
);

}  // namespace frontrow::store::postgres
