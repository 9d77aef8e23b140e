#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/one_at_a_time.h"
#include "io/postgres/pg_options.h"
#include "io/workers.h"
#include "store/engine/fact_reader.h"
#include "store/postgres/line.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>

namespace frontrow::store::postgres {

/// Reads facts from a cluster's journal over its own connection, which opens on use: when a node's
/// first reader falls far behind. All slow work, including the connection's, runs on its own
/// thread.
class PostgresFactReader final : public engine::FactReader {
public:
    /// `connection` as the operator configured it.
    PostgresFactReader(io::Executor owner, io::postgres::PgOptions connection);

    io::Awaitable<Result<FeedPage, io::Fault>>
    read(FeedPosition position, engine::JournalEnd until, std::size_t at_most) override;
    io::Awaitable<Result<engine::JournalEnd, io::Fault>> find_end() override;
    io::Awaitable<void> close() override;

private:
    /// Calls `begin` to start a coroutine on the other thread, after the earlier ones have ended,
    /// and returns the coroutine's result.
    template <class Begin>
    auto run(Begin begin) -> decltype(begin());

    /// The other thread's loop.
    boost::asio::io_context loop_{1};
    Line line_;
    io::OneAtATime turns_;
    bool is_closing_ = false;
    io::Workers worker_;
};

}  // namespace frontrow::store::postgres
